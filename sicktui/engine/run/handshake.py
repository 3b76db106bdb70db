"""What a face and a runner process say to each other when the runner starts, through its pipes."""

from pathlib import Path
from typing import Self

from msgspec import Struct

from sicktui.stores.disk.home import Home


class RunSecrets(Struct, frozen=True, kw_only=True):
    """What the runner gets through its inherited pipe, and nowhere else."""

    passwords: dict[str, str | None]
    """By device name."""
    passphrase: str = ""
    """For every device that has none of its own."""
    passphrases: dict[str, str] = {}
    """By device name, where they differ."""

    def passphrase_of(self, device: str) -> str:
        """The backup passphrase of a device; empty: none."""
        return self.passphrases.get(device, self.passphrase)

    def __repr__(self) -> str:
        """Never the secrets."""
        return f"RunSecrets({len(self.passwords)} devices)"


class RunnerStart(Struct, frozen=True, kw_only=True):
    """The whole of what is written to the runner's standard input, as one JSON object."""

    run: str
    config: str
    data: str
    state: str
    log: str
    sensor_locks: str
    shared_locks: bool
    secrets: RunSecrets
    resumed: bool = False
    """Whether an earlier runner has worked on the run, even if the journal has lost all of it."""

    @property
    def home(self) -> Home:
        """The folders of the face that started the run."""
        return Home(
            config=Path(self.config),
            data=Path(self.data),
            state=Path(self.state),
            log=Path(self.log),
            sensor_locks=Path(self.sensor_locks),
            shared_locks=self.shared_locks,
        )

    @classmethod
    def to(cls, run: str, home: Home, secrets: RunSecrets, *, resumed: bool = False) -> Self:
        """The invitation to one run."""
        return cls(
            run=run,
            config=str(home.config),
            data=str(home.data),
            state=str(home.state),
            log=str(home.log),
            sensor_locks=str(home.sensor_locks),
            shared_locks=home.shared_locks,
            secrets=secrets,
            resumed=resumed,
        )


class RunnerReady(Struct, frozen=True, kw_only=True):
    """The one line that a runner prints before it lets go of its output."""

    ready: bool
    message: str = ""
