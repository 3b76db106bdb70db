"""The chain on a real Secret Service (GNOME Keyring in a bus of its own), with the vault behind it."""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import secretstorage

from sicktui.stores.secrets.credentials import Credentials, open_credentials
from sicktui.stores.secrets.vault import VAULT, VaultState
from tests.credentials.kit import MASTER, SECRET, cheap_vault, opened_vault
from tests.support.program import ProgramHarness
from tests.support.waiting import Stopwatch

pytestmark = pytest.mark.skipif("sys.platform != 'linux'", reason="the Secret Service is of Linux")
KEYRING = "OS keyring (Secret Service)"
unlocked = pytest.mark.usefixtures("secret_service")


@pytest.fixture
def chain(vault_file: Path) -> Callable[..., Credentials]:
    """A new session on this PC, which has a vault and was given its password."""
    opened_vault(vault_file)

    def make(**options: Any) -> Credentials:
        vault = cheap_vault(vault_file, given=MASTER)
        return open_credentials(
            password=None, passphrase=None, vault=vault, groups=lambda _: ("@hall-3",), **options
        )

    return make


def lock_collection() -> None:
    bus = secretstorage.dbus_init()
    secretstorage.Collection(bus).lock()
    bus.close()


@unlocked
def test_where_the_keyring_works_the_vault_stays_empty(chain: Callable[..., Credentials]) -> None:
    assert chain().remember("a", "Service", SECRET) == KEYRING
    assert chain().share("@hall-3", "Service", "shared") == KEYRING
    later = chain()
    assert later.password("a", "Service") == SECRET
    assert later.password("b", "Service") == "shared"
    report = later.describe()
    assert (report.active, report.problems, report.vault) == (KEYRING, (), VaultState.OPEN)
    assert later.vault is not None
    assert later.vault.names() == ()


@unlocked
def test_a_locked_keyring_leaves_the_vault(chain: Callable[..., Credentials]) -> None:
    lock_collection()
    over_ssh = chain()
    assert over_ssh.remember("a", "Service", SECRET) == VAULT
    report = over_ssh.describe()
    assert report.active == VAULT
    assert "locked" in report.problems[0].reason
    assert chain().password("a", "Service") == SECRET


def test_a_bus_that_vanishes_leaves_the_vault(
    secret_service: Callable[[], None], chain: Callable[..., Credentials]
) -> None:
    credentials = chain()
    assert credentials.remember("a", "Service", "in the keyring") == KEYRING
    assert credentials.vault is not None
    credentials.vault.put("b/Service", "in the vault")
    secret_service()
    assert credentials.password("a", "Service") is None, "that one is where nobody can get at it now"
    assert credentials.password("b", "Service") == "in the vault"
    assert credentials.remember("a", "Service", SECRET) == VAULT
    assert credentials.password("a", "Service") == SECRET
    assert "D-Bus cannot be reached" in credentials.describe().problems[0].reason


@pytest.mark.usefixtures("bare_bus")
def test_without_a_secret_service_the_vault_is_used(chain: Callable[..., Credentials]) -> None:
    credentials = chain()
    assert credentials.remember("a", "Service", SECRET) == VAULT
    assert credentials.describe().problems[0].reason == "no Secret Service runs in this session"


@pytest.fixture
def silent_prompter(secret_service: object) -> Iterator[None]:
    """A desktop that takes the request for an unlock prompt, and then nobody answers."""
    blocking = pytest.importorskip("jeepney.io.blocking")
    bus_messages = pytest.importorskip("jeepney.bus_messages")
    bus = blocking.open_dbus_connection()
    bus.send_and_get_reply(bus_messages.message_bus.RequestName("org.gnome.keyring.SystemPrompter"))
    yield
    bus.close()


@pytest.mark.usefixtures("silent_prompter")
def test_a_prompt_on_a_display_that_nobody_sees_costs_the_limit_once(
    chain: Callable[..., Credentials],
) -> None:
    lock_collection()
    credentials = chain(time_limit=0.5)
    began = Stopwatch()
    for device in "abcde":
        assert credentials.remember(device, "Service", SECRET) == VAULT
        assert credentials.password(device, "Service") == SECRET
    assert 0.3 < began.seconds() < 3
    assert "unlock prompt that is not visible" in credentials.describe().problems[0].reason


@pytest.mark.usefixtures("silent_prompter")
def test_the_program_does_not_wait_for_a_prompt_that_nobody_sees(program: ProgramHarness) -> None:
    """The whole of it: a display that can be reached, a keyring that is locked, and nobody at the PC."""
    lock_collection()
    began = Stopwatch()
    bus = os.environ["DBUS_SESSION_BUS_ADDRESS"]
    result = program(
        "doctor", fast=False, password=None, DBUS_SESSION_BUS_ADDRESS=bus, DISPLAY=":0", WAYLAND_DISPLAY="w"
    )
    assert began.seconds() < 10
    words = " ".join(result.out.split())
    assert "is locked and is waiting for an unlock prompt that is not visible" in words
    assert "Unlock it in a desktop session." in words
    assert "Create one with 'sicktui vault create'" in words


@unlocked
def test_many_threads_at_once(chain: Callable[..., Credentials]) -> None:
    """As a plan of many sensors asks: side by side."""
    credentials = chain()
    credentials.describe()
    wrong: list[str] = []

    def work(device: str) -> None:
        if credentials.remember(device, "Service", f"of {device}") != KEYRING:
            wrong.append(f"{device} was not kept")
        if credentials.password(device, "Service") != f"of {device}":
            wrong.append(f"{device} was not given back")

    threads = [threading.Thread(target=work, args=(f"device-{n}",)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == [], credentials.describe().problems
