"""What ``sicktui firmware check`` and ``sicktui firmware fetch`` do."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Sequence
from typing import Final, Literal

from sicktui.cli.actions.packages.firmware import package_fact
from sicktui.cli.context import CliContext, open_cli
from sicktui.cli.options import Common
from sicktui.cli.signals import Interrupts
from sicktui.engine.offers.check import check as check_sources
from sicktui.engine.offers.session import OfferSession
from sicktui.engine.offers.watch import watch
from sicktui.model.exit_codes import ExitCode
from sicktui.model.firmware.offer import Offer, OfferState
from sicktui.model.lines.base import line_of
from sicktui.model.lines.packages import FetchProgress, OfferLine, SourcesSummary
from sicktui.stores.packages.shelf import ShelfEntry
from sicktui.stores.secrets.store import SOURCE_VARIABLE

_BETWEEN: Final = 0.25
"""Seconds between two progress lines of a download."""
_WORDS: Final = {
    OfferState.OFFERED: "new",
    OfferState.CURRENT: "current",
    OfferState.FETCHED: "on the shelf",
    OfferState.UNAVAILABLE: "not available",
    OfferState.REFUSED: "refused",
}


class _Printer:
    """Prints what happens as it happens."""

    def __init__(self, cli: CliContext) -> None:
        self._cli = cli
        self._last = 0.0
        self._heard: list[Offer] = []
        self._checked: list[Offer] = []

    def checked(self) -> None:
        """A check has ended."""
        self._heard, self._checked = [], self._heard

    @property
    def newest(self) -> Sequence[Offer]:
        """The offers of the last check that has ended, or else of the one that was ended."""
        return self._checked or self._heard

    def on_warning(self, source: str, message: str) -> None:
        """A warning for people."""
        self._cli.out.note(f"{source}: {message}", "yellow")

    def on_offer(self, offer: Offer) -> None:
        """One offer, or trouble in its place."""
        self._heard.append(offer)
        out = self._cli.out
        package = offer.package if offer.state is OfferState.FETCHED else None
        out.emit(line_of(OfferLine, offer.checked or self._cli.now(), offer, package=package))
        bad = offer.state in (OfferState.UNAVAILABLE, OfferState.REFUSED)
        version = f"{offer.version}:" if offer.version else ""
        what = " ".join(filter(None, (offer.device, version, _WORDS[offer.state])))
        out.result(f"{offer.source}: {what}. {offer.message}".strip(), offer.advice, "red" if bad else None)

    def on_progress(self, offer: Offer, sent: int, total: int | None) -> None:
        """Progress, at most four times a second."""
        now = time.monotonic()
        if now - self._last < _BETWEEN and sent != total:
            return
        self._last = now
        self._cli.out.emit(
            FetchProgress(
                ts=self._cli.now(),
                source=offer.source,
                device=offer.device,
                sent=sent,
                total=total,
            )
        )

    def on_package(self, entry: ShelfEntry, offer: Offer) -> None:
        """A package is on the shelf."""
        del offer
        package_fact(self._cli, entry)


def check(
    common: Common, sources: Sequence[str], devices: Sequence[str], *, every: float | None = None
) -> int:
    """Ask sources what they offer; with ``auto_update`` fetch it.

    Args:
        common: the common options.
        sources: names of sources; none: all of them.
        devices: only for these sensors.
        every: check again at this interval in minutes, until a signal.
    """
    if every is None:
        return _run(common, sources, devices, operation="check")
    with open_cli(common) as cli:
        session = OfferSession(cli.context, os.environ.get(SOURCE_VARIABLE), sources, devices)
        printer = _Printer(cli)
        asyncio.run(_watch(session, printer, every * 60))
        _print_summary(cli, "check", printer.newest, ExitCode.OK)
        return ExitCode.OK


async def _watch(session: OfferSession, printer: "_Printer", interval: float) -> None:
    with Interrupts() as interrupts:
        watching = asyncio.create_task(watch(session, printer, interval=interval, after=printer.checked))
        signalled = asyncio.create_task(interrupts.ctrl_c())
        await asyncio.wait({watching, signalled}, return_when=asyncio.FIRST_COMPLETED)
        for task in (watching, signalled):
            task.cancel()
        for result in await asyncio.gather(watching, signalled, return_exceptions=True):
            if isinstance(result, Exception):
                raise result


def fetch(common: Common, sources: Sequence[str], devices: Sequence[str], *, forced: bool) -> int:
    """Fetch what sources offer to the shelf."""
    return _run(common, sources, devices, operation="fetch", forced=forced)


def _run(
    common: Common,
    sources: Sequence[str],
    devices: Sequence[str],
    *,
    operation: Literal["check", "fetch"],
    forced: bool = False,
) -> int:
    with open_cli(common) as cli:
        session = OfferSession(cli.context, os.environ.get(SOURCE_VARIABLE), sources, devices)
        fetching = operation == "fetch"
        checking = check_sources(session, _Printer(cli), fetching=fetching, forced=forced)
        offers = asyncio.run(checking) if fetching else cli.read(checking)
        code = exit_code(offers)
        _print_summary(cli, operation, offers, code)
        if not offers:
            cli.out.note("The sources have nothing.")
        return code


def _print_summary(
    cli: CliContext, operation: Literal["check", "fetch"], offers: Sequence[Offer], code: ExitCode
) -> None:
    counts = Counter(offer.state.value for offer in offers)
    cli.out.emit(
        SourcesSummary(
            ts=cli.now(),
            operation=operation,
            offers={state.value: counts[state.value] for state in OfferState if counts[state.value]},
            exit_code=int(code),
        )
    )


def exit_code(offers: Sequence[Offer]) -> ExitCode:
    """The exit code of a check or a fetch: a refusal counts as failed, what is not available as unknown."""
    states = {offer.state for offer in offers}
    if OfferState.REFUSED in states:
        return ExitCode.FAILED
    return ExitCode.UNKNOWN if OfferState.UNAVAILABLE in states else ExitCode.OK
