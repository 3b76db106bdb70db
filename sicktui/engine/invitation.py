"""What a face and a runner process say to each other when the runner starts, through its pipes."""

from msgspec import Struct


class RunSecrets(Struct, frozen=True, kw_only=True):
    """What the runner gets through its inherited pipe, and nowhere else."""

    passwords: dict[str, str | None]
    """By device name."""
    passphrase: str = ""

    def __repr__(self) -> str:
        """Never the secrets."""
        return f"RunSecrets({len(self.passwords)} devices)"


class RunnerInvitation(Struct, frozen=True, kw_only=True):
    """The whole of what is written to the runner's standard input, as one JSON object."""

    run: str
    config: str
    data: str
    state: str
    log: str
    secrets: RunSecrets


class RunnerReady(Struct, frozen=True, kw_only=True):
    """The one line that a runner prints before it lets go of its output."""

    ready: bool
    message: str = ""
