"""Asks sources: which ones, for which sensors, and what is already on the shelf."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from msgspec import structs

from sicktui.engine.context import Context
from sicktui.engine.offers.subjects import Subjects, read_subjects
from sicktui.engine.targets import choose
from sicktui.model.clock import timestamp
from sicktui.model.device import Target
from sicktui.model.errors import UsageError
from sicktui.model.firmware.offer import Offer, OfferState, Subject
from sicktui.model.firmware.version import from_name, matches, may_be
from sicktui.model.safe_text import clean
from sicktui.model.wording import names
from sicktui.sources.opening import account, choose_sources, needs_key, open_source, usable_url
from sicktui.sources.source import Source
from sicktui.stores.disk.files import readable
from sicktui.stores.disk.locks import Lock
from sicktui.stores.packages.errors import PackageError
from sicktui.stores.packages.shelf import ShelfEntry
from sicktui.stores.secrets.store import SOURCE_VARIABLE, secret_line


class OfferSession:
    """Sources and sensors of one call.

    Args:
        context: stores and settings.
        secret: the key that was given for this call, if any.
        sources: names of sources; none: all of them.
        devices: words that narrow the sensors of the sources; none: all of theirs.

    Raises:
        UsageError: a source or a device is not known.
    """

    def __init__(
        self, context: Context, secret: str | None, sources: Sequence[str], devices: Sequence[str]
    ) -> None:
        self.context = context
        self.store = context.offers
        self.read: dict[str, tuple[Subject, ...]] = {}
        """The sensors of each source as they were read last."""
        self._whole: dict[str, int] = {}
        """When the packages that are known to be whole were written, by SHA-256."""
        self.sources = choose_sources(sources, context.settings.sources)
        servers = [name for name in self.sources if needs_key(context.settings.sources[name])]
        given = secret_line(secret)
        self._secret = given if len(servers) == 1 else None
        self.secret_unused = (
            f"{SOURCE_VARIABLE} is not used: it is the key of one server, and {names(servers)} are asked. "
            "Name one of them, or store each key with 'sicktui sources login NAME'."
            if given and len(servers) > 1
            else ""
        )
        self._only = (
            None
            if not devices
            else {target.device for target in choose(devices, context.devices(), context.settings)}
        )
        self._check_devices()

    def _check_devices(self) -> None:
        if self._only is None:
            return
        covered = {target.device for name in self.sources for target in self._all_targets(name)}
        missing = sorted(self._only - covered)
        if missing:
            raise UsageError(
                f"No source is set up for {names([clean(device) for device in missing])}.",
                advice="Add them to 'devices' of a THiNX source in config.toml.",
            )

    @asynccontextmanager
    async def opened(self, name: str) -> AsyncIterator[Source]:
        """A source, closed at the end.

        Raises:
            ConfigError: its settings cannot be used, or its key is needed and not known.
        """
        context = self.context
        # In a thread: the keyring may take seconds.
        source = await asyncio.to_thread(
            open_source,
            name,
            context.settings.sources[name],
            context.home,
            self.store,
            timing=context.settings.timing,
            clock=context.clock,
            other_server=bool(context.credentials.why_other(*account(name).rsplit("/", 1))),
            given=self._secret is not None,
            urls=[url for source in context.settings.sources.values() if (url := usable_url(source))],
            secret=lambda: self._secret or context.credentials.secret(account(name)),
        )
        try:
            yield source
        finally:
            await source.aclose()

    def targets(self, name: str) -> list[Target]:
        """The sensors that a source is asked for in this call."""
        return [t for t in self._all_targets(name) if self._only is None or t.device in self._only]

    def _all_targets(self, name: str) -> list[Target]:
        settings = self.context.settings
        words = settings.sources[name].devices
        return choose(words, self.context.devices(), settings) if words else []

    async def subjects(self, source: Source) -> Subjects:
        """The sensors of a source, read; none where it does not ask for sensors."""
        if not source.asks_for_sensors:
            return Subjects(read=(), trouble=())
        found = await read_subjects(self.context, self.store, source.name, self.targets(source.name))
        self.read[source.name] = found.read
        return found

    def listening_lock(self, name: str) -> Lock | None:
        """The lock of the program that listens for messages of a source; ``None`` if it sends none."""
        if not self.context.settings.sources[name].mqtt_url:
            return None
        path = self.context.home.locks / f"messages-{readable(name)}.lock"
        what = f"Listening for messages of {clean(name)}"
        return Lock(path, what=what, purpose="listening", clock=self.context.clock)

    def is_skipped(self, source: Source) -> bool:
        """Whether a source has nothing for the devices of this call."""
        return self._only is not None and not source.asks_for_sensors and not self.targets(source.name)

    def judged(self, offer: Offer, subject: Subject | None = None) -> Offer:
        """An offer with its moment, and ``fetched`` where its package is on the shelf, whole, and fits."""
        offer = structs.replace(offer, checked=timestamp(self.context.clock.now()))
        if offer.state is not OfferState.OFFERED:
            return offer
        entry = self.context.shelf.entry_of(offer.package or self._fetched_before(offer) or "")
        if entry is None or (subject is not None and not entry.fits(subject.model)):
            return offer
        if not self._is_whole(entry):
            return _noted(offer, f"Its copy on the shelf ({entry.id}) is damaged; it can be fetched again.")
        if subject is not None and offer.version and not may_be(entry.version or "", offer.version):
            return offer
        named = from_name(entry.name)
        if named and offer.version and not may_be(named, offer.version):
            offer = _noted(offer, f"The file is named {entry.name}, which is another version: one is wrong.")
        return structs.replace(offer, state=OfferState.FETCHED, package=entry.sha256)

    def _is_whole(self, entry: ShelfEntry) -> bool:
        """Whether the file of an entry is what was added; hashed again only if it was written to."""
        shelf = self.context.shelf
        try:
            written = shelf.written(entry)
            if self._whole.get(entry.sha256) != written:
                shelf.package(entry)
                self._whole[entry.sha256] = written
        except (OSError, PackageError):
            return False
        return True

    def _fetched_before(self, offer: Offer) -> str | None:
        """The package that was fetched for the same offer of an earlier check."""
        if offer.version is None:
            return None
        for known in self.store.offers():
            same = (known.source, known.device) == (offer.source, offer.device)
            if same and known.package and known.version and matches(known.version, offer.version):
                return known.package
        return None

    def keep(self, name: str, offers: Sequence[Offer]) -> None:
        """Keep what was found, for the dashboard and the next call.

        Raises:
            StorageError: it cannot be written.
        """
        self.store.forget_others(self.context.settings.sources)
        self.store.replace(name, offers, devices=None if self._only is None else self._only)


def _noted(offer: Offer, more: str) -> Offer:
    return structs.replace(offer, message=f"{offer.message} {more}".strip())
