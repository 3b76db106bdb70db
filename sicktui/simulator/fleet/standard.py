"""The default fleet of ``simulate`` and ``demo``."""

from pathlib import Path
from typing import Final

from msgspec import Struct, structs

from sicktui.simulator.device.files.package import make_package
from sicktui.simulator.spec import DeviceSpec, Fault, GenerationName

DEMO_VERSION: Final = "2.4.0.0R"
DEMO_PACKAGE: Final = f"picoScan100_{DEMO_VERSION}.spk.signed"
_DEMO_BYTES: Final = 12_000_000


class _Place(Struct, frozen=True):
    """A place in the fleet."""

    name: str
    serial: str
    generations: tuple[GenerationName, ...]
    """In turn, as the fleet grows."""
    flash_seconds: float = 20
    reboot_seconds: float = 15
    link_rate: float | None = None


_PLACES: Final = (
    _Place("picoscan-gate-1", "25420067", ("picoscan-2.3.3", "picoscan120-2.3.3"), 14, 9, 2_500_000),
    _Place("picoscan-gate-2", "25420113", ("picoscan-2.2.1", "picoscan120-2.2.1"), 18, 12, 1_200_000),
    _Place("picoscan-dock-1", "25350442", ("auth-article",), 16, 10, 2_000_000),
    _Place("picoscan-dock-2", "25350518", ("firmware-article",), 20, 14, 1_600_000),
    _Place(
        "multiscan-hall-1",
        "25180031",
        ("multiscan-2.4.2", "multiscan-2.4.4", "multiscan200-1.1.0"),
        22,
        15,
        3_000_000,
    ),
    _Place("lrs-yard-1", "24490277", ("lrs4000-1.9.1", "lrs4000-1.10.0")),
)
# In the demo: one sensor that rejects the package, and one that is not connected.
_DEMO_FAILS: Final = 2
_DEMO_OFFLINE: Final = 4


def standard_fleet(count: int = 6, *, demo: bool = False) -> list[DeviceSpec]:
    """Different products, versions and authentications: six places, and every generation in eighteen devices.

    Args:
        count: how many devices.
        demo: make the third one fail (state 3), leave the fifth one offline, and have only the generations of
            the first six, so that the demo's package fits every picoScan.

    Raises:
        ValueError: ``count`` is less than 1.
    """
    if count < 1:
        message = f"a fleet has at least one device, not {count}"
        raise ValueError(message)
    specs = [_spec(*divmod(index, len(_PLACES)), demo=demo) for index in range(count)]
    if demo and count > _DEMO_FAILS:
        specs[_DEMO_FAILS] = structs.replace(specs[_DEMO_FAILS], faults=(Fault(name="update_error"),))
    if demo and count > _DEMO_OFFLINE:
        specs[_DEMO_OFFLINE] = structs.replace(specs[_DEMO_OFFLINE], offline=True)
    return specs


def _spec(turn: int, place: int, *, demo: bool) -> DeviceSpec:
    at = _PLACES[place]
    stem, _, number = at.name.rpartition("-")
    same_stem = sum(1 for other in _PLACES if other.name.startswith(f"{stem}-"))
    return DeviceSpec(
        name=f"{stem}-{int(number) + turn * same_stem}",
        generation=at.generations[0 if demo else turn % len(at.generations)],
        serial=str(int(at.serial) + turn * 1000),
        flash_seconds=at.flash_seconds,
        reboot_seconds=at.reboot_seconds,
        link_rate=at.link_rate,
        earlier_results=False,
    )


def demo_package(folder: Path) -> Path:
    """Write the signed package that the demo's picoScans accept; its name contains the version."""
    return make_package(folder / DEMO_PACKAGE, "picoScan", DEMO_VERSION, size=_DEMO_BYTES, signed=True)
