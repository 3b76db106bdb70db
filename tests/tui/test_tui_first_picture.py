"""What is imported before the first picture: it decides how soon there is one."""

import json
import os
import subprocess
import sys
from typing import Any, Final

import pytest

from sicktui.model.device import Profile
from sicktui.stores.config.devices import DeviceList, save_devices
from sicktui.stores.disk.home import locate

OTHERS: Final = "httpx httpcore anyio h11 websockets sqlite3 keyring secretstorage cryptography xml"
LATER: Final = (
    *("sicktui.engine.live", "sicktui.model.measuring", "sicktui.sensor", "sicktui.simulator"),
    *(
        "sicktui.stores.backups",
        "sicktui.stores.history",
        "sicktui.stores.journal",
        "sicktui.stores.packages",
    ),
    *("sicktui.tui.dialogs", "sicktui.tui.flows", "sicktui.tui.main.flow_table", "sicktui.tui.screens"),
)
MOST: Final = 215
"""Own modules. One costs some 0.2 ms."""

_UNTIL_THE_PICTURE: Final = """
import json, os, sys
from pathlib import Path
from sicktui.__main__ import main
import sicktui.cli.app
from sicktui.cli.context import open_cli
from sicktui.cli.options import Common
from sicktui.tui.app import Dashboard, appearance_for
from sicktui.tui.main.screen import MainScreen

seen = {}

async def stop(screen):
    seen["rows"] = [row.name for row in screen.renderer.devices.rows]
    seen["modules"] = [*sys.modules]
    screen.app.exit()

MainScreen._begin = stop
with open_cli(Common(home=Path(sys.argv[1]))) as cli:
    Dashboard(cli.context, appearance_for(cli.context, os.environ)).run(headless=True)
print(json.dumps(seen))
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The rows of the first picture, and the modules that were imported for it."""
    home = tmp_path_factory.mktemp("first")
    folders = locate(home, {})
    folders.create()
    save_devices(folders.devices_file, DeviceList().add(Profile(name="gate-1", address="127.0.0.1:9")))
    # Without the variables of coverage, which itself imports sqlite3.
    plain = {key: value for key, value in os.environ.items() if not key.startswith("COV")}
    result = subprocess.run(
        [sys.executable, "-c", _UNTIL_THE_PICTURE, str(home)],
        capture_output=True,
        text=True,
        env=plain,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_first_picture_shows_the_list(seen: dict[str, Any]) -> None:
    assert seen["rows"] == ["gate-1"]


def test_it_waits_for_nothing_that_only_the_work_needs(seen: dict[str, Any]) -> None:
    modules = set(seen["modules"])
    assert set(OTHERS.split()) & modules == set()
    assert {name for name in modules if name.startswith(tuple(LATER))} == set()


def test_it_waits_for_few_of_our_modules(seen: dict[str, Any]) -> None:
    own = [name for name in seen["modules"] if name.startswith("sicktui")]
    assert len(own) <= MOST, "import at use what the list does not show"
