"""A third kind of source is a class with the calls of ``Source``: nothing above it has to know its kind."""

import hashlib
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path

import pytest

from sicktui.engine.offers import session
from sicktui.model.firmware.offer import Offer, OfferState, Subject
from sicktui.sources.source import FetchedPackage, Hearing, Hint, Progress, Source, SourceError
from tests.sources.site import check, configure
from tests.support.program import ProgramHarness

NAME = "picoScan150_2.4.0.0R.spk.signed"
BYTES = bytes(range(256)) * 40


class Shop:
    """Has one package, which cannot be had at the first try."""

    name = "shop"
    asks_for_sensors = False
    warnings: Sequence[str] = ("Everything in it is made up.",)
    tries = 0
    closed = 0

    async def offers(self, subjects: Sequence[Subject]) -> AsyncGenerator[Offer, None]:
        yield Offer(source=self.name, state=OfferState.OFFERED, version="2.4.0.0R", name=NAME)

    async def fetch(
        self,
        offer: Offer,
        subject: Subject | None,
        room: Path,
        *,
        forced: bool = False,
        progress: Progress = lambda _sent, _total: None,
    ) -> FetchedPackage:
        self.tries += 1
        if self.tries == 1:
            raise SourceError("The shop is closed.", advice="Come back later.")
        (room / NAME).write_bytes(BYTES)
        progress(len(BYTES), len(BYTES))
        sha256 = hashlib.sha256(BYTES).hexdigest()
        return FetchedPackage(path=room / NAME, sha256=sha256, size=len(BYTES), version=offer.version)

    def listen(
        self, on_hint: Callable[[Hint], None], on_state: Callable[[Hearing], None] = lambda _: None
    ) -> None:
        """It sends no hints."""

    async def aclose(self) -> None:
        self.closed += 1


def test_a_third_kind_is_checked_fetched_listed_and_approved(
    program: ProgramHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop()

    def open_shop(*_: object, **__: object) -> Source:
        return shop

    monkeypatch.setattr(session, "open_source", open_shop)
    configure(program, f'[sources.shop]\nkind = "folder"\npath = "{tmp_path}"\n')
    [offer] = check(program)
    assert (offer["source"], offer["state"], offer["version"]) == ("shop", "offered", "2.4.0.0R")
    closed = program.here("firmware", "fetch")
    assert (closed.code, "The shop is closed." in closed.out) == (3, True), closed
    assert "Everything in it is made up." in closed.err
    assert program.here("firmware", "list", "--json").lines == []
    assert program.here("firmware", "fetch").code == 0
    [listed] = program.here("firmware", "list", "--json").lines
    assert (listed["source"], listed["approved"], listed["bytes"]) == ("shop", False, len(BYTES))
    assert program.here("firmware", "approve", listed["id"], "--yes").code == 0
    assert shop.closed == 3
