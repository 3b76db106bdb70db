"""The published table, docs/reliability.md: written from the results of a run, and read back by a test."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from msgspec import structs

from sicktui.model.enums import STEPS, Operation, Verdict
from sicktui.model.settings import Settings
from tests.reliability.case import Case, Outcome
from tests.reliability.catalogue import digest

PAGE: Final = Path(__file__).parents[2] / "docs" / "reliability.md"
_NAME: Final = re.compile("`([^`]+)`")
_REQUEST: Final = "(?:GET|PUT|POST) [A-Za-z]+"
_OFTEN: Final = "(?:(?:not )?done, )?(?:once|twice|from then on)"
_PARTS: Final = re.compile(f"(?:({_REQUEST}): )?(.+?)(?:, ({_OFTEN}))?")
"""The name of a fault: of which request, what, and how often."""
_GROUP: Final = re.compile(f"_?({_REQUEST})?(?:, )?({_OFTEN})?")
_FILES: Final = (Operation.BACKUP, Operation.RESTORE)
_COLUMNS: Final = (
    "any",
    "pc",
    "plan",
    *(step.value for step in STEPS[Operation.UPDATE]),
    *(f"{what.value}: {step}" for what in _FILES for step in ("any", *(s.value for s in STEPS[what]))),
    *(f"dump: {step}" for step in ("any", "create", "download")),
)
_TITLES: Final = {
    "any": "Update: dialects",
    "pc": "Update: on the PC itself",
    "plan": "Update: while planning",
    **{step.value: f"Update: {step.value}" for step in STEPS[Operation.UPDATE]},
    **{
        f"{what.value}: {step}": f"{what.value.capitalize()}: {step}"
        for what in _FILES
        for step in ("any", *(s.value for s in STEPS[what]))
    },
    **{f"dump: {step}": f"Diagnosis file: {step}" for step in ("any", "create", "download")},
}
_HEAD: Final = """\
# How sure a verdict is

<!-- Written by `python -m tests.reliability.publish`. Do not edit. -->

sicktui's promise is that its verdict is true whatever happens, and that nothing happens twice. It rests on
three things: one rule that decides every verdict, an exploration of all that a modelled sensor can do,
and {count} updates, backups, restores and diagnosis files of simulated sensors over real HTTP, each with
something that goes wrong, run by the real runner with its journal. **{wrong} of the verdicts were wrong.**

Each of these cases is judged against the simulated sensor itself at the moment of the verdict, not against
what the client believed:

- `succeeded` only if the sensor with the same serial number has rebooted, runs the expected version, is
  healthy and can be reached; `failed` only if it can be reached and does not run the version, or nothing
  was ever written to it; `unknown` only if something was written; `skipped` only if nothing was.
- A backup `succeeded` only if a file on the PC opens and holds the parameters that the sensor has, and else
  there is none. A restore `succeeded` only if the parameters of the backup are in force and saved on the
  sensor with that serial number; it is not `failed` if they are.
- A diagnosis file `succeeded` only if one whole file of the sensor that was asked is kept on the PC, and
  else none is; it is ordered once. It is fetched by its command: there is no run, and no journal.
- The code fits the fault. Message and advice are there, hold no control characters, and claim nothing that
  the sensor's own record contradicts ("nothing was written", "RunFirmwareUpdate was sent", "still reports
  Started").
- The sensor's record of what it was sent: no breach of the protocol but those that the fault itself makes;
  no upload while it flashes; no second flash; no trigger without an upload; at most two uploads and two
  triggers; a backup writes nothing; a refused password is tried at most twice; nothing at all after the
  verdict.
- Nothing goes to the port of plain HTTP of a sensor that is configured for HTTPS.
- There is exactly one verdict for each sensor, and each job ends in bounded time.

A fault of a single request strikes the first request of a step, or all requests from that step on; a case
whose fault did not strike counts as wrong. Where it strikes after the upload, no backup is taken before. A
run *with the login of its plan* follows it at once, and goes on with the session that it opened.
[simulator.md](simulator.md) describes the faults. Client and sensors run in one event loop whose clock
skips the waiting, so a busy machine makes the run slower and never different. One limit is not a fault of the
program: where a sensor reports neither serial number nor MAC address, another one at its address cannot be
distinguished from it (the verdict names this).

## Where the defaults come from

| setting | default | from |
|---|---|---|
{origins}

