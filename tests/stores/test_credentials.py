"""The chain of places for passwords, on stand-ins that raise what real keyrings raise."""

import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from sicktui.stores.secrets.credentials import Credentials, account_of, open_credentials
from sicktui.stores.secrets.keyring import SERVICE, TEST_SERVICE, Backend, KeyringStore
from sicktui.stores.secrets.store import MEMORY
from tests.support.keyrings import Working, keyring_store
from tests.support.waiting import Stopwatch

SECRET = "s3cret-Word"


class Failing(Working):
    """A keyring that works until it is told to fail."""

    def __init__(self, failure: BaseException | Callable[[], None], *, at_once: bool = True) -> None:
        super().__init__()
        self.failure = failure
        self.broken = at_once

    def _fail(self) -> None:
        if self.broken:
            if isinstance(self.failure, BaseException):
                raise self.failure
            self.failure()

    def get_password(self, service: str, username: str) -> str | None:
        self._fail()
        return super().get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._fail()
        super().set_password(service, username, password)


class WindowsError1312(Exception):
    """Like ``pywintypes.error``: no OSError, with these attributes."""

    winerror = 1312
    funcname = "CredWrite"


def chain(backend: Backend, *, given: str | None = None, time_limit: float = 0.3) -> Credentials:
    return Credentials(given=given, keyring=keyring_store(backend, time_limit=time_limit))


def test_the_keyring_is_used_where_it_works() -> None:
    backend = Working()
    credentials = chain(backend)
    assert credentials.remember("press", "Service", SECRET) == "OS keyring (test)"
    assert backend.entries == {(SERVICE, "press/Service"): SECRET}
    assert credentials.password("press", "Service") == SECRET
    assert credentials.describe().active == "OS keyring (test)"
    assert credentials.forget("press", "Service")
    assert backend.entries == {}


def test_the_given_password_is_for_every_device() -> None:
    backend = Working()
    backend.entries[SERVICE, "a/Service"] = "stored"
    credentials = chain(backend, given=SECRET)
    assert credentials.password("a", "Service") == SECRET
    assert credentials.password("b", "Maintenance") == SECRET
    report = credentials.describe()
    assert report.given
    assert not report.passphrase


def test_a_password_entered_later_goes_before_the_given_one() -> None:
    credentials = chain(Working(), given="wrong")
    credentials.remember("a", "Service", SECRET)
    assert credentials.password("a", "Service") == SECRET
    assert credentials.password("b", "Service") == "wrong"
    credentials.forget("a", "Service")
    assert credentials.password("a", "Service") == "wrong"


def test_another_process_may_change_the_keyring() -> None:
    backend = Working()
    credentials = chain(backend)
    credentials.remember("a", "Service", "old")
    backend.entries[SERVICE, account_of("a", "Service")] = "new"
    assert credentials.password("a", "Service") == "new"


def test_a_password_may_be_held_in_memory_alone() -> None:
    backend = Working()
    credentials = chain(backend, given="wrong")
    credentials.hold("a", "Service", SECRET)
    assert credentials.password("a", "Service") == SECRET
    assert backend.entries == {}


def test_an_empty_password_is_a_password() -> None:
    credentials = chain(Failing(OSError()))
    credentials.remember("a", "Service", "")
    assert credentials.password("a", "Service") == ""


FAILURES = [
    (FileNotFoundError(2, "No such file or directory"), "No such file"),
    (PermissionError(13, "Permission denied"), "Permission denied"),
    (WindowsError1312(1312, "CredWrite", "A specified logon session does not exist."), "error 1312"),
    (type("KeyringError", (Exception,), {})("Can't store password on keychain: (-25308, '')"), "-25308"),
    (type("KeyringLocked", (Exception,), {})("Failed to unlock the collection!"), "it is locked"),
    (type("NoKeyringError", (RuntimeError,), {})("No recommended backend"), "No recommended backend"),
    (TimeoutError(), "unlock prompt"),
    (ImportError("No module named 'win32ctypes'"), "No module named 'win32ctypes'"),
    (RuntimeError("\x1b[31mevil\x07"), "·[31mevil·"),
    (Exception(), "Exception"),
    (type("PanicException", (BaseException,), {})("rust"), "it failed"),
]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(("failure", "words"), FAILURES, ids=lambda v: type(v).__name__)
def test_a_keyring_that_fails_is_left_for_memory_with_its_reason(failure: BaseException, words: str) -> None:
    credentials = chain(Failing(failure))
    assert credentials.password("a", "Service") is None
    assert credentials.remember("a", "Service", SECRET) == MEMORY
    assert credentials.password("a", "Service") == SECRET
    report = credentials.describe()
    assert report.active == MEMORY
    assert words in report.problems[0].reason
    assert "\x1b" not in report.problems[0].reason
    assert credentials.forget("a", "Service")


@pytest.mark.parametrize(
    ("failure", "words"),
    [(f, w) for f, w in FAILURES if isinstance(f, Exception)],
    ids=lambda v: type(v).__name__,
)
def test_a_keyring_that_fails_later_is_left_for_memory(failure: Exception, words: str) -> None:
    backend = Failing(failure, at_once=False)
    credentials = chain(backend)
    assert credentials.remember("a", "Service", "first") == "OS keyring (test)"
    backend.broken = True
    assert credentials.password("a", "Service") is None
    assert credentials.remember("a", "Service", SECRET) == MEMORY
    backend.broken = False
    assert credentials.password("a", "Service") == SECRET
    assert words in credentials.describe().problems[0].reason


