"""What an update has sent to a sensor, and what came of it."""

from msgspec import Struct, structs

from sicktui.model.update.observations import Act, Ended, Outcome, Renewed


class Sent(Struct, frozen=True, kw_only=True):
    """What left this PC towards the sensor."""

    puts: int = 0
    broken: int = 0
    """PUTs that ended without a reply."""
    put: Outcome = Outcome.NONE
    bytes: int = 0
    """Of all PUTs together."""
    whole: bool = False
    """Whether some PUT has left completely."""
    triggers: int = 0
    trigger: Outcome = Outcome.NONE
    heard: bool = False
    """Whether some trigger was answered with Ok."""
    absent: int = 0
    """Paths of the trigger that were Not Found."""
    first_trigger: float = 0.0
    first_at: float | None = None
    """When the first act began."""
    at: float = 0.0
    """When the last act ended."""
    renewals: int = 0
    renewed: bool = False
    """Whether the session is fresh since the last PUT."""
    silences: int = 0
    """Silences seen up to the last act."""
    denied: bool = False
    """Whether no further act is possible: no session could be had, or the journal cannot be written."""
    code: str = ""
    why: str = ""
    advice: str = ""
    """What came of the last act: the contract's code, the message, and what to do."""

    @property
    def anything(self) -> bool:
        """Whether a byte of a package, or a trigger, has left."""
        return self.bytes > 0 or self.put in (Outcome.OPEN, Outcome.TAKEN) or self.triggers > 0

    def began(self, act: Act, now: float, *, silences: int) -> "Sent":
        """With an act that is about to leave this PC.

        Args:
            act: which one.
            now: when.
            silences: how often the sensor has been silent so far.
        """
        first_at = now if self.first_at is None else self.first_at
        sent = structs.replace(self, first_at=first_at, at=now, silences=silences)
        if act is Act.PUT:
            return structs.replace(sent, puts=self.puts + 1, put=Outcome.OPEN, renewed=False)
        first = now if self.triggers == 0 else self.first_trigger
        return structs.replace(sent, triggers=self.triggers + 1, trigger=Outcome.OPEN, first_trigger=first)

    def ended(self, what: Ended, now: float) -> "Sent":
        """With what came of the act."""
        sent = structs.replace(self, at=now, code=what.code, why=what.why, advice=what.advice)
        if what.act is Act.PUT:
            return structs.replace(
                sent,
                put=what.outcome,
                broken=self.broken + (what.outcome in (Outcome.OPEN, Outcome.NONE)),
                bytes=self.bytes + what.sent,
                whole=self.whole or what.whole,
            )
        if what.outcome is Outcome.ABSENT:
            return structs.replace(
                sent, trigger=what.outcome, triggers=self.triggers - 1, absent=self.absent + 1
            )
        heard = self.heard or what.outcome is Outcome.TAKEN
        return structs.replace(sent, trigger=what.outcome, heard=heard)

    def with_session(self, what: Renewed) -> "Sent":
        """With a session that was asked for, perhaps in vain."""
        sent = structs.replace(self, renewals=self.renewals + 1, renewed=what.ok)
        if what.ok:
            return sent
        return structs.replace(sent, denied=True, code=what.code, why=what.why, advice=what.advice)
