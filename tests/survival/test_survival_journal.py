"""A journal that is damaged: said plainly, history kept, sensors asked, nothing written twice."""

import os
import sqlite3
from pathlib import Path

import pytest
from msgspec import structs

from sicktui.engine.context import Context, open_context
from sicktui.engine.plan.spec import new_spec
from sicktui.engine.run.follow import interrupted, running
from sicktui.engine.run.history import every_event
from sicktui.engine.run.launch import resume_run, start_run
from sicktui.engine.run.spawn import LaunchError
from sicktui.model.clock import timestamp
from sicktui.model.enums import Code, Level, Operation, RunState, Verdict
from sicktui.model.run.event import Logged, UpdateStateRead, VerdictReached
from sicktui.simulator.fleet.fleet import Device
from sicktui.stores.journal.database import JournalDamaged, JournalError
from sicktui.stores.journal.journal import Journal
from tests.support.harness import PASSWORD
from tests.support.killed_runs import NEW, OLD, KilledRuns, complete_uploads, sensor
from tests.support.processes import KILL
from tests.survival.test_survival_resume import until_phase

LONG = 400.0
"""Simulated seconds of a flash that is still under way when the next process has started."""
FAR = 30.0
"""A deadline far behind that."""


def poke(path: Path, statement: str, *values: object) -> int:
    """Change the database behind sicktui's back; how many rows."""
    database = sqlite3.connect(path)
    changed = database.execute(statement, values).rowcount
    database.commit()
    database.close()
    return changed


def flip(harness: KilledRuns, run: str, words: str) -> None:
    """Flip one bit in the newest event of the run that holds the words, without making it unreadable."""
    path = harness.context.home.journal_file
    database = sqlite3.connect(path)
    [sequence, body] = database.execute(
        "SELECT seq, body FROM events WHERE run = ? AND instr(body, ?) ORDER BY seq DESC LIMIT 1",
        (run, words.encode()),
    ).fetchone()
    database.close()
    at = body.index(words.encode()) + len(words) - 1
    flipped = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
    assert poke(path, "UPDATE events SET body = ? WHERE seq = ?", flipped, sequence) == 1


def writes(device: Device) -> int:
    return sum(request.method in ("PUT", "POST") for request in device.requests)


def elsewhere(context: Context) -> Context:
    """Another process' view of the same home, as after a restart."""
    home = context.home.state.parent
    made = open_context(home=home, password=PASSWORD, environ={}, use_keyring=False)
    made.settings = context.settings
    return made


async def interrupted_run(
    harness: KilledRuns, point: str = "state 1", **changes: object
) -> tuple[str, Device]:
    """A run that was killed, and its sensor."""
    [device] = await harness.sensors(sensor(**changes))  # type: ignore[arg-type]
    spec = await harness.update_spec()
    await harness.start_killed(spec, "after", point)
    return spec.run, device


@pytest.mark.parametrize("words", ['"intended"', '"update_state":0', '"survey"', OLD])
async def test_one_flipped_bit_is_noticed_and_the_flash_is_only_watched(
    harness: KilledRuns, words: str
) -> None:
    harness.settings(flash_timeout=FAR)
    run, device = await interrupted_run(harness, flash_seconds=LONG)
    flip(harness, run, words)
    before = writes(device)
    view = await harness.resumed_to_the_end(run)
    assert view.finished
    [verdict] = harness.verdicts(run).values()
    harness.assert_updated(device, verdict)
    assert writes(device) == before, "it was asked and watched, nothing more"
    messages = [event.message for event in harness.events(run) if isinstance(event, Logged)]
    assert any("is damaged" in message and "checksum" in message for message in messages)
    assert any("nothing is written to them" in message for message in messages)


async def test_a_sensor_of_which_nobody_knows_whether_it_was_begun_is_left_alone(harness: KilledRuns) -> None:
    run, device = await interrupted_run(harness, "step upload started")
    flip(harness, run, '"step":"backup"')
    before = writes(device)
    await harness.resumed_to_the_end(run)
    [verdict] = harness.verdicts(run).values()
    assert (verdict.verdict, verdict.code) == (Verdict.FAILED, Code.INTERRUPTED)
    assert OLD in verdict.message
    assert "damaged" in verdict.message
    assert device.firmware_version == OLD
    assert writes(device) == before


async def test_a_flash_whose_intention_was_lost_is_brought_to_its_end(harness: KilledRuns) -> None:
    """The trigger was sent, and the sensor has not even started: it is given its time, and watched."""
    run, device = await interrupted_run(harness, "act run_firmware_update done", check_seconds=0.0)
    flip(harness, run, '"run_firmware_update"')
    await harness.resumed_to_the_end(run)
    [verdict] = harness.verdicts(run).values()
    harness.assert_updated(device, verdict)


