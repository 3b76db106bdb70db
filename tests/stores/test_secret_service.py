"""Credentials against a real Secret Service: GNOME Keyring in a D-Bus session of its own."""

from collections.abc import Callable, Iterator

import pytest
import secretstorage

from sicktui.stores.secrets.credentials import open_credentials
from tests.support.waiting import Stopwatch

pytestmark = pytest.mark.skipif("sys.platform != 'linux'", reason="the Secret Service is of Linux")
unlocked = pytest.mark.usefixtures("secret_service")


def _lock_collection() -> None:
    bus = secretstorage.dbus_init()
    secretstorage.Collection(bus).lock()
    bus.close()


@unlocked
def test_a_password_survives_the_process_that_stored_it() -> None:
    first = open_credentials(password=None, passphrase=None)
    assert first.remember("press 3", "Service", "geh€im") == "OS keyring (Secret Service)"
    second = open_credentials(password=None, passphrase=None)
    assert second.password("press 3", "Service") == "geh€im"
    assert second.password("press 3", "Maintenance") is None
    assert second.password("press 4", "Service") is None
    report = second.describe()
    assert (report.active, report.problems) == ("OS keyring (Secret Service)", ())


@unlocked
def test_the_newest_password_counts_and_can_be_forgotten() -> None:
    credentials = open_credentials(password=None, passphrase=None)
    credentials.remember("a", "Service", "old")
    credentials.remember("a", "Service", "new")
    assert open_credentials(password=None, passphrase=None).password("a", "Service") == "new"
    assert credentials.forget("a", "Service")
    assert not credentials.forget("a", "Service")
    assert credentials.password("a", "Service") is None


@unlocked
def test_the_self_test_leaves_nothing_behind() -> None:
    credentials = open_credentials(password=None, passphrase=None)
    credentials.describe()
    bus = secretstorage.dbus_init()
    assert list(secretstorage.Collection(bus).get_all_items()) == []
    bus.close()


@unlocked
def test_a_locked_keyring_falls_to_memory_with_the_reason() -> None:
    open_credentials(password=None, passphrase=None).remember("a", "Service", "x")
    _lock_collection()
    credentials = open_credentials(password=None, passphrase=None)
    began = Stopwatch()
    assert credentials.password("a", "Service") is None
    assert began.seconds() < 4
    report = credentials.describe()
    assert report.active == "memory, until sicktui exits"
    assert "locked" in report.problems[0].reason
    assert credentials.remember("a", "Service", "typed in") == "memory, until sicktui exits"
    assert credentials.password("a", "Service") == "typed in"


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
def test_a_prompt_that_nobody_answers_costs_the_limit_once() -> None:
    _lock_collection()
    credentials = open_credentials(password=None, passphrase=None, time_limit=0.5)
    began = Stopwatch()
    for _ in range(5):
        assert credentials.password("a", "Service") is None
    assert 0.3 < began.seconds() < 2
    assert "unlock prompt that is not visible" in credentials.describe().problems[0].reason


@unlocked
def test_a_keyring_locked_in_between_falls_to_memory() -> None:
    credentials = open_credentials(password=None, passphrase=None)
    assert credentials.remember("a", "Service", "x") == "OS keyring (Secret Service)"
    _lock_collection()
    assert credentials.remember("a", "Service", "y") == "memory, until sicktui exits"
    assert credentials.password("a", "Service") == "y"
    assert "locked" in credentials.describe().problems[0].reason


def test_a_bus_that_vanishes_falls_to_memory(secret_service: Callable[[], None]) -> None:
    credentials = open_credentials(password=None, passphrase=None)
    credentials.remember("a", "Service", "x")
    secret_service()
    assert credentials.password("a", "Service") is None
    assert credentials.remember("a", "Service", "y") == "memory, until sicktui exits"
    assert credentials.password("a", "Service") == "y"
    assert "D-Bus cannot be reached" in credentials.describe().problems[0].reason


@pytest.mark.usefixtures("bare_bus")
def test_a_bus_without_a_secret_service_is_said_in_words() -> None:
    problem = open_credentials(password=None, passphrase=None).describe().problems[0]
    assert problem.reason == "no Secret Service runs in this session"


@pytest.mark.usefixtures("new_keyring")
def test_no_keyring_is_made_behind_a_prompt() -> None:
    began = Stopwatch()
    problem = open_credentials(password=None, passphrase=None).describe().problems[0]
    assert problem.reason == "the Secret Service has no default keyring yet"
    assert began.seconds() < 2
