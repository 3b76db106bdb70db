"""The plan's rules, without I/O."""

import pytest
from msgspec import structs

from sicktui.engine.plan.base import judge_identity
from sicktui.engine.update.rules import judge_package_type, judge_version
from sicktui.model.device import Identity, Target
from sicktui.model.enums import Action, Code
from sicktui.model.package import Package, PackageType
from sicktui.model.plan import UpdateOptions
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


def package(kind: PackageType = PackageType.SIGNED) -> Package:
    return Package(path="/p", name=f"p{kind.value}", type=kind, size=1, sha256="00", version=None)


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
    refusal = judge_version(identity(version), package(), expected, options)
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
