"""Which broker a source listens at, and whether its key was meant for it."""

from urllib.parse import urlsplit

from sicktui.model.settings import Settings, SourceSettings


def other_broker(settings: SourceSettings) -> str:
    """The address of the broker, if it is of another host than the server, or less protected; else empty.

    The key goes only where it was stored for.
    """
    try:
        server, broker = urlsplit(settings.url), urlsplit(settings.mqtt_url)
    except ValueError:
        return ""
    if not broker.netloc:
        return ""
    is_clearer = broker.scheme == "mqtt" and server.scheme == "https"
    return f"{broker.scheme}://{broker.netloc}" if is_clearer or server.hostname != broker.hostname else ""


def sources_that_hint(settings: Settings) -> list[str]:
    """The sources that send hints."""
    return [name for name, source in settings.sources.items() if source.mqtt_url]