## The rule

The verdict of an update is decided by the first row that holds; until one does, the sensor is watched on.
`failed` becomes `unknown` where the version cannot be compared.
The code is `sicktui/model/update/verdict_rule.py`.

{rules}

## Explored

{explored}
"""


_ORIGINS: Final = {
    "timing.poll_interval": "firmware article, section 4, and SICK's guide, firmware update: about every 5 s",
    "timing.autostart_wait": "firmware article, section 4: up to 30 s for an automatic start, then trigger",
    "timing.flash_timeout": "SICK's guide, firmware update: flash and reboot take 2 to 5 minutes",
    "timing.reconnect_timeout": "SICK's guide, firmware update: a normal reboot can take 2 to 5 minutes; "
    "twice the longest. After the article's 60 s the log has a line that it is late",
    "timing.reconnect_interval": "firmware article, section 4: the pace of its polling. After an update it "
    "is asked sooner at first (after 1 s, then growing): many sensors are back within seconds",
    "timing.settle": "ours, at least; a reboot that only a silence proves is watched for longer",
    "timing.request_timeout": "ours: SICK's guide has no number, and sensors that are asked too often fall "
    "silent",
    "timing.stall_timeout": "ours: a signed package takes several seconds (SICK's release notes)",
    "timing.backup_timeout": "ours: the article waits 1 s or polls, SICK's SDK 2.0 waits 10 s",
    "timing.restore_wait": "authentication article, backup: 1 s between restore and saving",
    "limits.jobs": "ours",
    "limits.canary": "ours: SICK's guide, cybersecurity, advises to try an update in one place first",
    "limits.max_failures": "ours",
    "limits.window": "ours",
    "limits.wait_offline": "ours",
    "limits.wave": "ours",
    "limits.soak": "ours",
    "limits.approve": "ours",
    "limits.requests_per_second": "ours: SICK's guide, REST interface, has no number; too many requests are "
    "answered with 429 or not at all",
    "limits.require_approval": "ours",
    "discovery.port": "SICK's guide, device discovery",
    "discovery.wait": "ours: SICK's guide has no number",
    "discovery.probes": "ours",
    "discovery.refind": "ours",
    "device.user": "SICK's guide, user levels: always on; update, backup and restore need it",
    "device.auth": "SICK's guide, REST interface: challenge-response; the firmware article has Basic",
    "device.scheme": "SICK's guide, HTTPS: on only while a certificate is installed",
    "device.description": "ours: SICK's OpenAPI file of picoScan 2.3.3 names no path",
}


def origins() -> str:
    """The rows of the settings that concern sensors: name, default, source."""
    settings = Settings()
    sections = {
        "timing": settings.timing,
        "limits": settings.limits,
        "discovery": settings.discovery,
        "device": settings.device,
    }
    return "\n".join(
        _row(f"`{section}.{key}`", _default(section, value), _ORIGINS[f"{section}.{key}"])
        for section, table in sections.items()
        for key, value in structs.asdict(table).items()
    )


def _default(section: str, value: object) -> str:
    if section == "timing":
        return f"{value:g} s"
    return f"`{msgspec.json.encode(value).decode()}`"


class Ending(NamedTuple):
    """How a case ended: in a run just now, or as the page has it."""

    case: Case
    outcome: Outcome
    wrong: bool = False


def explored_of(page: Path) -> str:
    """What a page reports of the exploration."""
    text = page.read_text(encoding="utf-8")
    return text.partition("## Explored\n\n")[2].partition("\n## In numbers")[0].rstrip()


def words(outcome: Outcome) -> str:
    """A verdict and its code, as the table has them."""
    verdict, code = outcome
    return verdict.value if code is None else f"{verdict.value}: {code.value}"


def render(results: Sequence[Ending], *, rules: str, explored: str) -> str:
    """The page.

    Args:
        results: of all cases, in their order.
        rules: the table of the rule.
        explored: what was explored.
    """
    wrong = sum(result.wrong for result in results)
    cases = [result.case for result in results]
    parts = [
        _HEAD.format(
            count=len(results),
            wrong="None" if wrong == 0 else wrong,
            origins=origins(),
            rules=rules,
            explored=explored,
        ),
        _totals(results),
        _outcomes(results),
        f"<!-- cases: {len(results)}, sha256 {digest(cases)} -->\n",
    ]
    return "\n".join(parts)


def _totals(results: Sequence[Ending]) -> str:
    generations = list(dict.fromkeys(result.case.generation for result in results))
    lines = ["## In numbers", "", _row("API generation", "cases", *Verdict, "wrong"), _rule(8)]
    for name in (*generations, "all"):
        chosen = [result for result in results if name in (result.case.generation, "all")]
        counts = Counter(result.outcome[0] for result in chosen)
        wrong = sum(result.wrong for result in chosen)
        lines.append(_row(name, len(chosen), *(counts[verdict] for verdict in Verdict), wrong))
    return "\n".join([*lines, ""])


def _outcomes(results: Sequence[Ending]) -> str:
    """What the faults of each step end in, by outcome, and the generations that are exceptions."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for result in results:
        case = result.case
        rows.setdefault((case.column, case.row), {})[case.generation] = words(result.outcome)
    usual: dict[tuple[str, str], list[str]] = {}
    others: dict[tuple[str, str, str], list[str]] = {}
    for (column, row), cells in rows.items():
        most = Counter(cells.values()).most_common(1)[0][0]
        usual.setdefault((column, most), []).append(row)
        for outcome in dict.fromkeys(cells.values()):
            names = ", ".join(f"`{name}`" for name, cell in cells.items() if cell == outcome)
            if outcome != most:
                others.setdefault((column, outcome, names), []).append(row)
    lines = ["## Outcomes", "", _row("where", "outcome, and what went wrong"), _rule(2)]
    for column in _COLUMNS:
        ends = [
            f"**{outcome}** {_faults(these)}" for (there, outcome), these in usual.items() if there == column
        ]
        if ends:
            lines.append(_row(_TITLES[column], "<br>".join(ends)))
    lines += ["", "## Exceptions", "", "Some generations end otherwise than most:", ""]
    lines += [_row("where", "outcome, and what went wrong", "generations"), _rule(3)]
    for (column, outcome, names), these in sorted(
        others.items(), key=lambda each: _COLUMNS.index(each[0][0])
    ):
        lines.append(_row(_TITLES[column], f"**{outcome}** {_faults(these)}", names))
    return "\n".join([*lines, ""])


