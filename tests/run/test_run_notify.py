"""What is told about the end of a run: to a webhook and to a command, and what their trouble costs."""

import json
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sicktui.engine.notify.ended import run_ended
from sicktui.engine.notify.send import notify
from sicktui.engine.run.verdicts import summarise
from sicktui.model.enums import Code, Operation, RunState, Verdict
from sicktui.model.lines.runs import RunEnded
from sicktui.model.run.event import VerdictReached
from sicktui.model.settings import NotifySettings
from tests.support.fleet_thread import StartFleet, sensor
from tests.support.ports import closed_port
from tests.support.program import ProgramHarness
from tests.support.waiting import wait_until

MESSAGE = RunEnded(
    ts="2026-11-30T12:00:00.000Z",
    run="20261130-120000-abcd",
    operation=Operation.UPDATE,
    state=RunState.FINISHED,
    verdicts={Verdict.SUCCEEDED: 1},
    exit_code=0,
    devices=[],
)
ENVIRONMENT: dict[str, str] = {}


class Hook:
    """A server that keeps what it is sent."""

    def __init__(self, answer: int = 204, headers: dict[str, str] | None = None, wait: float = 0.0) -> None:
        self.got: list[Any] = []
        self.over = threading.Event()
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.got.append((self.path, self.headers["Content-Type"], json.loads(body)))
                hook.over.wait(wait)
                self.send_response(answer)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook/SECRET"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.over.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def hooks() -> Iterator[Callable[..., Hook]]:
    made: list[Hook] = []

    def make(**how: Any) -> Hook:
        made.append(Hook(**how))
        return made[-1]

    yield make
    for hook in made:
        hook.close()


async def test_a_webhook_and_a_command_get_the_message(hooks: Callable[..., Hook], tmp_path: Path) -> None:
    hook, place = hooks(), tmp_path / "got.json"
    code = f"import sys, pathlib; pathlib.Path({str(place)!r}).write_bytes(sys.stdin.buffer.read())"
    await notify(NotifySettings(url=hook.url, command=(sys.executable, "-c", code)), MESSAGE, ENVIRONMENT)
    sent = json.loads(msgspec.json.encode(MESSAGE))
    assert hook.got == [("/hook/SECRET", "application/json", sent)]
    assert json.loads(place.read_bytes()) == sent


async def test_no_proxy_of_the_environment_is_used(
    hooks: Callable[..., Hook], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    hook, proxy = hooks(), hooks()
    await notify(NotifySettings(url=hook.url), MESSAGE, ENVIRONMENT)
    assert len(hook.got) == 1
    await notify(
        NotifySettings(url=hook.url, proxy=proxy.url.removesuffix("/hook/SECRET")), MESSAGE, ENVIRONMENT
    )
    assert [path for path, _, _ in proxy.got] == [hook.url]


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"answer": 500}, "it answered 500"),
        ({"answer": 307, "headers": {"Location": "http://127.0.0.1:1/"}}, "it answered 307"),
        ({"answer": 302, "headers": {"Location": "http://127.0.0.1:1/"}}, "it answered 302"),
    ],
)
async def test_a_refusal_is_a_line_without_the_path(
    hooks: Callable[..., Hook], caplog: pytest.LogCaptureFixture, how: dict[str, Any], words: str
) -> None:
    await notify(NotifySettings(url=hooks(**how).url), MESSAGE, ENVIRONMENT)
    (record,) = caplog.records
    assert (record.levelno, words in record.getMessage()) == (logging.WARNING, True)
    assert "SECRET" not in caplog.text


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"url": f"http://127.0.0.1:{closed_port()}/"}, "http://127.0.0.1"),
        ({"url": "https://127.0.0.1:1/", "ca_file": "/nowhere.pem"}, "No such file"),
        ({"url": "http://["}, "was not passed"),
        ({"command": ("/nowhere/program",)}, "No such file"),
        ({"command": (sys.executable, "-c", "raise SystemExit(7)")}, "it ended with 7"),
        ({"command": (sys.executable, "-c", "import time; time.sleep(60)"), "timeout": 0.3}, "took too long"),
    ],
)
async def test_trouble_is_a_line(
    caplog: pytest.LogCaptureFixture, settings: dict[str, Any], words: str
) -> None:
    begun = time.monotonic()
    await notify(NotifySettings(**settings), MESSAGE, ENVIRONMENT)
    assert time.monotonic() - begun < 10
    assert words in caplog.text


async def test_a_server_that_does_not_answer_is_left(
    hooks: Callable[..., Hook], caplog: pytest.LogCaptureFixture
) -> None:
    await notify(NotifySettings(url=hooks(wait=30).url, timeout=0.2), MESSAGE, ENVIRONMENT)
    assert "was not passed to http://127.0.0.1" in caplog.text


async def test_the_command_gets_no_secret(
    tmp_path: Path,
) -> None:
    place = tmp_path / "environment"
    code = f"import os, pathlib; pathlib.Path({str(place)!r}).write_text(str(sorted(os.environ)))"
    await notify(NotifySettings(command=(sys.executable, "-c", code)), MESSAGE, {"SHOWN": "1"})
    assert "SHOWN" in place.read_text()
    assert "HOME" not in place.read_text()


def test_the_end_of_a_real_run(program: ProgramHarness, start_fleet: StartFleet, tmp_path: Path) -> None:
    made = start_fleet(sensor("one"))
    program.here("devices", "add", "gate-1", *made.addresses)
    place, metrics = tmp_path / "got.json", tmp_path / "sicktui.prom"
    script = tmp_path / "told.py"
    script.write_text(
        "import pathlib, sys\n"
        f"place = pathlib.Path({str(place)!r})\n"
        "place.with_suffix('.new').write_bytes(sys.stdin.buffer.read())\n"
        "place.with_suffix('.new').replace(place)\n"
    )
    (program.home / "config").mkdir(parents=True, exist_ok=True)
    (program.home / "config" / "config.toml").write_text(
        f"[metrics]\nfile = {json.dumps(metrics.as_posix())}\n"
        f"[notify]\ncommand = {json.dumps([sys.executable, str(script)])}\n"
    )
    result = program("backup", "gate-1", "--yes", "--json", SICKTUI_PASSWORD="servicelevel")
    run = result.of_kind("summary")[0]["run"]
    wait_until(place.exists)
    told = json.loads(place.read_bytes())
    assert (told["kind"], told["run"], told["exit_code"]) == ("run_ended", run, result.code)
    assert [device["device"] for device in told["devices"]] == ["gate-1"]
    assert "servicelevel" not in place.read_text()
    assert 'sicktui_last_run_exit_code{operation="backup"}' in metrics.read_text()


def test_the_message_has_verdicts_and_codes_alone() -> None:
    verdict = VerdictReached(
        ts=MESSAGE.ts,
        run=MESSAGE.run,
        device="gate-1",
        operation=Operation.UPDATE,
        verdict=Verdict.FAILED,
        code=Code.UNREACHABLE,
        message="words of a sensor",
        advice="",
        seconds=1.0,
    )
    summary = summarise(Operation.UPDATE, [], [verdict], run=MESSAGE.run, ts=MESSAGE.ts)
    ended = run_ended(MESSAGE.run, summary, RunState.FINISHED, [verdict])
    assert b"words of a sensor" not in msgspec.json.encode(ended)
    assert (ended.exit_code, ended.devices[0].code) == (1, Code.UNREACHABLE)
