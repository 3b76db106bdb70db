"""The dashboard on a real terminal asks in dialogs: it never leaves its screen for a prompt, nor echoes."""

import sys
import tomllib
from pathlib import Path

import pytest

from sicktui.stores.secrets.vault import Vault
from tests.credentials.kit import MASTER
from tests.support.harness import PASSWORD
from tests.support.terminal import Terminal, simulated

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are of POSIX"),
    # The suite may have threads when it starts a program in a terminal of its own.
    pytest.mark.filterwarnings("ignore:This process:DeprecationWarning"),
]

ENTERED = b"\x1b[?1049h"
LEFT = b"\x1b[?1049l"
WRONG = "not the right one"


def test_locked_vault_and_denied_access_are_asked_about_in_dialogs(tmp_path: Path) -> None:
    home = tmp_path / "home"
    quick = ("--set", "limits.requests_per_second=100", "--home", str(home))
    nobody = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/no-bus"}
    with simulated(home, 2) as _:
        first, second = tomllib.loads((home / "config" / "devices.toml").read_text("utf-8"))["devices"]
        vault = Vault(home / "data" / "passwords.vault")
        vault.create(MASTER)
        vault.put(f"{first}/Service", WRONG)
        vault.put(f"{second}/Service", PASSWORD)
        with Terminal(*quick, size=(100, 30), environ=nobody) as terminal:
            terminal.wait_for(lambda text: "2 online" in text and "vault is locked" in text)
            terminal.press("a", "b")
            terminal.wait_for(lambda text: "Unlock the vault" in text)
            terminal.press(WRONG, "\r")
            terminal.wait_for(lambda text: "That is not the password of the vault" in text)
            terminal.press(MASTER, "\r")
            terminal.wait_for(lambda text: "Back up parameters" in text)
            terminal.press("\r")
            shown = terminal.wait_for(lambda text: "rejected the stored password" in text and "Login" in text)
            assert f"Service on {first}" in shown
            terminal.press(PASSWORD, "\r")
            terminal.wait_for(lambda text: "finished · 2 succeeded" in text)
            said = terminal.output
            assert (said.count(ENTERED), said.count(LEFT)) == (1, 0), "it left its screen in between"
            terminal.press("q")
            terminal.wait_for(lambda text: "2 devices are marked" in text)
            terminal.press("y")
            assert terminal.wait_for_end() == 0
            for secret in (MASTER, PASSWORD, WRONG):
                assert secret.encode() not in terminal.output
            for prompt in (b"Password of the vault:", b"Password of Service on"):
                assert prompt not in terminal.output
        assert vault.get(f"{first}/Service") == PASSWORD
