"""What is fixed about a modelled sensor, and the bounds of lateness that the model assumes."""

from functools import cache
from typing import Final, NamedTuple

from msgspec import Struct

from sicktui.engine.update.resume import new_evidence
from sicktui.model.enums import DeviceStatus, UpdateState
from sicktui.model.settings import Timing
from sicktui.model.update.act_rule import PATIENT, idle_limit
from sicktui.model.update.evidence import Evidence
from sicktui.model.update.observations import Reading, Want

IDENT_LENGTH: Final = 8
"""Characters that DeviceIdent.Version holds; FirmwareVersion has all."""
OLD: Final = 0
NEW: Final = 1

USUAL_TIMING: Final = Timing(
    poll_interval=1,
    autostart_wait=4,
    flash_timeout=12,
    reconnect_timeout=6,
    reconnect_interval=1,
    settle=2,
)
"""In steps. The proportions are those of the defaults where a rule depends on them."""

HASTY_TIMING: Final = Timing(
    poll_interval=2,
    autostart_wait=0,
    flash_timeout=5,
    reconnect_timeout=4,
    reconnect_interval=1,
    settle=1,
)
"""An operator's odd choice: triggers at once, and allows a flash less time than a start."""

CALIBRATION: Final = "as made"
ALL: Final = frozenset({Want.STATUS, Want.FIRMWARE, Want.POWER_ON, Want.HOURS, Want.CLOCK, Want.CHECKSUM})


class Bounds(NamedTuple):
    """How late, in steps, a thing may begin that is going to happen at all."""

    put: int
    """A start by itself after a whole package, whatever the reply was."""
    trigger: int
    """A start after a trigger, whatever the reply was: the package is verified first, at UpdateState 0."""
    flash: int
    """The longest flash; longer than flash_timeout."""
    reboot: int
    """From Finished to the reboot."""
    settle: int
    """What a boot brings (roll back, another stage, bad health) where it ended at the expected version."""
    boot: int
    """The same where it ended at another."""


class World(Struct, frozen=True, eq=False):
    """One kind of sensor, one package and one set of deadlines."""

    name: str
    offers: frozenset[Want] = ALL
    serial: bool = True
    mac: bool = True
    counts: bool = True
    """Whether PowerOnCnt counts software reboots too."""
    known_to_count: bool = False
    """Whether this program has seen it do so before."""
    stale: UpdateState = UpdateState.INITIAL
    """UpdateState before the update."""
    old: str = "2.2.1.0R"
    new: str = "2.3.0.0R"
    """How it spells what it runs before, and what the package brings."""
    expected: str | None = "2.3.0.0R"
    right: tuple[bool, bool] = (False, True)
    """Whether the old and the new firmware are the expected one: the truth, whatever the texts say."""
    absent: tuple[bool, bool] = (False, True)
    """Which of the two paths of the trigger it does not have."""
    moves: bool = False
    """Whether its calibration changes with its first reboot, as it never should; MD5SumOK is false then."""
    timing: Timing = USUAL_TIMING
    usually: str = "succeeded"
    """The verdict of an update in which nothing out of the ordinary happens."""

    @property
    def bounds(self) -> Bounds:
        """The bounds of lateness, by the deadlines that the operator has set."""
        return _bounds(self.timing)

    def text(self, firmware: int) -> str:
        """How a firmware is spelled."""
        return self.new if firmware == NEW else self.old

    def before(self) -> Reading:
        """The reading before the first write."""
        offers = self.offers
        return Reading(
            state=self.stale,
            name="picoScan",
            version=self.old[:IDENT_LENGTH],
            serial="02410001" if self.serial else None,
            mac="00:06:77:00:00:01" if self.mac else None,
            status=DeviceStatus.NORMAL if Want.STATUS in offers else None,
            power_on=10 if Want.POWER_ON in offers else None,
            hours=50.0 if Want.HOURS in offers else None,
            clock=1.0e9 if Want.CLOCK in offers else None,
            checksum="old" if Want.CHECKSUM in offers else None,
            calibration=CALIBRATION if Want.CHECKSUM in offers else None,
            sums_ok=True if Want.CHECKSUM in offers else None,
        )

    def evidence(self) -> Evidence:
        """The evidence before the first write."""
        return new_evidence(self.before(), self.expected, counts=self.known_to_count)


@cache
def _bounds(timing: Timing) -> Bounds:
    idle = int(idle_limit(timing))
    return Bounds(
        put=int(timing.autostart_wait),
        trigger=PATIENT * idle,
        flash=int(timing.flash_timeout) + 2,
        reboot=int(timing.reconnect_timeout) - 1,
        settle=int(timing.settle),
        boot=idle,
    )


def _without(*wants: Want) -> frozenset[Want]:
    return ALL - set(wants)


_COUNTERS: Final = (Want.POWER_ON, Want.HOURS, Want.CLOCK, Want.CHECKSUM)
_SILENT: Final = _without(*_COUNTERS)
_BARE: Final = _without(*_COUNTERS, Want.STATUS, Want.FIRMWARE)

WORLDS: Final = (
    World("all variables"),
    World("all variables, and known to count", known_to_count=True),
    World("PowerOnCnt counts power cycles only", offers=_without(Want.HOURS, Want.CLOCK), counts=False),
    World("PowerOnCnt alone, power cycles only", offers=_SILENT | {Want.POWER_ON}, counts=False),
    World("DailyOpHours alone", offers=_SILENT | {Want.HOURS}),
    World("a clock alone", offers=_SILENT | {Want.CLOCK}),
    World("LFTchecksum alone", offers=_SILENT | {Want.CHECKSUM}),
    World("no counter", offers=_SILENT),
    World("its calibration moves", moves=True),
    World("no counter, no health, no FirmwareVersion, no serial number", offers=_BARE, serial=False),
    World("neither serial number nor MAC address", serial=False, mac=False),
    World("2 left over", stale=UpdateState.FINISHED),
    World("3 left over, no counter", stale=UpdateState.ERROR, offers=_SILENT),
    World("the second path of the trigger", absent=(True, False)),
    World("no path of the trigger", absent=(True, True), usually="failed"),
    World("the package brings another version", new="2.2.9.0R", right=(False, False), usually="failed"),
    World(
        "the version is cut off",
        offers=_BARE | {Want.POWER_ON},
        new="2.10.0.0R",
        expected="2.10.0.0R",
        usually="unknown",
    ),
    World("the version is cut off in DeviceIdent only", new="2.10.0.0R", expected="2.10.0.0R"),
    World("the version cannot be compared", offers=_SILENT, new="snapshot-7", usually="unknown"),
    World("no version is expected", expected=None, usually="unknown"),
    World("again at an equal version", old="2.3.0.0R", right=(True, True)),
    World(
        "again at an equal version, PowerOnCnt counts power cycles only",
        old="2.3.0.0R",
        right=(True, True),
        offers=_SILENT | {Want.POWER_ON},
        counts=False,
        usually="unknown",
    ),
    World(
        "again at an equal version, no counter",
        old="2.3.0.0R",
        right=(True, True),
        offers=_SILENT,
        usually="unknown",
    ),
    World("the version is spelled otherwise", new="V2.3.0.0R"),
    World(
        "again at an equal version, spelled otherwise after it, no counter",
        old="2.3.0.0R",
        new="V2.3.0.0R",
        right=(True, True),
        offers=_SILENT,
        usually="unknown",
    ),
    World("hasty deadlines", timing=HASTY_TIMING),
    World("hasty deadlines, no counter", timing=HASTY_TIMING, offers=_SILENT),
)