async def test_a_lost_verdict_is_reached_again_by_asking(harness: KilledRuns) -> None:
    run, device = await interrupted_run(harness, "verdict")
    flip(harness, run, '"succeeded"')
    await harness.resumed_to_the_end(run)
    [verdict] = harness.verdicts(run).values()
    harness.assert_updated(device, verdict)


async def test_history_before_and_behind_the_damage_is_shown_with_the_damage_in_its_place(
    harness: KilledRuns,
) -> None:
    run, _ = await interrupted_run(harness)
    whole = harness.events(run)
    flip(harness, run, '"act":"put_update"')
    seen = harness.events(run)
    assert len(seen) == len(whole)
    [line] = [event for event in seen if isinstance(event, Logged) and event.level is Level.ERROR]
    assert "is damaged" in line.message
    assert "sicktui status" in line.message
    assert [event for event in seen if event is not line] == [event for event in whole if event in seen]
    view = await harness.to_the_end(run)
    assert view.state is RunState.INTERRUPTED, "a follower gets past the damage too"


async def test_a_damaged_run_does_not_hide_the_others(harness: KilledRuns) -> None:
    run, _ = await interrupted_run(harness)
    path = harness.context.home.journal_file
    other = new_spec(harness.context, Operation.BACKUP, [])
    harness.context.journal.create_run(other, [])
    poke(path, "UPDATE runs SET state = 'rinning' WHERE run = ?", other.run)
    assert [row.run for row in interrupted(harness.context)] == [run]
    assert [row.run for row in harness.context.journal.runs()] == [run]
    [damage] = harness.context.journal.damages()
    assert damage.run == other.run
    poke(path, "UPDATE runs SET run = CAST(? AS TEXT) WHERE run = ?", b"\xff\xfe", other.run)
    assert [row.run for row in harness.context.journal.runs()] == [run]
    await harness.resumed_to_the_end(run)


async def test_without_its_own_row_a_run_says_so_and_asks_for_a_look(harness: KilledRuns) -> None:
    run, device = await interrupted_run(harness)
    poke(harness.context.home.journal_file, "UPDATE runs SET spec = replace(spec, ?, ?)", NEW, "2.4.0.1R")
    before = len(device.requests)
    with pytest.raises(JournalDamaged, match=f"own row of run {run}") as caught:
        await resume_run(harness.context, run)
    assert "sicktui status" in caught.value.advice
    assert [row.run for row in interrupted(harness.context)] == [run]
    assert harness.events(run), "its history can be read all the same"
    assert len(device.requests) == before


