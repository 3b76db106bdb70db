"""Looks for secrets in everything that the program left or said."""

import base64
import hashlib
import os
import stat
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Self

import pytest

from sicktui.simulator.device.auth import Authenticator
from tests.credentials.kit import disguises
from tests.support.program import Result

DEVICE: Final = "Tor-7-Zwiebelkuchen"
WRONG: Final = "Falsch-9-Regenschirm"
OTHER: Final = "Anders-3-Kellerfenster"
MASTER: Final = "Lokomotive Pfeffer 81"
PHRASE: Final = "Sicherung-5-Haselnuss"
RUNNER: Final = b"sicktui.engine.run.runner"
REALM: Final = "SICK Sensor"


def outputs(*results: Result) -> bytes:
    """All that calls of the program said."""
    return "".join(result.out + result.err for result in results).encode()


def assert_private(home: Path) -> None:
    """No other user may read any folder or file of the program."""
    if sys.platform != "win32":
        modes = {path: stat.S_IMODE(path.lstat().st_mode) for path in home.rglob("*")}
        assert modes
        assert {path: oct(mode) for path, mode in modes.items() if mode & 0o077} == {}


class Leaks:
    """Knows the secrets of a test, and finds them as they are, in hex and in base64.

    The simulated sensors tell it the session tokens that they hand out and the proofs that they are
    sent; from the passwords it makes every ``hash1``, which is as good as a password.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._secrets: dict[str, str] = {}
        self._raw: dict[str, bytes] = {}
        self.tokens: list[str] = []
        self.proofs: list[str] = []
        self._listen(monkeypatch)

    def _listen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        create, verify = Authenticator.create_token, Authenticator.verify

        def create_token(device: Authenticator) -> str:
            token = create(device)
            self.tokens.append(token)
            return token

        def verify_proof(device: Authenticator, endpoint: str, header: object) -> None:
            if isinstance(header, dict) and isinstance(header.get("response"), str):
                self.proofs.append(header["response"])
            verify(device, endpoint, header)

        monkeypatch.setattr(Authenticator, "create_token", create_token)
        monkeypatch.setattr(Authenticator, "verify", verify_proof)

    def password(self, name: str, password: str, user: str = "Service") -> str:
        """A device's password, with the hashes of it that count as much."""
        self.secret(name, password)
        for salt in (b"", b":" + bytes(16)):
            first = hashlib.sha256(f"{user}:{REALM}:{password}".encode() + salt)
            self._secrets[f"hash1 of {name} ({len(salt)})"] = first.hexdigest()
            self._raw[f"hash1 of {name} ({len(salt)})"] = first.digest()
        self._secrets[f"Basic header of {name}"] = base64.b64encode(f"{user}:{password}".encode()).decode()
        return password

    def secret(self, name: str, text: str) -> str:
        """Any other secret, with the hashes that people would think of."""
        self._secrets[name] = text
        for kind in ("md5", "sha1", "sha256", "sha512"):
            self._raw[f"{kind} of {name}"] = hashlib.new(kind, text.encode()).digest()
        return text

    def needles(self) -> dict[bytes, str]:
        """What must not be found, and what it is."""
        found = {needle: name for name, text in self._secrets.items() for needle in disguises(text)}
        for name, raw in self._raw.items():
            found |= dict.fromkeys((raw, raw.hex().encode(), base64.b64encode(raw)), name)
            found[base64.urlsafe_b64encode(raw)] = name
        for name, texts in (("a session token", self.tokens), ("a proof", self.proofs)):
            found |= {text.encode(): name for text in texts}
        return found

    def assert_none_in(self, data: bytes, where: str) -> None:
        """Fail with the name of the first secret that is found, and where."""
        for needle, name in self.needles().items():
            place = data.find(needle)
            if place >= 0:
                around = data[max(0, place - 120) : place + len(needle) + 60]
                pytest.fail(f"{name} is in {where}: {around!r}")

    def assert_none_under(self, folders: Iterable[Path]) -> int:
        """Search every file, and the names of files and folders. Returns the bytes that were searched."""
        searched = 0
        for folder in folders:
            for path in sorted(folder.rglob("*")):
                self.assert_none_in(os.fsencode(path), f"the name {path}")
                if path.is_file() and not path.is_symlink():
                    data = path.read_bytes()
                    self.assert_none_in(data, str(path))
                    searched += len(data)
        return searched


class Processes(threading.Thread):
    """Keeps looking at what the process list and ``/proc`` tell of the program's processes.

    Args:
        home: the home of the program; only its processes are looked at.
    """

    def __init__(self, home: Path) -> None:
        super().__init__(daemon=True)
        self._home = os.fsencode(home)
        self._over = threading.Event()
        self.arguments: set[bytes] = set()
        self.environments: set[bytes] = set()
        """Of runner processes: what a child inherits."""

    def __enter__(self) -> Self:
        if sys.platform == "linux":
            self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self.ident is not None:
            self.join()

    def run(self) -> None:
        """Look until it is over."""
        while not self._over.wait(0.02):
            for folder in Path("/proc").glob("[0-9]*"):
                arguments = _read(folder / "cmdline")
                if b"sicktui" not in arguments:
                    continue
                environment = _read(folder / "environ")
                if self._home in environment:
                    self.arguments.add(arguments)
                    if RUNNER in arguments:
                        self.environments.add(environment)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""  # gone, or not readable for us: then not for others either
