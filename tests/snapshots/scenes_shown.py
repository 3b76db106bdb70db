"""Scenes that are shown by themselves: questions, progress, and what needs another network."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any, Final
from unittest.mock import patch

from sicktui.engine.address.change import AddressChanged, OnStage
from sicktui.engine.address.commission import Commissioned, OnDone, OnWords
from sicktui.engine.context import Context
from sicktui.engine.discovery.search import Progress, SearchRequest
from sicktui.engine.doctor.check import DoctorCheck
from sicktui.model.enums import Verdict
from sicktui.model.errors import ConfigError
from sicktui.model.network.address_change import AddressStage
from sicktui.model.network.addressing import Ipv4Config
from sicktui.model.network.commissioning import Entry
from sicktui.model.network.subnet import Subnet
from sicktui.model.search import records as search_records
from sicktui.model.search.records import By, Found, Problem, Remark
from sicktui.model.snapshot import Snapshot
from sicktui.stores.config.settings_file import read_rows
from sicktui.tui.dialogs.browser import FileBrowser
from sicktui.tui.dialogs.confirm import Confirm
from sicktui.tui.dialogs.file_error import FileErrorDialog
from sicktui.tui.dialogs.notice import Notice, SecretNotice
from sicktui.tui.dialogs.progress import ProgressDialog
from sicktui.tui.drawing.spans import Tone, cell
from sicktui.tui.screens import doctor as doctor_screen
from sicktui.tui.screens.doctor import DoctorScreen
from sicktui.tui.screens.leave import LeaveQuestion
from sicktui.tui.screens.sensors import search as search_screen
from sicktui.tui.screens.sensors import snapshots as snapshot_screen
from sicktui.tui.screens.sensors.address import AddressProgress, OutsideForm
from sicktui.tui.screens.sensors.commission import CommissionProgress
from sicktui.tui.screens.sensors.diff import DiffScreen
from sicktui.tui.screens.sensors.search import SearchScreen
from sicktui.tui.screens.sensors.snapshots import SnapshotReader
from sicktui.tui.screens.settings import ChoicePicker
from sicktui.tui.state.asked import SearchInput
from tests.snapshots.stage import Scene, Stage

MASK: Final = "255.255.255.0"
ENTRIES: Final = tuple(
    Entry(
        mac=f"00:06:77:00:00:0{number}",
        config=Ipv4Config(dhcp=False, address=f"192.168.0.{number + 10}", mask=MASK),
        name=f"gate-{number}",
    )
    for number in (1, 2, 3)
)
CHECKS: Final = (
    DoctorCheck(name="program", state="ok", message="sicktui on Python 3.11."),
    DoctorCheck(name="keyring", state="warning", message="No keyring answers.", remedy="Create a vault."),
    DoctorCheck(name="disk", state="failed", message="The disk is full.", remedy="Make room."),
)
FOUND: Final = (
    Found(
        address="192.168.0.11",
        by=By.BROADCAST,
        mac="00:06:77:00:00:01",
        serial="25420071",
        model="picoScan150",
        version="2.3.3.0R",
        name="south gate",
        confirmed=True,
    ),
    Found(
        address="192.168.0.12",
        by=By.SWEEP,
        serial="25420067",
        model="picoScan150",
        device="gate-1",
        problem=Problem.MOVED,
        confirmed=True,
        message="gate-1 is not at its address any more.",
        advice="Follow it.",
    ),
)


async def _never(*_: object) -> Any:
    await asyncio.Event().wait()


async def _file_error(stage: Stage) -> None:
    message = "The device list cannot be used: line 3, gate-1: the address is empty."
    error = ConfigError(message, advice="Correct the file.")
    await stage.push(FileErrorDialog(stage.appearance, error))


async def _notice(stage: Stage) -> None:
    lines = [cell("The sensor blinks."), (), cell("Press q when it was found.", Tone.DIM)]
    await stage.push(Notice(stage.appearance, "Find me", lines))


async def _secret(stage: Stage) -> None:
    lines = [cell("The passphrase of all backups of this site:"), (), cell("anchor-violin-copper", Tone.KEY)]
    await stage.push(SecretNotice(stage.appearance, "Write it down", lines))


async def _leave(stage: Stage) -> None:
    lines = [cell("2 marks are lost.", Tone.WARN)]
    await stage.push(LeaveQuestion(stage.appearance, lambda: lines))


async def _confirm(stage: Stage) -> None:
    lines = [cell("gate-1 and its settings are removed from the list."), cell("Backups stay.", Tone.DIM)]
    await stage.push(Confirm(stage.appearance, "Remove 1 device?", lines, yes="remove"))


async def _progress(stage: Stage) -> None:
    stage.hangs = True
    lines = [cell("gate-1: writing LocationName...")]
    await stage.push(ProgressDialog(stage.appearance, "Renaming", lines, _never, stops=False))


async def _browser(stage: Stage) -> None:
    begun = str(stage.harness.folder / "share") + "/"
    await stage.push(FileBrowser(stage.appearance, begun, (".spk.signed",)))
    await stage.shown("2.4.1.0R")


async def _outside(stage: Stage) -> None:
    lines = [cell("10.0.0.7 is in none of this PC's subnets.", Tone.WARN)]
    await stage.push(OutsideForm(stage.appearance, "10.0.0.7", lines))


async def _address_progress(stage: Stage) -> None:
    stage.hangs = True

    async def work(on_stage: OnStage) -> AddressChanged:
        on_stage(AddressStage.CHECK, "the sensor answers at 192.168.0.1")
        on_stage(AddressStage.WRITE, "192.168.0.11 is written")
        on_stage(AddressStage.FIND, "waiting for the sensor at 192.168.0.11")
        return await _never()  # type: ignore[no-any-return]

    await stage.push(AddressProgress(stage.appearance, [cell("gate-1"), ()], work))
    await stage.shown("waiting for")


async def _commission_progress(stage: Stage) -> None:
    stage.hangs = True

    async def work(on_words: OnWords, on_done: OnDone) -> list[Commissioned]:
        on_done(Commissioned(entry=ENTRIES[0], verdict=Verdict.SUCCEEDED, message="It is at its address."))
        on_words(ENTRIES[1], AddressStage.FIND, "waiting for the sensor at 192.168.0.12")
        return await _never()  # type: ignore[no-any-return]

    await stage.push(CommissionProgress(stage.appearance, ENTRIES, work))
    await stage.shown("waiting for")


def _snapshot(values: Mapping[str, object], version: str) -> Snapshot:
    return Snapshot(
        device="gate-1",
        serial="25420067",
        name="picoScan",
        model="picoScan150",
        version=version,
        taken="2026-11-20T09:00:00.000Z",
        operator="anna@plant-pc",
        scope="full",
        values=dict(values),
    )


async def _diff(stage: Stage) -> None:
    before = {"LocationName": "north gate", "ScanDataFormat": 2, "EtherIPAddress": [192, 168, 0, 1]}
    after = {"LocationName": "south gate", "ScanDataFormat": 4, "EtherIPAddress": [192, 168, 0, 1]}
    await stage.push(
        DiffScreen(stage.appearance, _snapshot(before, "2.3.3.0R"), _snapshot(after, "2.4.0.0R"))
    )


async def _reader(stage: Stage) -> None:
    stage.hangs = True

    async def reading(*_: object, on_read: Callable[[int, int], None], **__: object) -> Snapshot:
        on_read(12, 62)
        return await _never()  # type: ignore[no-any-return]

    targets = stage.harness.targets(["gate-1", "gate-2"])
    with patch.object(snapshot_screen, "snapshot_now", reading):
        await stage.push(SnapshotReader(stage.appearance, stage.context, targets))
        await stage.shown("12 of 62")


async def _choice(stage: Stage) -> None:
    rows = read_rows(stage.context.home.config_file)
    row = next(row for row in rows if row.name.endswith("density"))
    await stage.push(ChoicePicker(stage.appearance, row))


async def _doctor(stage: Stage) -> None:
    with patch.object(doctor_screen, "checks", lambda *_, **__: iter(CHECKS)):
        await stage.push(DoctorScreen(stage.appearance, stage.context))
        await stage.shown("Make room")


async def _searched(context: Context, request: SearchRequest, **_: object) -> AsyncGenerator[Progress]:
    seen = search_records.SearchState(
        subnets=(Subnet(host="192.168.0.2", prefix=24, name="eth0"),),
        probed=254,
        total=254,
        seconds=5.0,
        done=True,
        remarks=(Remark(code="firewall", message="A firewall may hide answers.", advice="Allow UDP 30718."),),
    )
    yield Progress(found=FOUND, seen=seen, wait=5.0)


async def _search(stage: Stage) -> None:
    screen = SearchScreen(
        stage.appearance,
        stage.context,
        SearchInput(),
        remember=lambda _: None,
        edit=_never,
        add=_never,
        follow=_never,
    )
    with patch.object(search_screen, "search", _searched):
        await stage.push(screen)
        await stage.shown("south gate")


SCENES: Final[dict[str, Scene]] = {
    "file error": _file_error,
    "notice": _notice,
    "secret": _secret,
    "leave": _leave,
    "confirm": _confirm,
    "progress": _progress,
    "browser": _browser,
    "address outside": _outside,
    "address progress": _address_progress,
    "commission progress": _commission_progress,
    "diff": _diff,
    "snapshot reader": _reader,
    "choice": _choice,
    "doctor": _doctor,
    "search": _search,
}
