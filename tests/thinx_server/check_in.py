"""The check-in: `POST /device/register`."""

import secrets
from typing import Any

from tests.thinx_server.devices import UDID, Device
from tests.thinx_server.generations import Fault
from tests.thinx_server.record import Request
from tests.thinx_server.replies import HTML, Reply, as_json, refused, refused_nested, word
from tests.thinx_server.state import State


class CheckIn:
    """Answers check-ins: OK, or FIRMWARE_UPDATE in its place."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._told_updated: set[str] = set()

    def is_too_broken(self, request: Request) -> bool:
        """Whether the server crashes over a malformed udid. For `"0"` it may answer null instead."""
        udid = request.registration.get("udid")
        if udid is None or (isinstance(udid, str) and UDID.fullmatch(udid)):
            return False
        if udid == "0" and self._state.has(Fault.UDID_ZERO_GIVES_NULL):
            return False
        return self._state.has(Fault.MALFORMED_UDID_CRASHES)

    def answer(self, request: Request) -> Reply:
        """The reply to a check-in."""
        state, fields = self._state, request.registration
        refusal = state.unreadable(request) or state.unauthenticated(request)
        if refusal:
            return refusal
        if not fields:
            return refused("request_invalid", status=400)
        refusal = state.wrong_key(fields.get("owner"), request.key)
        if refusal:
            return refusal
        if not fields.get("mac"):
            return refused("missing_mac")
        if fields.get("udid") == "0" and state.has(Fault.UDID_ZERO_GIVES_NULL):
            return as_json(
                {"registration": self._ok(fields["owner"], fields.get("alias", "")) | {"udid": None}}
            )
        device, is_new = state.devices.check_in(fields["owner"], fields["mac"], fields.get("udid"))
        _take_over(device, fields)
        return self._of(device, is_new=is_new)

    def _of(self, device: Device, *, is_new: bool) -> Reply:
        state, build = self._state, self._state.newest(device)
        if build and device.mac not in self._told_updated and state.has(Fault.BARE_UPDATED):
            self._told_updated.add(device.mac)
            return word("updated")
        if build and device.auto_update and not is_new:
            if state.has(Fault.SICK_VERSION_FAILS) and state.version(device.version) is None:
                as_text = state.has(Fault.NESTED_REFUSAL_IS_TEXT)
                return refused_nested("device_update_failed", as_text=as_text)
            if state.is_newer(build, device):
                state.record.udid_given(device.mac)
                return self._update(device, build.version)
        state.record.udid_given(device.mac)
        return self._known(device, is_new=is_new)

    def _update(self, device: Device, version: str) -> Reply:
        return as_json(
            {
                "registration": {
                    "status": "FIRMWARE_UPDATE",
                    "auto_update": True,
                    "udid": device.udid,
                    "ott": self._state.issue(device),
                    "mac": device.mac,
                    "version": version,
                }
            },
            content_type=HTML,
        )

    def _known(self, device: Device, *, is_new: bool) -> Reply:
        reply = self._ok(device.owner, device.alias) | {"udid": device.udid}
        if is_new and self._state.has(Fault.FIRST_REPLY_DIFFERS):
            reply |= {"iv": secrets.token_hex(16), "meshes": []}
        else:
            reply |= {
                "auto_update": device.auto_update,
                "mesh_ids": [],
                "timestamp": int(self._state.now()),
            }
        return as_json({"registration": reply})

    @staticmethod
    def _ok(owner: str, alias: str) -> dict[str, Any]:
        return {"success": True, "status": "OK", "owner": owner, "alias": alias}


def _take_over(device: Device, fields: dict[str, Any]) -> None:
    device.alias = str(fields.get("alias", device.alias))
    device.firmware = str(fields.get("firmware", device.firmware))
    device.version = str(fields.get("version", device.version))
    device.env_hash = str(fields.get("env_hash", device.env_hash))
    if fields.get("status"):
        device.statuses.append(str(fields["status"]))
