"""The plan's rules, without I/O."""

import pytest
from msgspec import structs

from sicktui.engine.plan.base import judge_identity
from sicktui.engine.restore.rules import RestoreOptions, judge_sensor
from sicktui.engine.update.rules import (
    judge_family,
    judge_hardware,
    judge_package_type,
    judge_support,
    judge_version,
    warn_of_mixed_variants,
    warnings_of,
)
from sicktui.engine.update.versions import Versions
from sicktui.model.device import Identity, SensorOfRun, Target
from sicktui.model.enums import Action, Code, UpdateState
from sicktui.model.firmware.package import Package, PackageType
from sicktui.model.run.plan import PlanItem, UpdateOptions
from sicktui.model.settings import Timing

pytestmark = pytest.mark.skips_waiting

TARGET = Target(
    device="gate",
    address="10.0.0.1",
    user="Service",
    auth="auto",
    scheme="http",
    timing=Timing(),
    serial="42",
)


def identity(version: str = "2.2.1.0R", name: str = "picoScan", serial: str | None = "42") -> Identity:
    return Identity(name=name, version=version, serial=serial)


def package(kind: PackageType = PackageType.SIGNED, name: str = "p") -> Package:
    return Package(path="/p", name=f"{name}{kind.value}", type=kind, size=1, sha256="00", version=None)


def test_a_pinned_serial_number_must_answer() -> None:
    refusal = judge_identity(TARGET, identity(serial="43"))
    assert refusal is not None
    assert refusal.code is Code.OTHER_DEVICE
    assert "43" in refusal.message
    assert "42" in refusal.message
    assert judge_identity(TARGET, identity()) is None


def test_leading_zeros_of_a_serial_number_are_spelling() -> None:
    assert judge_identity(TARGET, identity(serial="0042")) is None
    zero = structs.replace(TARGET, serial="0")
    assert judge_identity(zero, identity(serial="00")) is None
    assert judge_identity(zero, identity(serial=None)) is not None


def test_a_retry_is_for_the_sensor_of_its_run() -> None:
    def judged(before: Identity, now: Identity) -> Code | None:
        target = structs.replace(TARGET, serial=None, retried=SensorOfRun(run="R1", identity=before))
        for options in (RestoreOptions(), RestoreOptions(replace=True)):
            assert judge_sensor(target, now, options) == judge_identity(target, now)
        refusal = judge_identity(target, now)
        return refusal.code if refusal else None

    both = structs.replace(identity(), mac="00:06:77:00:00:01")
    only_mac = structs.replace(both, serial=None)
    for before, now in (
        (identity(), identity(serial="0042")),
        (identity(), identity("2.4.0.0R")),
        (both, only_mac),
        (only_mac, both),
        (both, structs.replace(both, mac="00:06:77:00:00:02")),  # the serial number settles it
    ):
        assert judged(before, now) is None
    for before, now in (
        (identity(), identity(serial="43")),
        (identity(), identity(serial=None)),
        (both, structs.replace(both, serial="43")),
        (only_mac, structs.replace(only_mac, mac="00:06:77:00:00:02")),
    ):
        assert judged(before, now) is Code.OTHER_DEVICE


def test_a_pinned_sensor_that_tells_no_serial_number_is_refused() -> None:
    refusal = judge_identity(TARGET, identity(serial=None))
    assert refusal is not None
    assert "(none)" in refusal.message


@pytest.mark.parametrize(
    ("version", "expected", "options", "action", "code"),
    [
        ("2.3.0.0R", "2.3.0.0R", UpdateOptions(), Action.SKIP, Code.ALREADY_CURRENT),
        ("2.3.0.0R", "2.3.0", UpdateOptions(), Action.SKIP, Code.ALREADY_CURRENT),
        ("2.3.0.0R", "2.3.0.0R", UpdateOptions(force=True), None, None),
        ("2.4.0.0R", "2.3.0.0R", UpdateOptions(), Action.REFUSE, Code.DOWNGRADE),
        ("2.4.0.0R", "2.3.0.0R", UpdateOptions(allow_downgrade=True), None, None),
        ("2.4.0.0R", "2.3.0.0R", UpdateOptions(force=True), Action.REFUSE, Code.DOWNGRADE),
        ("2.2.1.0R", "2.3.0.0R", UpdateOptions(), None, None),
        ("2.2.1.0R", None, UpdateOptions(), None, None),
        ("2.10.0.0R", "2.9.0.0R", UpdateOptions(), Action.REFUSE, Code.DOWNGRADE),
    ],
)
def test_versions(
    version: str, expected: str | None, options: UpdateOptions, action: Action | None, code: Code | None
) -> None:
    refusal = judge_version(identity(version), package(), Versions(expected), options)
    assert (refusal.action if refusal else None) is action
    assert (refusal.code if refusal else None) is code


