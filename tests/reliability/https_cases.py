"""Sensors over HTTPS: what they show changes while something is done, and is never answered in plain HTTP."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from msgspec import structs

from sicktui.model.device import Target
from sicktui.model.enums import Code, Operation, Step
from sicktui.simulator import Device
from sicktui.simulator.spec import Fault
from tests.reliability.case import GENERATIONS, SUCCEEDED, Case, Outcome, Planted, failed, unknown

_FAULTS: Final = ("certificate_changed", "certificate_expired", "plain_http")
_HANDSHAKE: Final = "something that is not HTTP/1.1 came to the port"
_PUT: Final = "PUT update"
_STATE: Final = "GET UpdateState"
_MOMENTS: Final[tuple[tuple[str, Step | None, str | None, Outcome], ...]] = (
    ("at GET DeviceIdent", None, "GET DeviceIdent", failed(Code.UNREACHABLE)),
    ("at the login", Step.AUTHENTICATE, "POST *", failed(Code.UNREACHABLE)),
    (f"at {_PUT}", Step.UPLOAD, _PUT, unknown(Code.UNHEALTHY)),
    (f"at {_STATE}", Step.FLASH, _STATE, unknown(Code.NO_RETURN)),
    ("after the reboot", None, None, unknown(Code.NO_RETURN)),
)
"""When it changes, in which step, at which request, and what is right."""


def https_cases() -> Iterator[Case]:
    """Every moment of an update on every generation; a backup and a restore without and with a change."""
    for generation in GENERATIONS:
        for operation in Operation:
            yield _case("https, no fault", "any", generation, operation, None, None, SUCCEEDED)
        for name in _FAULTS:
            for words, step, at, right in _MOMENTS:
                column = step or (Step.VERIFY if at is None else "plan")
                fault = Fault(name=name, at=at)
                yield _case(f"{name}, {words}", column, generation, Operation.UPDATE, fault, step, right)


def _case(
    row: str,
    column: str,
    generation: str,
    operation: Operation,
    fault: Fault | None,
    step: Step | None,
    right: Outcome,
) -> Case:
    before = "" if operation is Operation.UPDATE else f"{operation.value}: "
    return Case(
        row=row,
        column=f"{before}{column}",
        generation=generation,  # type: ignore[arg-type]
        planted=() if fault is None else (Planted(fault=fault, step=step),),
        expected=(right,),
        operation=operation,
        changes={"https": True},
        provoked=(_HANDSHAKE,) if fault is not None and fault.name == "plain_http" else (),
    )


def encrypted(target: Target, devices: Mapping[str, Device], folder: Path) -> Target:
    """The target over HTTPS, where its sensor has a certificate, with that as its authority."""
    https = devices[target.device].https
    if https.bundle is None or https.address is None:
        return target
    authority = folder / f"{target.device.replace(':', '-')}.pem"
    authority.write_text(https.bundle.certificates)
    return structs.replace(target, scheme="https", address=https.address, ca_file=str(authority))
