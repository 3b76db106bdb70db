"""A report as a table for a spreadsheet program: a row a device."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from sicktui.engine.reports.records import DeviceFacts, RunFacts
from sicktui.engine.reports.words import parameter_rows
from sicktui.stores.config.spreadsheet import guarded

COLUMNS: Final = (
    *("run", "operation", "started", "finished", "user", "host", "ssh_client", "retry_of"),
    *("device", "address", "model", "serial", "mac", "order_number"),
    *("from_version", "to_version", "runs", "verdict", "code", "message", "advice"),
    *("seconds", "downtime_seconds", "package", "package_sha256", "backup", "backup_sha256"),
    *("checksum_before", "checksum_after", "power_on_count_before", "power_on_count_after"),
    *("order", "chain_head", "parameters_compared", "parameters_changed"),
)
_FROM_RUN: Final = (
    *("run", "operation", "started", "finished", "user", "host", "ssh_client", "retry_of"),
    *("package", "package_sha256", "order"),
)


def csv_report(facts: RunFacts) -> bytes:
    """The table of a run."""
    steps = list(dict.fromkeys(step.step for device in facts.devices for step in device.steps))
    rows = []
    for device in facts.devices:
        took = {step.step: step.seconds for step in device.steps}
        rows.append([*(_value(facts, device, column) for column in COLUMNS), *map(took.get, steps)])
    return table([*COLUMNS, *(f"{step.value}_seconds" for step in steps)], rows)


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A table with a byte order mark: Excel takes umlauts for something else without one."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headers)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return text.getvalue().encode("utf-8-sig")


def _value(facts: RunFacts, device: DeviceFacts, column: str) -> object:
    if column in _FROM_RUN:
        return getattr(facts, column)
    if column == "chain_head":
        return facts.proof.head if facts.proof else None
    if column == "parameters_changed":
        changes = [f"{name}: {before} -> {after}" for name, before, after in parameter_rows(device)]
        return "; ".join(change.removesuffix(":  -> ") for change in changes)
    for moment, sums in (("_before", device.before), ("_after", device.after)):
        if column.endswith(moment):
            return getattr(sums, column.removesuffix(moment))
    return getattr(device, column)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value}" if isinstance(value, int | float) else guarded(str(value), digits=True)