@pytest.mark.parametrize(
    ("version", "kind", "refused"),
    [
        ("2.1.9.9R", PackageType.SIGNED, True),
        ("2.1.9.9R", PackageType.UNSIGNED, False),
        ("2.2.0.0R", PackageType.SIGNED, False),
        ("2.2.0.0R", PackageType.UNSIGNED, True),
        ("unreadable", PackageType.UNSIGNED, False),
    ],
)
def test_the_two_two_zero_rule(version: str, kind: PackageType, *, refused: bool) -> None:
    refusal = judge_package_type(identity(version), package(kind))
    assert (refusal is not None) is refused
    if refusal is not None:
        assert refusal.code is Code.PACKAGE_UNSUITABLE


def test_the_rule_is_not_applied_to_families_it_is_not_known_for() -> None:
    assert judge_package_type(identity("1.9.1.0R", name="multiScan"), package(PackageType.SIGNED)) is None


def sensor(name: str, kind: str | None = None, **more: str) -> Identity:
    return Identity(name=name, version="2.3.0.0R", serial="25420067", device_type=kind, **more)  # type: ignore[arg-type]


PICOSCAN_150 = sensor("picoScan", "picoScan1xx")
PICOSCAN_120 = sensor("picoScan120", "picoScan1xx")
MULTISCAN = sensor("multiScan", "multiScan1xxx")
MULTISCAN_200 = sensor("multiScan200", "multiScan2xx")


@pytest.mark.parametrize(
    ("who", "name", "refused"),
    [
        (PICOSCAN_150, "multiScan100_V2.4.4", True),
        (PICOSCAN_150, "multiScan_2.4.4", True),
        (PICOSCAN_150, "LRS4000_1.10.0", True),
        (PICOSCAN_150, "MRS1000_1.0.0", True),
        (PICOSCAN_150, "picoScan100_V2.3.3", False),
        (PICOSCAN_120, "picoScan_150_2.3.3", False),
        (PICOSCAN_150, "fw_2.3.3", False),
        (MULTISCAN, "picoScan100_V2.3.3", True),
        (MULTISCAN, "multiScan200_V1.1.0", True),
        (MULTISCAN, "multiScan136_V2.4.4", False),
        (MULTISCAN_200, "multiScan100_V2.4.4", True),
        (MULTISCAN_200, "multiScan_V1.1.0", False),
        (sensor("a family of tomorrow"), "picoScan100_V2.3.3", False),
    ],
)
def test_a_package_that_its_name_gives_another_family_is_refused(
    who: Identity, name: str, *, refused: bool
) -> None:
    refusal = judge_family(who, package(name=name))
    assert (refusal is not None) is refused
    if refusal is not None:
        assert refusal.code is Code.MODEL_MISMATCH
        assert name in refusal.message


@pytest.mark.parametrize(
    ("who", "models", "refused"),
    [
        (PICOSCAN_150, ["picoScan150"], False),
        (PICOSCAN_150, ["picoScan120"], True),
        (PICOSCAN_120, ["picoScan120"], False),
        (PICOSCAN_120, ["picoScan150"], True),
        (PICOSCAN_120, ["picoScan150", "PICOSCAN120"], False),
        (PICOSCAN_120, ["picoScan100"], False),
        (MULTISCAN, ["picoScan100"], True),
        (sensor("picoScan", order_number="1134610"), ["1134610"], False),
        (sensor("picoScan", order_number="1134611"), ["1134610"], True),
        (sensor("picoScan", "picoScan120"), ["picoScan120"], False),
        (sensor("a family of tomorrow"), ["picoScan100"], True),
    ],
)
def test_the_shelf_decides_before_the_name(who: Identity, models: list[str], *, refused: bool) -> None:
    for name in ("multiScan100_V2.4.4", "picoScan100_V2.3.3", "fw"):
        refusal = judge_family(who, package(name=name), models)
        assert (refusal.code if refusal else None) is (Code.MODEL_MISMATCH if refused else None)


def test_only_a_multiscan200_takes_a_swp() -> None:
    fw = package(PackageType.MULTISCAN_200)
    assert judge_family(MULTISCAN_200, fw) is None
    for other in (MULTISCAN, PICOSCAN_150):
        refusal = judge_family(other, fw)
        assert refusal is not None
        assert refusal.code is Code.MODEL_MISMATCH


