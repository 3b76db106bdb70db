"""A real mosquitto on loopback, with passwords and TLS, and the messages that a THiNX server publishes.

Needs Debian's `mosquitto` and `mosquitto-clients`; `missing` names what is not installed.
"""

import contextlib
import json
import os
import queue
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from tests.support.ports import free_ports
from tests.thinx_server.certificates import Authority, Files

REQUIRED: Final = "SICKTUI_TESTS_NEED_MOSQUITTO"
"""If this variable is set, tests fail instead of being skipped where mosquitto is missing."""

DISCONNECTED: Final = '{"status":"disconnected"}'
"""The last will of a device, retained."""

_PUBLISHER: Final = "server"
_PATIENCE: Final = 20.0


def program(name: str) -> str | None:
    """The path of one of mosquitto's programs; the broker itself is often outside a user's PATH."""
    return shutil.which(
        name, path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))
    )


def missing() -> str:
    """What is not installed, or an empty text."""
    names = ("mosquitto", "mosquitto_passwd", "mosquitto_pub", "mosquitto_sub", "stdbuf")
    return ", ".join(name for name in names if program(name) is None)


def topic(owner: str, udid: str) -> str:
    """Where a device listens."""
    return f"/{owner}/{udid}"


def status_topic(owner: str, udid: str) -> str:
    """Where a device reports its state."""
    return f"/{owner}/{udid}/status"


def shared_topic(owner: str, name: str) -> str:
    """Below this, all devices of an owner listen."""
    return f"/{owner}/shared/{name}"


def offer(token: str, version: str) -> dict[str, Any]:
    """An update message in its first shape."""
    return {"registration": {"status": "FIRMWARE_UPDATE", "ott": token, "version": version}}


def update(**fields: Any) -> dict[str, Any]:
    """An update message in its second shape: with `ott`, `url` or `files`."""
    return {"update": fields}


def bare(token: str) -> dict[str, Any]:
    """An update message in its third shape."""
    return {"ott": token}