async def test_a_journal_that_was_cut_short_is_read_up_to_its_end_and_not_written(
    harness: KilledRuns,
) -> None:
    run, _ = await interrupted_run(harness)
    whole = harness.events(run)
    path = harness.context.home.journal_file
    harness.context.journal.close()  # the last one out brings everything into the one file
    assert not path.with_name("journal.db-wal").exists()
    with sqlite3.connect(path) as database:
        database.executemany(
            "INSERT INTO events (run, kind, body) VALUES ('other', 'log', ?)", [(b"x" * 900,)] * 400
        )
    database.close()
    os.truncate(path, path.stat().st_size // 2 // 4096 * 4096)
    cut = path.read_bytes()
    context = elsewhere(harness.context)
    assert context.journal.damage is not None
    assert [row.run for row in interrupted(context)] == [run]
    *kept, last = every_event(context.journal, run)
    assert isinstance(last, Logged)
    assert "is damaged" in last.message
    assert kept == whole[: len(kept)]
    assert len(kept) > 15
    assert len(context.journal.damages()) >= 1
    with pytest.raises(LaunchError, match="is damaged"):
        await resume_run(context, run)
    with pytest.raises(JournalDamaged) as caught:
        await start_run(
            context, new_spec(context, Operation.UPDATE, harness.items, package=harness.package(NEW))
        )
    assert "Then move the file away" in caught.value.advice
    context.close()
    assert path.read_bytes() == cut, "the file is evidence"
    del harness.context.__dict__["journal"]  # the ward looks at its runs at the end


async def test_a_page_in_the_middle_is_damaged(harness: KilledRuns) -> None:
    """Events on other pages, and other runs, stay readable; what stood on it is named as lost."""
    run, _ = await interrupted_run(harness)
    journal = harness.context.journal
    long, now = "x" * 1500, timestamp(harness.context.clock.now())
    journal.create_run(new_spec(harness.context, Operation.BACKUP, []), [])
    other = journal.runs()[0].run
    for _ in range(20):
        journal.append(run, [Logged(ts=now, run=run, level=Level.INFO, message=long)] * 4, durable=False)
        journal.append(other, [Logged(ts=now, run=other, level=Level.INFO, message=long)], durable=False)
    whole = harness.events(run)
    journal.close()
    path = harness.context.home.journal_file
    content = bytearray(path.read_bytes())
    # Somewhere in the middle of the long lines: a page full of nonsense.
    at = content.index(b"x" * 1000, len(content) // 2) // 4096 * 4096
    content[at : at + 4096] = b"\xa5" * 4096
    path.write_bytes(content)
    context = elsewhere(harness.context)
    seen = list(every_event(context.journal, run))
    assert isinstance(seen[-1], Logged)
    assert "is damaged" in seen[-1].message
    assert seen[:-1] == whole[: len(seen) - 1]
    assert len(seen) > len(whole) / 3
    assert [row.run for row in context.journal.runs()] == [other, run]
    assert context.journal.damages()
    context.close()
    del harness.context.__dict__["journal"]


async def test_what_is_no_database_any_more_is_said_plainly(harness: KilledRuns) -> None:
    run, _ = await interrupted_run(harness)
    harness.context.journal.close()
    path = harness.context.home.journal_file
    path.write_bytes(b"\0" * path.stat().st_size)
    with pytest.raises(JournalError) as caught:
        Journal(path)
    assert str(path) in caught.value.message
    assert "ove the file away" in caught.value.advice
    path.unlink()
    del harness.context.__dict__["journal"]
    assert run not in [row.run for row in harness.context.journal.runs()]


@pytest.mark.parametrize("meanwhile", ["flashing", "updated"])
async def test_the_last_lines_were_lost_with_the_power(harness: KilledRuns, meanwhile: str) -> None:
    """Without its write-ahead log the journal knows nothing of the upload: the sensor itself does."""
    harness.settings(flash_timeout=FAR)
    [device] = await harness.sensors(sensor(flash_seconds=LONG))
    spec = await harness.update_spec()
    path = harness.context.home.journal_file
    harness.kill_at("after", "state 1")
    starting = harness.context.journal
    await start_run(harness.context, spec)
    starting._database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    early = path.read_bytes()
    await harness._died()
    harness.stop_killing()
    assert complete_uploads(device)
    starting.close()
    for name in ("journal.db-wal", "journal.db-shm"):
        path.with_name(name).unlink(missing_ok=True)
    path.write_bytes(early)
    del harness.context.__dict__["journal"]
    events = harness.events(spec.run)
    assert not any(isinstance(event, UpdateStateRead) and event.value == 1 for event in events)
    await until_phase(device, meanwhile)
    before = writes(device)
    await harness.resumed_to_the_end(spec.run)
    [verdict] = harness.verdicts(spec.run).values()
    assert device.firmware_version == NEW
    assert device.flashes == 1
    assert len(complete_uploads(device)) == 1
    if meanwhile == "flashing":
        assert verdict.verdict is Verdict.SUCCEEDED, verdict.message
        assert writes(device) == before
    else:
        assert (verdict.verdict, verdict.code) == (Verdict.SKIPPED, Code.ALREADY_CURRENT)


async def test_after_a_restart_of_the_pc_the_run_is_found_and_resumed(harness: KilledRuns) -> None:
    """Every process is gone, the lock files lie about, and the pid may be somebody else's by now."""
    [device] = await harness.sensors(sensor(flash_seconds=60.0))
    spec = await harness.update_spec()
    await start_run(harness.context, spec)
    await harness.until(spec.run, "state 1")
    os.kill(harness.pid(spec.run), KILL)
    await harness.wait_until_gone(spec.run)
    harness.context.journal.set_state(spec.run, RunState.RUNNING, pid=os.getpid())
    harness.context.close()
    del harness.context.__dict__["journal"]
    context = elsewhere(harness.context)
    assert [row.run for row in interrupted(context)] == [spec.run]
    assert running(context) == []
    for number in range(60):  # it is not forgotten among later runs
        # Sixty ids of one second would now and then hold two that are alike.
        later = structs.replace(new_spec(context, Operation.BACKUP, []), run=f"{spec.run[:-4]}{number:05x}")
        context.journal.create_run(later, [], finished=spec.created)
    assert [row.run for row in interrupted(context)] == [spec.run]
    await resume_run(context, spec.run)
    context.close()
    await harness.to_the_end(spec.run)
    [verdict] = [event for event in harness.events(spec.run) if isinstance(event, VerdictReached)]
    harness.assert_updated(device, verdict)


async def test_damage_of_another_run_keeps_no_run_from_being_resumed(harness: KilledRuns) -> None:
    run, device = await interrupted_run(harness, "step upload started")
    other = new_spec(harness.context, Operation.BACKUP, [])
    path = harness.context.home.journal_file
    harness.context.journal.create_run(other, [], finished=other.created)
    poke(path, "UPDATE runs SET state = 'rinning', spec = replace(spec, 'a', 'b') WHERE run = ?", other.run)
    assert {damage.run for damage in harness.context.journal.damages()} == {other.run}
    await harness.resumed_to_the_end(run)
    [verdict] = harness.verdicts(run).values()
    harness.assert_updated(device, verdict)