def _faults(rows: Iterable[str]) -> str:
    """Names of faults; those of one request, and those that strike as often, are put together."""
    groups: dict[str, list[str]] = {"": []}  # first those that stand alone
    for row in rows:
        request, fault, often = _PARTS.fullmatch(row).groups("")  # type: ignore[union-attr]  # it takes any
        groups.setdefault(", ".join(filter(None, (request, often))), []).append(f"`{fault}`")
    return "; ".join(
        f"{f'_{group}:_ ' if group else ''}{', '.join(faults)}" for group, faults in groups.items() if faults
    )


def _row(*cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _rule(width: int) -> str:
    return f"|{'---|' * width}"


def read(text: str, cases: Iterable[Case]) -> dict[tuple[str, str, str], str]:
    """What the page says of each case: (column, fault, generation) to words."""
    usual: dict[tuple[str, str], str] = {}
    others: dict[tuple[str, str, str], str] = {}
    by_title = {_TITLES[column]: column for column in _COLUMNS}
    for line in text.partition("## Outcomes")[2].splitlines():
        title, _, rest = line.strip("| ").partition(" | ")
        if title not in by_title:
            continue
        column = by_title[title]
        ends, _, generations = rest.partition(" | ")
        for outcome, row in _said(ends):
            if not generations:
                usual[column, row] = outcome
            others |= {(column, row, name): outcome for name in _NAME.findall(generations)}
    found: dict[tuple[str, str, str], str] = {}
    for case in cases:
        key = case.column, case.row, case.generation
        if key in others or key[:2] in usual:
            found[key] = others.get(key) or usual[key[:2]]
    return found


def _said(ends: str) -> Iterator[tuple[str, str]]:
    """The outcomes of a cell, each with a fault."""
    for end in ends.split("<br>"):
        _, outcome, groups = end.split("**", 2)
        for group in groups.split("; "):
            head, _, faults = group.strip().rpartition(":_ ")
            request, often = _GROUP.fullmatch(head).groups()  # type: ignore[union-attr]  # ours
            for fault in _NAME.findall(faults):
                yield outcome, f"{f'{request}: ' if request else ''}{fault}{f', {often}' if often else ''}"
