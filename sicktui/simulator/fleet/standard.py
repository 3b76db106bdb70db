"""The default fleet of ``simulate`` and ``demo``."""

from pathlib import Path
from typing import Final

from msgspec import structs

from sicktui.simulator.device.package import make_package
from sicktui.simulator.spec import DeviceSpec, Fault

DEMO_VERSION: Final = "2.4.0.0R"
DEMO_PACKAGE: Final = f"picoScan100_{DEMO_VERSION}.spk.signed"
_DEMO_BYTES: Final = 12_000_000

_MODELS: Final = (
    DeviceSpec(
        name="picoscan-gate-1",
        generation="picoscan-2.3.3",
        model="picoScan150",
        version="2.3.3.0R",
        serial="25420067",
        flash_seconds=14,
        reboot_seconds=9,
        link_rate=2_500_000,
    ),
    DeviceSpec(
        name="picoscan-gate-2",
        generation="picoscan-2.2.1",
        model="picoScan120",
        version="2.2.1.0R",
        serial="25420113",
        order_number="1136310",
        flash_seconds=18,
        reboot_seconds=12,
        link_rate=1_200_000,
    ),
    DeviceSpec(
        name="picoscan-dock-1",
        generation="auth-article",
        model="picoScan150",
        version="2.3.0.0R",
        serial="25350442",
        flash_seconds=16,
        reboot_seconds=10,
        link_rate=2_000_000,
    ),
    DeviceSpec(
        name="picoscan-dock-2",
        generation="firmware-article",
        model="picoScan150",
        version="2.2.0.0R",
        serial="25350518",
        flash_seconds=20,
        reboot_seconds=14,
        link_rate=1_600_000,
    ),
    DeviceSpec(
        name="multiscan-hall-1",
        generation="multiscan-2.4.2",
        model="multiScan136",
        version="2.4.2.0R",
        serial="25180031",
        flash_seconds=22,
        reboot_seconds=15,
        link_rate=3_000_000,
    ),
    DeviceSpec(
        name="lrs-yard-1",
        generation="lrs4000-1.9.1",
        model="LRS4581R",
        version="1.9.1.0R",
        serial="24490277",
    ),
)
# In the demo: one sensor that rejects the package, and one that is not connected.
_DEMO_FAILS: Final = 2
_DEMO_OFFLINE: Final = 4


def standard_fleet(count: int = 6, *, demo: bool = False) -> list[DeviceSpec]:
    """Different models, versions and authentications; from the seventh on they repeat.

    Args:
        count: how many devices.
        demo: make the third one fail (state 3) and leave the fifth one offline.

    Raises:
        ValueError: ``count`` is less than 1.
    """
    if count < 1:
        message = f"a fleet has at least one device, not {count}"
        raise ValueError(message)
    specs: list[DeviceSpec] = []
    for index in range(count):
        turn, kind = divmod(index, len(_MODELS))
        spec = _MODELS[kind]
        if turn:
            stem, _, number = spec.name.rpartition("-")
            same_stem = sum(1 for other in _MODELS if other.name.startswith(f"{stem}-"))
            spec = structs.replace(
                spec,
                name=f"{stem}-{int(number) + turn * same_stem}",
                serial=str(int(spec.serial or "0") + turn * 1000),
            )
        specs.append(spec)
    if demo and count > _DEMO_FAILS:
        specs[_DEMO_FAILS] = structs.replace(specs[_DEMO_FAILS], faults=(Fault(name="update_error"),))
    if demo and count > _DEMO_OFFLINE:
        specs[_DEMO_OFFLINE] = structs.replace(specs[_DEMO_OFFLINE], offline=True)
    return specs


def demo_package(folder: Path) -> Path:
    """Write the signed package that the demo's picoScans accept; its name contains the version."""
    return make_package(folder / DEMO_PACKAGE, "picoScan", DEMO_VERSION, size=_DEMO_BYTES, signed=True)
