"""A report as one HTML page: no script, nothing fetched, every text escaped."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from sicktui.engine.reports.causes import Cause
from sicktui.engine.reports.picture_svg import svg
from sicktui.engine.reports.picture_text import break_words
from sicktui.engine.reports.records import DeviceFacts, RunFacts
from sicktui.engine.reports.words import (
    PARAMETER_HEADERS,
    about_run,
    cause_title,
    device_rows,
    from_to,
    headline,
    parameter_rows,
    step_words,
)
from sicktui.model.wording import duration, names

_STYLE: Final = """
body { font: 14px/1.45 system-ui, sans-serif; color: #111; max-width: 960px; }
body { margin: 24px auto; padding: 0 16px; }
h1 { font-size: 22px; }
h2 { font-size: 17px; margin-top: 28px; }
h3 { font-size: 15px; margin-bottom: 6px; }
table { border-collapse: collapse; width: 100%; margin: 8px 0; }
th, td { text-align: left; vertical-align: top; padding: 3px 10px 3px 0; border-bottom: 1px solid #ddd; }
th { font-weight: 600; white-space: nowrap; }
td { overflow-wrap: anywhere; }
svg { max-width: 100%; height: auto; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
svg text { font: 11px system-ui, sans-serif; }
svg .try { font-weight: 700; }
.succeeded { color: #006b4f; fill: #006b4f; }
.failed { color: #b00020; fill: #b00020; font-weight: 600; }
.unknown, .cancelled { color: #8a4b00; fill: #8a4b00; font-weight: 600; }
.skipped { color: #555; fill: #555; }
section { break-inside: avoid; }
""".strip()
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def html_report(facts: RunFacts) -> bytes:
    """The report of a run."""
    parts = [pairs(about_run(facts)), *causes(facts.causes)]
    parts += ["<h2>Timeline</h2>", svg(facts.timeline)] if facts.timeline.devices else []
    parts += [f"<p>{escape(break_words(cut))}</p>" for cut in facts.timeline.breaks]
    parts += ["<h2>Devices</h2>", _overview(facts)]
    parts += [_device(device) for device in facts.devices]
    if facts.log:
        parts += ["<h2>Log</h2>", _list(facts.log)]
    return page(headline(facts), parts)


def page(title: str, parts: Iterable[str]) -> bytes:
    """A page as UTF-8.

    Args:
        title: what it is about, as plain text.
        parts: what follows, as HTML.
    """
    words = escape(title)
    head = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f"<title>{words}</title>",
        f"<style>\n{_STYLE}\n</style></head><body>",
        f"<h1>{words}</h1>",
    ]
    return ("\n".join([*head, *parts, "</body></html>"]) + "\n").encode()


def causes(found: Iterable[Cause]) -> list[str]:
    """What went wrong, a section for each cause."""
    parts = []
    for cause in found:
        parts.append(f'<section><h2 class="{cause.verdict.value}">{escape(cause_title(cause))}</h2>')
        parts.append(f"<p>{escape(names(cause.devices, 1000))}</p>")
        parts.append(f"<p>{escape(cause.message)}</p>")
        parts += [f"<p><b>What to do:</b> {escape(advice)}</p>" for advice in cause.advice]
        parts.append("</section>")
    return parts


def _overview(facts: RunFacts) -> str:
    headers = ("Device", "Verdict", "Firmware", "Away", "Took", "Serial number")
    rows = []
    for device in facts.devices:
        verdict = device.verdict.value if device.verdict else "none yet"
        rows.append(
            (
                device.device,
                f"{verdict} ({device.code})" if device.code else verdict,
                from_to(device, facts.operation, "→"),
                duration(device.downtime_seconds) if device.downtime_seconds else "",
                duration(device.seconds) if device.seconds else "",
                device.serial or "",
            )
        )
    return table(headers, rows)


def _device(device: DeviceFacts) -> str:
    parts = [f"<section><h3>{escape(device.device)}</h3>", pairs(device_rows(device))]
    if device.steps:
        parts.append(table(("Step", "State", "Took", "Detail"), [step_words(step) for step in device.steps]))
    if device.parameters:
        parts.append(table(PARAMETER_HEADERS, parameter_rows(device)))
    if device.warnings:
        parts.append(_list(device.warnings))
    return "\n".join([*parts, "</section>"])


def pairs(rows: Iterable[tuple[str, str]]) -> str:
    """A table of facts with their labels."""
    body = "\n".join(f"<tr><th>{escape(what)}</th><td>{escape(fact)}</td></tr>" for what, fact in rows)
    return f"<table>\n{body}\n</table>"


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of plain texts."""
    head = "".join(f"<th>{escape(text)}</th>" for text in headers)
    body = "\n".join("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in rows)
    return f"<table>\n<tr>{head}</tr>\n{body}\n</table>"


def _list(texts: Iterable[str]) -> str:
    return "<ul>\n" + "\n".join(f"<li>{escape(text)}</li>" for text in texts) + "\n</ul>"
