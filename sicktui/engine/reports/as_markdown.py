"""A report as Markdown."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from sicktui.engine.reports.causes import Cause
from sicktui.engine.reports.picture_text import text_lines
from sicktui.engine.reports.records import DeviceFacts, RunFacts
from sicktui.engine.reports.words import (
    PARAMETER_HEADERS,
    about_run,
    cause_title,
    device_rows,
    headline,
    parameter_rows,
    step_words,
)
from sicktui.model.wording import names

_SPECIAL: Final = re.compile(r"([\\`*\[\]<>#|~&$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))")
_LEADING: Final = re.compile(r"^(?=[-+=:])|(?<=^\d)(?=[.)]\s)|(?<=^\d\d)(?=[.)]\s)")
"""At the start of a line, this would begin a list, a rule or a heading."""


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _LEADING.sub(r"\\", _SPECIAL.sub(r"\\\1", text))


def markdown_report(facts: RunFacts) -> bytes:
    """The report as UTF-8."""
    lines = [f"# {escaped(headline(facts))}", ""]
    lines += table(("", ""), about_run(facts))
    lines += causes(facts.causes)
    if facts.log:
        lines += ["", "## Log", "", *(f"- {escaped(line)}" for line in facts.log)]
    if picture := text_lines(facts.timeline):
        lines += ["", "## Timeline", "", "```text", *_fenced(picture), "```"]
    lines += ["", "## Devices"]
    for device in facts.devices:
        lines += _device(device)
    return ("\n".join(lines) + "\n").encode()


def causes(found: Iterable[Cause]) -> list[str]:
    """What went wrong, a section for each cause."""
    lines = []
    for cause in found:
        lines += ["", f"## {escaped(cause_title(cause))}", "", escaped(names(cause.devices, 1000))]
        lines += ["", escaped(cause.message)] if cause.message else []
        lines += [f"\nWhat to do: {escaped(advice)}" for advice in cause.advice]
    return lines


def _fenced(lines: Iterable[str]) -> list[str]:
    """Lines inside a fence: none of them may end it."""
    return [line.replace("```", "'''") for line in lines]


def _device(device: DeviceFacts) -> list[str]:
    lines = ["", f"### {escaped(device.device)}", "", *table(("", ""), device_rows(device))]
    if device.steps:
        rows = [step_words(step) for step in device.steps]
        lines += ["", *table(("Step", "State", "Took", "Detail"), rows)]
    if device.parameters:
        lines += ["", *table(PARAMETER_HEADERS, parameter_rows(device))]
    if device.warnings:
        lines += ["", *(f"- {escaped(warning)}" for warning in device.warnings)]
    return lines


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table of plain texts."""
    lines = ["| " + " | ".join(headers) + " |", "|" + "---|" * len(headers)]
    return lines + ["| " + " | ".join(escaped(text) for text in row) + " |" for row in rows]
