"""What a search for sensors has found: rows, columns, how far it is, one sensor in full."""

import ipaddress
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Final

from msgspec import Struct, structs

from sicktui.discovery.search import NamedHost
from sicktui.engine.discovery.keep import can_add
from sicktui.engine.discovery.search import Progress, SearchRequest
from sicktui.model.safe_text import clean
from sicktui.model.search.records import Found, Problem
from sicktui.model.search.summary import why_nothing
from sicktui.model.search.words import Means, state_of
from sicktui.model.wording import count, duration, names
from sicktui.tui.commands.keymap import KeyMap
from sicktui.tui.drawing.columns import Column
from sicktui.tui.drawing.spans import Cell, Span, Tone, cell
from sicktui.tui.glyphs import Glyphs

_RANKS: Final[Mapping[Problem, int]] = {
    Problem.MOVED: 1,
    Problem.OTHER_SENSOR: 2,
    Problem.ADDRESS_CONFLICT: 3,
    Problem.OTHER_SUBNET: 4,
    Problem.NO_REST_API: 5,
}
_UNCONFIRMED: Final = 6
_KNOWN: Final = 7
_NO_HOST: Final = 1 << 32
_MANY: Final = 3
"""Ranges or subnets that the head names."""


class Edit(Struct, frozen=True, kw_only=True):
    """How a sensor goes into the list; empty: as it was found."""

    name: str = ""
    address: str = ""


AS_FOUND: Final = Edit()


class SearchRow(Struct, frozen=True, kw_only=True):
    """A sensor that was found, as it is listed."""

    found: Found
    marked: bool = False
    taken: str = ""
    """What has become of it in the list since it was found; empty: nothing."""
    edit: Edit = AS_FOUND

    @property
    def key(self) -> str:
        """Its MAC address, else its serial number, else its address."""
        return self.found.key

    @property
    def may_be_marked(self) -> bool:
        """Whether it can be added to the list."""
        return can_add(self.found) and not self.taken


def rows_of(
    found: Sequence[Found],
    marks: frozenset[str],
    taken: Mapping[str, str],
    edits: Mapping[str, Edit] = {},
) -> list[SearchRow]:
    """The rows: what can be added first, then what is odd, then what is known; each by address.

    Args:
        found: what was found.
        marks: the keys of those that were marked.
        taken: what has become of some in the list, by key.
        edits: how some go into the list, by key.
    """
    rows = []
    for each in sorted(found, key=_order):
        row = SearchRow(found=each, taken=taken.get(each.key, ""), edit=edits.get(each.key, AS_FOUND))
        rows.append(structs.replace(row, marked=row.may_be_marked and row.key in marks))
    return rows


def _order(found: Found) -> tuple[int, int, int, str]:
    if found.problem is not None:
        rank = _RANKS[found.problem]
    elif not found.confirmed:
        rank = _UNCONFIRMED
    else:
        rank = 0 if found.is_new else _KNOWN
    host, _, port = found.address.partition(":")
    try:
        place = int(ipaddress.IPv4Address(host))
    except ValueError:
        place = _NO_HOST
    return rank, place, int(port) if port.isascii() and port.isdecimal() else 0, found.key


def _state(row: SearchRow, glyphs: Glyphs) -> tuple[str, str, Tone]:
    """Sign, words and tone."""
    found = row.found
    hidden = ", hidden" if found.hidden else ""
    device = clean(found.device or found.instead_of or "", 40)
    if row.taken:
        return glyphs.done, clean(row.taken), Tone.GOOD
    if found.problem in (Problem.OTHER_SENSOR, Problem.ADDRESS_CONFLICT):
        behind = f" at {device}" if device and found.problem is Problem.OTHER_SENSOR else ""
        return glyphs.failed, f"{state_of(found)}{behind}", Tone.BAD
    if found.problem is not None:
        behind = f": {device}" if device and found.problem is Problem.MOVED else ""
        return glyphs.warning, f"{state_of(found)}{behind}{hidden}", Tone.WARN
    if not found.confirmed:
        return glyphs.hollow, state_of(found), Tone.DIM
    if found.is_new:
        return glyphs.full, f"{state_of(found)}{hidden}", Tone.GOOD
    return glyphs.dot, f"in the list as {device}{hidden}", Tone.DIM


def _state_cell(row: SearchRow, glyphs: Glyphs, _: int) -> Cell:
    sign, words, tone = _state(row, glyphs)
    return cell(f"{sign} {words}", tone)


def _mark_cell(row: SearchRow, glyphs: Glyphs, _: int) -> Cell:
    return cell(glyphs.mark, Tone.KEY) if row.marked else ()


SEARCH_COLUMNS: Final[tuple[Column[SearchRow], ...]] = (
    Column(id="mark", title="", least=1, most=1, cell=_mark_cell),
    Column(
        id="address",
        title="Address",
        least=9,
        ample=15,
        most=21,
        cell=lambda r, _g, _w: cell(clean(r.found.address)),
    ),
    Column(
        id="model",
        title="Model",
        least=8,
        ample=11,
        most=20,
        rank=3,
        cell=lambda r, _g, _w: cell(clean(r.found.model or "")),
    ),
    Column(
        id="serial",
        title="Serial",
        least=8,
        ample=8,
        most=17,
        rank=2,
        cell=lambda r, _g, _w: cell(clean(r.found.serial or r.found.mac or "")),
    ),
    Column(
        id="firmware",
        title="Firmware",
        least=8,
        most=12,
        rank=5,
        cell=lambda r, _g, _w: cell(clean(r.found.version or "")),
    ),
    Column(
        id="name",
        title="Name",
        least=8,
        ample=10,
        most=24,
        rank=4,
        cell=lambda r, _g, _w: cell(
            clean(r.edit.name or r.found.name or ""), Tone.KEY if r.edit.name else Tone.PLAIN
        ),
    ),
    Column(id="state", title="State", least=12, ample=24, most=44, rank=1, cell=_state_cell),
)
"""Every column of a search, from left to right."""


