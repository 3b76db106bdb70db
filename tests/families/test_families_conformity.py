"""Every GET of every family and version is what its description allows; every write is held to its limits."""

from typing import Any

import pytest

from sicktui.simulator import Device
from sicktui.simulator.families.kinds import Choice, Items, Kind, Number, Record, Text, Whole, merged
from sicktui.simulator.families.notation import Variable
from sicktui.simulator.generations import GENERATIONS
from tests.simulator.conftest import Start, start
from tests.simulator.plain_client import auth_post, basic, get, post

__all__ = ["start"]  # the fixture

ALL = list(GENERATIONS)


def value_in(name: str, variable: Variable, data: dict[str, Any], *, wrapped: bool) -> object:
    """The value in the ``data`` of a GET: structs come flat, those of a named type and the others by name."""
    kind = variable.kind
    if isinstance(kind, Record) and not kind.named and not wrapped:
        return data
    assert list(data) == [name]
    return data[name]


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("generation", ALL)
def test_every_get_is_of_its_type_and_within_its_limits(start: Start, generation: str, wrapped: bool) -> None:
    device = start(generation, wrapped=wrapped)
    wrong = {}
    for name, variable in device.generation.api.variables.items():
        answer = get(device, name)
        if "R" not in variable.access:
            assert answer.code == 5, name
            continue
        assert (answer.status, answer.code, list(answer.json)) == (200, 0, ["header", "data"]), name
        value = value_in(name, variable, answer.json["data"], wrapped=wrapped)
        if variable.kind.status(value):
            wrong[name] = value
    assert wrong == {}


def send(device: Device, name: str, data: object) -> int:
    """A write or a call; ``header.status``."""
    if device.generation.auth == "basic":
        return post(device, f"/api/{name}", {"data": data}, basic()).code
    return auth_post(device, name, data).code


def beyond(kind: Kind) -> list[tuple[object, int]]:
    """Values that are not allowed, each with the status that it is refused with."""
    match kind:
        case Whole(low=low, high=high):
            below = [] if low is None else [(low - 1, 6)]
            return [("x", 2), (1.5, 2), (True, 2), *below, *([] if high is None else [(high + 1, 6)])]
        case Number(high=high):
            return [("x", 2), *([] if high is None else [(high + 1, 6)])]
        case Choice(values=values):
            unknown: object = "x" if isinstance(values[0], str) else 977
            return [([], 2), (unknown, 9)]
        case Text(high=high):
            return [(5, 2), *([] if high is None else [("x" * (high + 1), 7)])]
        case Items(low=low, high=high, item=item):
            fine = item.initial()
            long = [] if high is None else [([fine] * (high + 1), 7)]
            short = [([fine] * (low - 1), 7)] if low else []
            wrong: list[tuple[object, int]] = [
                (merged(fine, value), status) for value, status in beyond(item)
            ]
            rest = [fine] * (max(low, 1) - 1)
            inside: list[tuple[object, int]] = [([value, *rest], status) for value, status in wrong]
            return [("x", 2), *long, *short, *inside]
        case Record(fields=fields):
            inside = [
                ({name: value}, status) for name, part in fields.items() for value, status in beyond(part)
            ]
            return [({"NoSuchField": 1}, 2), ([1], 2), *inside]
        case _:
            return [(1, 2)]


@pytest.mark.parametrize("generation", ALL)
def test_every_limit_of_every_writable_variable_is_held(generation: str) -> None:
    """Not over HTTP: there are thousands."""
    for name, variable in GENERATIONS[generation].api.variables.items():  # type: ignore[index]
        for value, status in beyond(variable.kind):
            assert variable.kind.status(value, partly=True) == status, (name, value)


@pytest.mark.parametrize(
    "generation", ["firmware-article", "picoscan-2.3.3", "multiscan200-1.1.0", "lrs4000-1.10.0"]
)
def test_every_variable_can_be_written_or_says_why_not(start: Start, generation: str) -> None:
    device = start(generation)
    for name, variable in device.generation.api.variables.items():
        value = device.parameters.current.get(name, variable.kind.initial())
        if "W" in variable.access:
            assert send(device, name, {name: value}) == 0, name
            refused, status = beyond(variable.kind)[-1]
            assert send(device, name, {name: refused}) == status, name
            assert device.parameters.current[name] == value
        else:
            assert send(device, name, {name: value}) == 8, name


NOT_HERE = (
    "RunFirmwareUpdate",
    "methods/RunFirmwareUpdate",
    "RebootDevice",
    "SoftReset",
    "EthernetUpdate",
    "changePassword",
)
"""What has an effect that ends the test, and has tests of its own."""


@pytest.mark.parametrize("generation", ALL)
def test_every_method_answers_as_documented(start: Start, generation: str) -> None:
    device = start(generation)
    for name, method in device.generation.api.methods.items():
        if name in NOT_HERE:
            continue
        arguments = method.takes.initial()
        if name == "FindMe":
            arguments = {"uiDuration": 5}
        if device.generation.auth == "basic":
            answer = post(device, f"/api/{name}", {"data": arguments}, basic())
        else:
            answer = auth_post(device, name, arguments)
        assert answer.code == 0, name
        data = answer.json.get("data")
        assert method.returns.status(data or {}) == 0, (name, data)
        assert (data is None) == (not method.returns.fields), name


def test_arguments_are_held_to_their_limits(start: Start) -> None:
    device = start("picoscan-2.3.3")
    assert auth_post(device, "EnableLegacyUserLevel", {"userLevel": 8, "isEnabled": True}).code == 6
    assert auth_post(device, "EnableLegacyUserLevel", {"userLevel": "Service"}).code == 2
    assert auth_post(device, "SetOutput", {"Nothing": 1}).code == 2
    assert auth_post(device, "LSPsetdatetime", {"DateTime": {"uiYear": 2026, "usiMonth": 13}}).code == 6
    assert auth_post(device, "GetFieldEvaluationContour", {"EvaluationId": 1}).json["data"] == {"Contour": []}


def test_what_needs_no_login(start: Start) -> None:
    device = start("picoscan-2.3.3")
    assert post(device, "/api/GetWebserverEnabled", None).json["data"] == {"IsEnabled": True}
    assert post(device, "/api/SetOutput", {"data": {"Output": 1, "Value": 1}}).json["data"] == {
        "Success": True
    }
    assert post(device, "/api/checkCredentials", {}).code == 4
    assert post(device, "/api/WriteEeprom", {}).code == 4


def test_part_of_a_struct_may_be_written(start: Start) -> None:
    device = start("multiscan200-1.1.0")
    part = {"enable": True, "focusRegion": {"direction": 1}}
    assert auth_post(device, "angleRangeFocusFilter", {"angleRangeFocusFilter": part}).code == 0
    now: Any = device.parameters.current["angleRangeFocusFilter"]
    assert (now["enable"], now["thetaStart"]) == (True, -1_800_000)
    assert (now["focusRegion"]["direction"], now["focusRegion"]["enable"]) == (1, False)


def test_a_new_device_has_no_result_yet(start: Start) -> None:
    device = start("picoscan-2.3.3", wrapped=False, earlier_results=False)
    assert get(device, "CreateParameterBackupResult").json["data"] == {"Status": 0, "Result": False}
    assert get(device, "RestoreParameterBackupResult").json["data"] == {
        "Status": 0,
        "RestoreResult": 0,
        "ParametersFailedToRestore": [],
    }
    assert device.backups.restore_pending is False