@pytest.mark.parametrize(
    ("serial", "expected", "frontend", "since"),
    [
        ("26320001", "2.3.1.0R", False, "2.3.3"),
        ("26320001", "2.3.3.0R", False, ""),
        ("27010001", "2.3.2", False, "2.3.3"),
        ("26319999", "2.3.1.0R", False, ""),
        ("263200010", "2.3.1.0R", False, ""),
        ("2632", "2.3.1.0R", False, ""),
        ("26320001", None, False, ""),
        ("25420067", "2.3.0.0R", True, "2.3.1"),
        ("25420067", "2.3.1.0R", True, ""),
        ("25420067", "2.3.0.0R", False, ""),
    ],
)
def test_new_hardware_takes_no_old_firmware(
    serial: str, expected: str | None, since: str, *, frontend: bool
) -> None:
    refusal = judge_hardware(identity(serial=serial), expected, new_frontend=frontend)
    assert (refusal is not None) is bool(since)
    if refusal is not None:
        assert refusal.code is Code.PACKAGE_UNSUITABLE
        assert f"{since} or later" in refusal.message
    other = judge_hardware(identity(name="multiScan", serial=serial), expected, new_frontend=frontend)
    assert other is None, "the rule is published for picoScan100"


def test_a_picoscan_takes_no_downgrade_and_says_so() -> None:
    refusal = judge_version(identity("2.4.0.0R"), package(), Versions("2.3.0.0R"), UpdateOptions())
    assert refusal is not None
    assert "cannot be downgraded" in refusal.message
    multiscan = identity("2.4.0.0R", name="multiScan")
    other = judge_version(multiscan, package(), Versions("2.3.0.0R"), UpdateOptions())
    assert other is not None
    assert "cannot be downgraded" not in other.message


@pytest.mark.parametrize(
    ("version", "refused", "warned"),
    [
        ("1.3.9.0R", True, True),
        ("1.4.0.0R", False, True),
        ("1.5.0.0R", False, True),
        ("2.0.0.0R", False, True),
        ("2.1.0.0R", False, False),
        ("2.2.1.0R", False, False),
    ],
)
def test_old_firmware_is_updated_with_sopas_et(version: str, *, refused: bool, warned: bool) -> None:
    refusal = judge_support(identity(version), UpdateState.INITIAL)
    assert (refusal.code if refusal else None) is (Code.NOT_SUPPORTED if refused else None)
    warnings = warnings_of(identity(version), package(), Versions("2.3.3.0R"), named=False)
    assert any("SOPAS ET" in warning for warning in warnings) is warned
    assert judge_support(identity(version, name="multiScan"), UpdateState.INITIAL) is None


def test_the_unsigned_package_of_a_new_release_goes_onto_old_firmware() -> None:
    """The rule is about the version on the sensor: 2.1.0 takes the unsigned .spk of 2.3.3."""
    unsigned = package(PackageType.UNSIGNED, "picoScan100_V2.3.3")
    assert judge_version(identity("2.1.0.0R"), unsigned, Versions("2.3.3"), UpdateOptions()) is None
    signed = judge_package_type(identity("2.1.0.0R"), package(name="picoScan100_V2.3.3"))
    assert signed is not None
    assert "the same release" in signed.advice


def test_both_variants_in_one_plan_are_warned_of() -> None:
    def item(name: str, who: Identity, action: Action = Action.UPDATE) -> PlanItem:
        target = structs.replace(TARGET, device=name)
        return PlanItem(target=target, action=action, reason=None, message="Update.", identity=who)

    both = [item("a", PICOSCAN_120), item("b", PICOSCAN_150), item("c", MULTISCAN)]
    a, b, c = warn_of_mixed_variants(both)
    for warned in (a, b):
        assert "picoScan120 and picoScan150" in warned.message
        assert warned.warnings
    assert not c.warnings
    for one in ([both[0], both[2]], [both[0], item("b", PICOSCAN_150, Action.REFUSE)]):
        assert not any(each.warnings for each in warn_of_mixed_variants(one))


def test_a_variant_in_the_name_is_a_warning_only() -> None:
    fw = package(name="picoScan150_V2.3.3")
    assert any(
        "picoScan150" in text for text in warnings_of(PICOSCAN_120, fw, Versions("2.3.3"), named=False)
    )
    assert not warnings_of(PICOSCAN_120, fw, Versions("2.3.3"), named=True)
    assert not warnings_of(PICOSCAN_150, fw, Versions("2.3.3"), named=False)
