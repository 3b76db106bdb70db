"""The start-up handshake between a front end and the runner process, through the runner's pipes."""

from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from sicktui.model.enums import Code
from sicktui.sensor.api.login.session import Session
from sicktui.stores.disk.home import Home


class RunSecrets(Struct, frozen=True, kw_only=True):
    """The secrets of a run. The runner gets them through its inherited pipe, and nowhere else."""

    passwords: dict[str, str | None]
    """By device name."""
    passphrase: str = ""
    """For every device that is not in ``passphrases``."""
    passphrases: dict[str, str] = {}
    """By device name."""
    sessions: dict[str, Session] = {}
    """Sessions that the plan has opened, by device name."""

    def passphrase_of(self, device: str) -> str:
        """The backup passphrase of a device; empty: none."""
        return self.passphrases.get(device, self.passphrase)

    def __repr__(self) -> str:
        """Never the secrets."""
        return f"RunSecrets({len(self.passwords)} devices)"


class RunnerStart(Struct, frozen=True, kw_only=True):
    """All that is written to the runner's standard input, as one JSON object."""

    run: str
    home: Home
    """The folders of the front end that starts the run."""
    secrets: RunSecrets
    resumed: bool = False
    """Whether an earlier runner has worked on the run, even if the journal has lost all of it."""

    def encode(self) -> bytes:
        """The JSON object, with paths as text."""
        return msgspec.json.encode(self, enc_hook=str)

    @classmethod
    def decode(cls, data: bytes) -> "RunnerStart":
        """Read what ``encode`` wrote.

        Raises:
            msgspec.MsgspecError: it is something else.
        """
        return msgspec.json.decode(data, type=cls, dec_hook=_path)


def _path(kind: type, value: Any) -> Any:  # noqa: ANN401  the signature of a msgspec hook
    return kind(value) if kind is Path else value


class RunnerReady(Struct, frozen=True, kw_only=True):
    """The one line that a runner prints before it closes its output."""

    ready: bool
    message: str = ""
    code: Code | None = None
    """Why it cannot start, where that is more than ``interrupted``."""