class Broker:
    """A running mosquitto."""

    def __init__(self, folder: Path, authority: Authority, files: Files) -> None:
        self.port, self.tls_port = free_ports(2)
        self.authority = authority
        self._folder = folder
        self._password = secrets.token_hex(16)
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "acl").write_text(
            f"user {_PUBLISHER}\ntopic readwrite #\n"
            "pattern readwrite /+/%u\npattern readwrite /+/%u/#\npattern read /+/shared/#\n"
        )
        (folder / "passwords").touch(mode=0o600)
        self._set_password(_PUBLISHER, self._password)
        # As root it would become another user, who cannot read these files.
        user = f"user {_user_name()}\n"
        (folder / "mosquitto.conf").write_text(
            f"{user}persistence false\nallow_anonymous false\n"
            f"password_file {folder / 'passwords'}\nacl_file {folder / 'acl'}\n"
            f"listener {self.port} 127.0.0.1\n"
            f"listener {self.tls_port} 127.0.0.1\n"
            f"cafile {authority.file}\ncertfile {files.certificate}\nkeyfile {files.key}\n"
        )

    def start(self) -> None:
        """Start it, and wait until it listens; after `stop` it has forgotten every retained message."""
        with (self._folder / "mosquitto.log").open("wb") as log:
            self._process = subprocess.Popen(
                [program("mosquitto") or "", "-c", self._folder / "mosquitto.conf"], stdout=log, stderr=log
            )
        try:
            # It listens before it handles signals: a reload at that moment would end it.
            self._wait(lambda: " running\n" in self._log())
        except OSError:
            self.stop()
            raise

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def allow(self, udid: str, key: str) -> None:
        """Accept a device's credentials. On a real server this happens a moment after its check-in."""
        self._set_password(udid, key)
        self._reload()

    def refuse(self, udid: str) -> None:
        """Accept them no longer."""
        self._passwd("-D", str(self._folder / "passwords"), udid)
        self._reload()

    def publish(self, to: str, message: dict[str, Any] | str, *, retain: bool = False) -> None:
        """Publish as the server does; a retained message waits for those who come later."""
        text = message if isinstance(message, str) else json.dumps(message, separators=(",", ":"))
        command = [program("mosquitto_pub") or "", "-h", "127.0.0.1", "-p", str(self.port), "-q", "1"]
        command += ["-u", _PUBLISHER, "-P", self._password, "-t", to, "-m", text]
        subprocess.run([*command, *(["-r"] if retain else [])], check=True, timeout=_PATIENCE)

    @contextlib.contextmanager
    def subscribed(self, client_id: str, udid: str, key: str, to: str) -> Iterator["Subscription"]:
        """A device that listens to a topic, until the block ends; the will of a device is its last will."""
        owner = to.split("/")[1]
        # Unbuffered, since it is not a terminal that reads it.
        command = [
            "stdbuf",
            "-oL",
            program("mosquitto_sub") or "",
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
            "-i",
            client_id,
        ]
        command += ["-u", udid, "-P", key, "-q", "1", "-t", to]
        command += [
            "--will-topic",
            status_topic(owner, udid),
            "--will-payload",
            DISCONNECTED,
            "--will-retain",
        ]
        # In debug mode it reports when it is subscribed.
        with subprocess.Popen([*command, "-d"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            subscription = Subscription(process)
            try:
                subscription.wait()
                yield subscription
            finally:
                process.kill()
                subscription.end()

    def clear(self, to: str) -> None:
        """Remove the retained message of a topic."""
        self.publish(to, "", retain=True)

    def _set_password(self, name: str, password: str) -> None:
        self._passwd("-b", str(self._folder / "passwords"), name, password)

    @staticmethod
    def _passwd(*arguments: str) -> None:
        subprocess.run(
            [program("mosquitto_passwd") or "", *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE,
        )

    def _reload(self) -> None:
        if sys.platform != "win32" and self._process is not None:
            before = self._reloads()
            self._process.send_signal(signal.SIGHUP)
            self._wait(lambda: self._reloads() > before)

    def _reloads(self) -> int:
        return self._log().count("Reloading config")

    def _log(self) -> str:
        return (self._folder / "mosquitto.log").read_text()

    def _wait(self, condition: Callable[[], bool]) -> None:
        until = time.monotonic() + _PATIENCE
        while not condition():
            if time.monotonic() > until or self._process is None or self._process.poll() is not None:
                raise OSError(f"mosquitto does not do its work: {self._log()}")
            time.sleep(0.02)


class Subscription:
    """The messages of one topic, as they come."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._lines: queue.Queue[str] = queue.Queue()
        self._output = process.stdout
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def wait(self) -> None:
        """Wait until the broker has accepted it.

        Raises:
            ConnectionRefusedError: It refuses the credentials.
        """
        while "SUBACK" not in (line := self._line()):
            if "refused" in line or "rror" in line:
                raise ConnectionRefusedError(line)

    def next(self) -> str:
        """The next message."""
        while (line := self._line()).startswith(("Client ", "Subscribed ")):
            pass
        return line

    def end(self) -> None:
        """Read the rest: the process has ended."""
        self._reader.join()

    def _line(self) -> str:
        try:
            return self._lines.get(timeout=_PATIENCE)
        except queue.Empty:
            raise TimeoutError("no message") from None

    def _read(self) -> None:
        for line in self._output or ():
            self._lines.put(line.decode().rstrip("\n"))


@contextlib.contextmanager
def broker_running(folder: Path, authority: Authority) -> Iterator[Broker]:
    """A broker until the block ends."""
    broker = Broker(folder, authority, authority.issue())
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


if sys.platform == "win32":

    def _user_name() -> str:
        return os.environ.get("USERNAME", "")
else:
    import pwd

    def _user_name() -> str:
        return pwd.getpwuid(os.getuid()).pw_name