def test_a_keyring_that_hangs_costs_the_limit_once() -> None:
    release = threading.Event()
    credentials = chain(Failing(lambda: (release.wait(20), None)[1]), time_limit=0.15)
    began = Stopwatch()
    assert credentials.password("a", "Service") is None
    assert 0.1 < began.seconds() < 2
    began = Stopwatch()
    for _ in range(50):
        assert credentials.password("a", "Service") is None
    assert credentials.remember("a", "Service", SECRET) == MEMORY
    assert began.seconds() < 0.1
    assert "did not answer within 0.15 s" in credentials.describe().problems[0].reason
    release.set()


def test_a_keyring_that_hangs_later_is_left_too() -> None:
    release = threading.Event()
    backend = Failing(lambda: (release.wait(20), None)[1], at_once=False)
    credentials = chain(backend, time_limit=0.15)
    credentials.remember("a", "Service", "x")
    backend.broken = True
    began = Stopwatch()
    assert credentials.password("a", "Service") is None
    assert began.seconds() < 2
    assert credentials.describe().active == MEMORY
    release.set()


def test_many_threads_test_a_hanging_keyring_once() -> None:
    calls: list[int] = []
    release = threading.Event()

    def hang() -> Backend:
        calls.append(1)
        release.wait(20)
        return Working()

    credentials = Credentials(given=None, keyring=KeyringStore("k", hang, time_limit=0.2))
    threads = [threading.Thread(target=credentials.password, args=(f"d{n}", "Service")) for n in range(20)]
    began = Stopwatch()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert began.seconds() < 2
    assert calls == [1]
    release.set()


class Forgetful(Working):
    """A keyring that says yes and keeps nothing (or something else)."""

    def get_password(self, service: str, username: str) -> str | None:
        return "something else"


def test_a_keyring_that_gives_back_something_else_is_not_used() -> None:
    credentials = chain(Forgetful())
    assert credentials.remember("a", "Service", SECRET) == MEMORY
    assert "did not return" in credentials.describe().problems[0].reason


class Watching(Working):
    """A keyring that remembers which services it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.services: list[str] = []

    def set_password(self, service: str, username: str, password: str) -> None:
        self.services.append(service)
        super().set_password(service, username, password)


def test_the_self_test_uses_a_service_of_its_own_and_cleans_up() -> None:
    backend = Watching()
    chain(backend).describe()
    assert backend.services == [TEST_SERVICE]
    assert backend.entries == {}


def test_no_secret_in_any_repr_or_reason() -> None:
    backend = Failing(ValueError(f"cannot store '{SECRET}'"), at_once=False)
    credentials = Credentials(
        given=SECRET, keyring=KeyringStore("k", lambda: backend, time_limit=1), passphrase=SECRET
    )
    credentials.describe()
    backend.broken = True
    credentials.remember("a", "Service", SECRET)
    report = credentials.describe()
    assert report.passphrase
    assert "cannot store '(secret)'" in report.problems[0].reason
    for text in (repr(credentials), str(credentials), repr(report), *map(str, report.problems)):
        assert SECRET not in text


def test_without_a_keyring_memory_is_used_and_nothing_is_blamed() -> None:
    credentials = open_credentials(password=None, passphrase=None, use_keyring=False)
    assert credentials.remember("a", "Service", SECRET) == MEMORY
    assert credentials.describe().problems == ()


@pytest.mark.skipif(sys.platform != "linux", reason="the Secret Service is of Linux")
def test_no_bus_at_all_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    credentials = open_credentials(password=None, passphrase=None)
    assert credentials.password("a", "Service") is None
    problem = credentials.describe().problems[0]
    assert problem.reason == "no Secret Service runs in this session"
    assert str(problem).startswith("OS keyring (Secret Service) is not used: no Secret Service")


@pytest.mark.skipif(sys.platform != "linux", reason="the Secret Service is of Linux")
def test_a_bus_that_is_not_there_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    assert (
        "D-Bus cannot be reached"
        in open_credentials(password=None, passphrase=None).describe().problems[0].reason
    )


@pytest.mark.skipif(sys.platform != "linux", reason="the other platforms' keyrings would work at home")
@pytest.mark.parametrize(
    ("platform", "name"),
    [
        ("win32", "OS keyring (Windows Credential Manager)"),
        ("darwin", "OS keyring (macOS Keychain)"),
        ("linux", "OS keyring (Secret Service)"),
    ],
)
def test_each_platform_has_its_own_keyring_and_fails_in_words(
    platform: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    report = open_credentials(password=None, passphrase=None).describe()
    assert report.problems[0].name == name
    assert report.active == MEMORY


def test_the_keyring_library_is_not_imported_before_it_is_used() -> None:
    code = (
        "import sys; from sicktui.stores.secrets.credentials import open_credentials;"
        "c = open_credentials(password='x', passphrase=None); assert c.password('a', 'b') == 'x';"
        "assert 'keyring' not in sys.modules and 'secretstorage' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
