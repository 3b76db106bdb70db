"""What a case of the fault matrix is, and what came out of it."""

from typing import Final

from msgspec import Struct

from sicktui.model.enums import Code, Operation, Step, Verdict
from sicktui.model.run.event import VerdictReached
from sicktui.simulator.spec import DeviceSpec, Fault, GenerationName

GENERATIONS: Final[tuple[GenerationName, ...]] = (
    "firmware-article",
    "auth-article",
    "picoscan-2.2.1",
    "picoscan-2.3.3",
    "multiscan-2.4.2",
)
"""Every API generation that knows a firmware update."""
OLD: Final = "2.3.0.0R"
NEW: Final = "2.4.0.0R"

BASIC: Final[tuple[GenerationName, ...]] = ("firmware-article",)
"""Those that know no challenge-response."""
TOKENS: Final[tuple[GenerationName, ...]] = ("firmware-article", "auth-article", "picoscan-2.3.3")
"""Those that let a file pass only with a session token."""

_AFTER_THE_UPLOAD: Final = (Step.TRIGGER, Step.FLASH, Step.REBOOT, Step.VERIFY)

Outcome = tuple[Verdict, Code | None]
SUCCEEDED: Final[Outcome] = (Verdict.SUCCEEDED, None)
CURRENT: Final[Outcome] = (Verdict.SKIPPED, Code.ALREADY_CURRENT)


def failed(code: Code) -> Outcome:
    """It is known that the sensor does not run the version, or nothing was written to it."""
    return Verdict.FAILED, code


def unknown(code: Code) -> Outcome:
    """What it runs cannot be known from here."""
    return Verdict.UNKNOWN, code


class Planted(Struct, frozen=True, kw_only=True):
    """A fault, and the step of the job in which it may strike."""

    fault: Fault
    step: Step | None = None
    """``None``: from the beginning, the plan included, and in every step."""
    lasting: bool = False
    """Whether it may strike in every later step too."""


class Case(Struct, frozen=True, kw_only=True):
    """One simulated sensor with its faults, and what is right to say of it."""

    row: str
    """The line of the published table that it belongs to."""
    column: str
    """Where it strikes: ``plan``, a step, or ``any``."""
    generation: GenerationName
    planted: tuple[Planted, ...]
    expected: tuple[Outcome, ...]
    """Every outcome that would be right; none given: any that is true."""
    operation: Operation = Operation.UPDATE
    changes: dict[str, object] = {}
    """What is different about the sensor itself."""
    provoked: tuple[str, ...] = ()
    """Words of breaches of the protocol that the fault makes unavoidable."""
    nameless: bool = False
    """Whether the sensor tells nothing that would tell it from another."""
    pc: str = ""
    """What goes wrong on the PC (``pc_cases``)."""
    unhurried: bool = False
    """Whether it has the time-outs that are the defaults, instead of short ones."""
    force: bool = False
    """Whether it is updated with --force, at the version that it runs already."""
    handed_over: bool = False
    """Whether its run follows its plan at once, and goes on with the login of the plan."""
    dump: bool = False
    """Whether its diagnosis file is fetched, and nothing else done."""
    deceiving: bool = False
    """Whether the sensor passes a damaged file off as a good one."""

    @property
    def id(self) -> str:
        """Unique: to run it alone, and for what pytest prints."""
        what = "" if self.operation is Operation.UPDATE else f"{self.operation.value}: "
        what = "dump: " if self.dump else what
        return f"{what}{self.row} @ {self.column} / {self.generation}"

    @property
    def early(self) -> tuple[Fault, ...]:
        """The faults that are there before the plan is made."""
        return tuple(planted.fault for planted in self.planted if planted.step is None)

    @property
    def backup(self) -> bool:
        """Whether the update takes a backup first: not where the fault strikes long after it."""
        return not self.planted or any(planted.step not in _AFTER_THE_UPLOAD for planted in self.planted)

    @property
    def encrypted(self) -> bool:
        """Whether the sensor is spoken to over HTTPS."""
        return bool(self.changes.get("https"))

    def spec(self, name: str) -> DeviceSpec:
        """The sensor as it is when the plan is made."""
        usual: dict[str, object] = {
            "generation": self.generation,
            "version": OLD,
            "flash_seconds": 4.0,
            "finished_seconds": 2.5,
            "reboot_seconds": 2.9,  # not to the moment of the third try, 3 s later
            "latency": 0.0,
            "backup_size": 9_000,
        }
        return DeviceSpec(**({"name": name} | usual | self.changes))  # type: ignore[arg-type]


class State(Struct, frozen=True, kw_only=True):
    """What a simulated sensor really is at one moment."""

    reachable: bool
    """It answers at the address at which it was planned."""
    version: str
    same_sensor: bool
    healthy: bool
    rebooted: bool
    update_state: int
    phase: str
    requests: int
    """How many it has got so far."""
    stored: bool = False
    """There is a backup of it on the PC, and it holds the parameters that the sensor has."""
    unchanged: bool = False
    """Its parameters are those that it had when the plan was made."""
    restored: bool = False
    """The parameters in force are those of the backup."""
    saved: bool = False
    """The parameters that a power cycle would leave are those of the backup."""

    @property
    def runs_new(self) -> bool:
        """Whether a sensor that answers there has rebooted into the new firmware, and is well."""
        return (
            self.reachable
            and self.version == NEW
            and self.healthy
            and self.rebooted
            and self.phase not in ("flashing", "finished")
        )

    @property
    def updated(self) -> bool:
        """Whether everything that the contract asks of a success is true."""
        return self.runs_new and self.same_sensor


class Result(Struct, frozen=True, kw_only=True):
    """What became of a case."""

    case: Case
    verdicts: tuple[VerdictReached, ...]
    at_verdict: State
    at_end: State
    wrong: tuple[str, ...]
    """Everything that must not be so; empty for a case that holds."""

    @property
    def outcome(self) -> Outcome:
        """Verdict and code."""
        verdict = self.verdicts[0]
        return verdict.verdict, verdict.code
