"""The forms of a rollout's report."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Any, Final

import msgspec

from sicktui.engine.reports import as_csv, as_html, as_json, as_markdown
from sicktui.engine.reports.document import ReportForm
from sicktui.engine.reports.words import Rows, counted, known, moment_utc
from sicktui.fleet.report.facts import DeviceFacts, OrderFacts, RolloutFacts, headline
from sicktui.model.enums import Verdict
from sicktui.model.run.event import SCHEMA_VERSION
from sicktui.model.wording import duration

COLUMNS: Final = (
    *("rollout", "operation", "ordered", "finished", "given_by"),
    *("device", "model", "serial", "from_version", "to_version", "verdict", "code", "message", "advice"),
    *("late", "overdue", "at", "seconds", "downtime_seconds", "package_sha256", "backup", "backup_sha256"),
    *("order", "wave", "given", "ended", "run", "chain_head", "published_version"),
)
_OF_ROLLOUT: Final = COLUMNS[:5]
_OF_ORDER: Final = ("wave", "given", "ended", "chain_head")
Table = tuple[str, Sequence[str], Sequence[Sequence[str]]]
"""A title, headers, rows."""


def render(facts: RolloutFacts, form: ReportForm) -> bytes:
    """The report as a file's bytes."""
    return _RENDERERS[form](facts)


def report_record(facts: RolloutFacts) -> dict[str, Any]:
    """The object, its times in RFC 3339 and its lengths in seconds."""
    body: dict[str, Any] = msgspec.to_builtins(facts)
    body["causes"] = as_json.causes(facts.causes)
    return {"kind": "report", "v": SCHEMA_VERSION, **body}


def _html(facts: RolloutFacts) -> bytes:
    parts = [as_html.pairs(_about(facts)), *as_html.causes(facts.causes)]
    for title, headers, rows in _tables(facts):
        parts += [f"<h2>{escape(title)}</h2>", as_html.table(headers, rows)]
    for device in facts.devices:
        pairs = as_html.pairs(_device(device))
        parts.append(f"<section><h3>{escape(device.device)}</h3>\n{pairs}\n</section>")
    return as_html.page(_title(facts), parts)


def _markdown(facts: RolloutFacts) -> bytes:
    lines = [f"# {as_markdown.escaped(_title(facts))}", "", *as_markdown.table(("", ""), _about(facts))]
    lines += as_markdown.causes(facts.causes)
    for title, headers, rows in _tables(facts):
        lines += ["", f"## {title}", "", *as_markdown.table(headers, rows)]
    for device in facts.devices:
        name = as_markdown.escaped(device.device)
        lines += ["", f"### {name}", "", *as_markdown.table(("", ""), _device(device))]
    return ("\n".join(lines) + "\n").encode()


def _csv(facts: RolloutFacts) -> bytes:
    orders = {order.order: order for order in facts.orders}
    return as_csv.table(
        COLUMNS,
        [
            [_cell(facts, device, orders.get(device.order or ""), column) for column in COLUMNS]
            for device in facts.devices
        ],
    )


def _cell(facts: RolloutFacts, device: DeviceFacts, order: OrderFacts | None, column: str) -> object:
    if column in _OF_ROLLOUT:
        return getattr(facts, column)
    if column in _OF_ORDER:
        return getattr(order, column, None)
    value = getattr(device, column)
    return ("yes" if value else None) if isinstance(value, bool) else value


def _json(facts: RolloutFacts) -> bytes:
    return as_json.written(report_record(facts))


_RENDERERS: Final[dict[ReportForm, Callable[[RolloutFacts], bytes]]] = {
    ReportForm.HTML: _html,
    ReportForm.MARKDOWN: _markdown,
    ReportForm.CSV: _csv,
    ReportForm.JSON: _json,
}


def _title(facts: RolloutFacts) -> str:
    return f"{headline(facts)}: {counted(facts.verdicts, facts.open)}"


def _about(facts: RolloutFacts) -> Rows:
    return known(
        ("State", facts.state),
        ("Ordered", f"{moment_utc(facts.ordered)} by {facts.given_by}"),
        ("Finished", moment_utc(facts.finished) if facts.finished else ""),
        ("Package SHA-256", facts.package_sha256 or ""),
        ("Expected version", facts.expect_version or ""),
        ("Options", ", ".join(facts.options)),
        ("Wave", f"{facts.wave} of {facts.waves}"),
        ("Verdicts", counted(facts.verdicts, facts.open)),
        ("Exit code", "" if facts.exit_code is None else str(facts.exit_code)),
    )


def _tables(facts: RolloutFacts) -> list[Table]:
    acts = [
        (act.act, moment_utc(act.at), act.given_by, act.role, act.client or "on the database's PC")
        for act in facts.acts
    ]
    orders = [
        (
            order.pc,
            str(order.wave),
            order.order,
            order.state,
            moment_utc(order.given),
            moment_utc(order.ended) if order.ended else "",
            order.run or "",
            order.chain_head or _unproven(order),
        )
        for order in facts.orders
    ]
    devices = [
        (
            device.device,
            _verdict(device),
            _from_to(device),
            _took(device.downtime_seconds),
            _took(device.seconds),
            device.serial or "",
        )
        for device in facts.devices
    ]
    return [
        ("Acts", ("Act", "When", "By", "Database role", "From"), acts),
        ("Records", ("PC", "Wave", "Order", "State", "Given", "Ended", "Run", "Chain head"), orders),
        ("Devices", ("Device", "Verdict", "Firmware", "Away", "Took", "Serial number"), devices),
    ]


def _unproven(order: OrderFacts) -> str:
    """Why an order has no head of a chain."""
    if order.ended is None:
        return ""
    return f"not intact: 'sicktui runs verify {order.run}' on {order.pc}" if order.run else "no run"


def _device(device: DeviceFacts) -> Rows:
    return known(
        ("Verdict", _verdict(device)),
        ("What happened", device.message),
        ("What to do", device.advice),
        ("Model", device.model),
        ("Serial number", device.serial or ""),
        ("Firmware before", device.from_version or ""),
        ("Firmware published", _published(device)),
        ("Firmware wanted", device.to_version or ""),
        ("Verdict received", moment_utc(device.at) if device.at else ""),
        ("Took", _took(device.seconds)),
        ("Away", _took(device.downtime_seconds)),
        ("Package SHA-256", device.package_sha256 or ""),
        ("Backup", device.backup or ""),
        ("Backup SHA-256", device.backup_sha256 or ""),
        ("Order", device.order or ""),
        ("Run", device.run or ""),
    )


def _published(device: DeviceFacts) -> str:
    """What was published of a device of which its PC has reported no reading."""
    if device.from_version or not device.published_version:
        return ""
    return f"{device.published_version}, when it was ordered; no reading was reported"


def _verdict(device: DeviceFacts) -> str:
    if device.verdict is None:
        return "none yet"
    late = ", late" if device.late else ", no result before the deadline" if device.overdue else ""
    code = f" ({device.code})" if device.code else ""
    return f"{device.verdict.value}{code}{late}"


def _from_to(device: DeviceFacts) -> str:
    """What it ran, and what it runs as far as that is proven."""
    before, wanted = device.from_version or "", device.to_version or ""
    if device.verdict is Verdict.SUCCEEDED and wanted and before != wanted:
        return f"{before} → {wanted}" if before else wanted
    if device.verdict is Verdict.UNKNOWN:
        return f"{before} → ?" if before else "?"
    return before


def _took(seconds: float | None) -> str:
    return duration(seconds) if seconds else ""