def progress_cell(progress: Progress | None, marked: int) -> Cell:
    """How far a search is, or what it has found.

    Args:
        progress: its last report; ``None``: it has just begun.
        marked: how many rows are marked.
    """
    before = cell(f"{marked} marked  " if marked else "", Tone.KEY)
    if progress is None:
        return (*before, Span("Searching", Tone.BUSY))
    seen, found = progress.seen, len(progress.found)
    asked = f"{min(seen.probed, seen.total)} of {seen.total} addresses asked" if seen.total else ""
    if progress.done:
        new = sum(can_add(each) for each in progress.found)
        moved = sum(each.problem is Problem.MOVED for each in progress.found)
        asked = asked or f"{count(seen.probed, 'address', 'addresses')} asked"
        words = (f"Found {count(found, 'sensor')}", f"{new} new", f"{moved} moved", asked)
        return (*before, Span(", ".join(words)))
    left = _left(progress)
    time = f"{duration(left) if left >= _MINUTE else f'{left} s'} left" if left else "finishing"
    parts = [part for part in (f"Searching: {time}", asked, f"{found} found") if part]
    return (*before, Span(", ".join(parts), Tone.BUSY))


_MINUTE: Final = 60


def _left(progress: Progress) -> int:
    """Seconds that the search will still take, as far as can be seen."""
    seen = progress.seen
    asked = min(seen.probed, seen.total)
    sweep = (seen.total - asked) * seen.seconds / asked if asked else 0.0
    return ceil(max(0.0, progress.wait - seen.seconds, sweep))


def scope_cell(request: SearchRequest, ports: Sequence[int], progress: Progress | None) -> Cell:
    """What is searched."""
    subnets = [str(subnet.network) for subnet in progress.seen.subnets] if progress else []
    parts = []
    if request.broadcast:
        named = f": {names(subnets, _MANY)}" if subnets else ""
        parts.append(f"this PC's subnets{named}")
    if request.networks:
        parts.append(f"ranges {names([str(network) for network in request.networks], _MANY)}")
    if request.targets:
        parts.append(f"targets {names([_target_words(target) for target in request.targets], _MANY)}")
    table = "neighbour table; " if request.broadcast else ""
    parts.append(f"{table}TCP {names([str(port) for port in ports], _MANY)}")
    text = "; ".join(parts)
    return cell(f"{text[0].upper()}{text[1:]}", Tone.DIM)


def _target_words(target: NamedHost) -> str:
    return target.host if target.port is None else f"{target.host}:{target.port}"


def why_not_added(row: SearchRow) -> str:
    """Why a sensor cannot be added, in a clause; empty if it can."""
    found = row.found
    if row.taken:
        return row.taken
    if can_add(found):
        return ""
    if not found.is_new and found.problem is None:
        return f"in the list as {found.device}"
    if not found.confirmed and found.problem is None:
        return "not confirmed by its own REST API"
    return state_of(found)


def about_found(row: SearchRow) -> list[Cell]:
    """A sensor in full: what is odd, what to do, and what it reports."""
    found = row.found
    lines: list[Cell] = []
    if row.taken:
        lines.append(cell(f"{row.taken[0].upper()}{clean(row.taken[1:])}.", Tone.GOOD))
    elif found.message:
        tone = Tone.BAD if found.problem in (Problem.OTHER_SENSOR, Problem.ADDRESS_CONFLICT) else Tone.WARN
        lines.append(cell(clean(found.message, 600), tone))
        lines += [cell(clean(found.advice, 600))] if found.advice else []
    elif not found.confirmed:
        lines.append(cell("Not confirmed by its own REST API so far.", Tone.WARN))
    facts = (
        ("name in the list", row.edit.name),
        ("address in the list", row.edit.address),
        ("address", found.address),
        ("model", found.model),
        ("serial number", found.serial),
        ("order number", found.order_number),
        ("firmware", found.version),
        ("name", found.name),
        ("MAC address", found.mac),
        ("in the list as", found.device),
        ("found by", found.by.value),
    )
    return lines + [(Span(f"{name}: ", Tone.DIM), Span(clean(value, 200))) for name, value in facts if value]


def means_of(keys: KeyMap, follow: str) -> Means:
    """What the advice names: keys of the search screen, and of the main screen.

    Args:
        keys: those of the main screen.
        follow: the key that changes the list.
    """
    commission, add = (keys.of(name) for name in ("commission", "add"))
    return Means(
        sweep="press c and enter {range}",
        ports="press c to name other TCP ports",
        broadcast="Press c and allow broadcasts",
        own_addresses=f"Give each its own address, from a list of MAC addresses: Esc, then {commission}.",
        address=f"Give it an address there, from a list with its MAC {{mac}}: Esc, then {commission}.",
        follow=f"Press {follow} to change the list.",
        add=f"To add it by its address: Esc, then {add}.",
    )


def about_nothing(progress: Progress, request: SearchRequest, means: Means, *, windows: bool) -> list[Cell]:
    """Why nothing may have been found, and what to try."""
    lines: list[Cell] = []
    for reason, advice in why_nothing(
        progress.seen,
        broadcast=request.broadcast,
        swept=bool(request.networks or request.targets),
        windows=windows,
        means=means,
    ):
        lines += [cell(reason), (Span("  "), Span(advice, Tone.KEY)), ()]
    return lines
