"""Firmware: `POST /device/firmware` (simple, multi-file, for a token) and `GET /device/firmware?ott=..`."""

from typing import Any

from tests.thinx_server import firmware as shapes
from tests.thinx_server.devices import Device
from tests.thinx_server.firmware import KNOWN_PLATFORMS, Build, Firmware
from tests.thinx_server.generations import (
    SIMPLE_SECONDS_PER_MB,
    SMALLEST_BUILD,
    TOKEN_SECONDS_PER_MB,
    Fault,
)
from tests.thinx_server.record import FIRMWARE, Request
from tests.thinx_server.replies import (
    BINARY,
    JSON,
    NoReply,
    Reply,
    as_json,
    empty,
    page,
    refused,
    refused_by_status,
    word,
)
from tests.thinx_server.state import State


class Fetch:
    """Answers requests for firmware and for tokens."""

    def __init__(self, state: State) -> None:
        self._state = state

    def by_post(self, request: Request) -> Reply | NoReply:
        """The reply to a POST: firmware, files, a token, or a refusal."""
        state, fields = self._state, request.registration
        refusal = state.unreadable(request) or state.unauthenticated(request)
        if refusal:
            return refusal
        wants_token = fields.get("use") == "ott"
        if request.path != FIRMWARE and not wants_token:
            return page(f"Cannot POST {request.path}", status=404)
        if not fields.get("mac"):
            return refused("missing_mac")
        refusal = state.wrong_key(fields.get("owner"), request.key, lenient=True)
        if refusal:
            return refusal
        device = state.devices.get(str(fields.get("udid")))
        if device is None:
            return word("no_such_device") if state.has(Fault.REFUSALS_VARY) else refused("no_such_device")
        if wants_token and state.has(Fault.USE_OTT_REFUSED):
            return word("OTT_API_KEY_NOT_VALID")
        if "ott" in fields:
            if state.has(Fault.POST_WITH_TOKEN_ISSUES_ANOTHER):
                return as_json({"ott": state.issue(device)})
            return self.by_token(str(fields["ott"]))
        return self._for(device, fields, wants_token=wants_token)

    def by_token(self, token: str | None) -> Reply | NoReply:
        """The reply to a GET: the newest build of the device that the token is for."""
        state = self._state
        if not token:
            return refused("OTT_MISSING")
        found = state.tokens.redeem(token)
        if found is None:
            state.record.token_refused(token)
            return word("OTT_UPDATE_NOT_FOUND")
        device = state.devices.get(found[1])
        if device is None:
            return word("OTT_INFO_NOT_FOUND")
        build = state.newest(device)
        # Tokens are for single files only.
        if build is None or build.files or state.has(Fault.NO_BUILD_FOUND):
            return word("OTT_UPDATE_NOT_AVAILABLE")
        if state.has(Fault.TOKEN_ENDS_WITH_SUCCESS):
            state.tokens.end(token)
        return self._unsendable(build, word("OTT_UPDATE_NOT_AVAILABLE")) or Reply(
            shapes.cut_buffer(build.firmware) if state.has(Fault.CUT_BUFFER) else shapes.raw(build.firmware),
            BINARY,
            headers=(("x-MD5", build.firmware.md5),),
            silence=self._silence(build.firmware, TOKEN_SECONDS_PER_MB),
        )

    def _for(self, device: Device, fields: dict[str, Any], *, wants_token: bool) -> Reply | NoReply:
        state = self._state
        is_forced = fields.get("forced") is True
        if not device.auto_update and (not is_forced or state.has(Fault.FORCED_YIELDS_TO_SWITCH)):
            return refused_by_status("OK")
        build = state.newest(device)
        if build is None:
            return refused_by_status("UPDATE_NOT_FOUND")
        if not is_forced and not state.is_newer(build, device):
            return refused_by_status("OK")
        if wants_token:
            return as_json({"ott": state.issue(device)})
        if state.has(Fault.NO_BUILD_FOUND):
            return refused_by_status("UPDATE_NOT_FOUND")
        return self._unsendable(build, refused_by_status("UPDATE_NOT_FOUND")) or self._sent(build)

    def _sent(self, build: Build) -> Reply:
        if build.files:
            return Reply(shapes.multi(build.files), JSON)
        if self._state.generation.simple_is_raw:
            return Reply(shapes.raw(build.firmware), BINARY)
        silence = self._silence(build.firmware, SIMPLE_SECONDS_PER_MB)
        return Reply(shapes.simple(build.firmware), JSON, silence=silence)

    def _unsendable(self, build: Build, refusal: Reply) -> Reply | NoReply | None:
        if build.platform not in KNOWN_PLATFORMS:
            return NoReply() if self._state.has(Fault.UNKNOWN_PLATFORM_HANGS) else refusal
        if (
            not build.files
            and build.firmware.size < SMALLEST_BUILD
            and self._state.has(Fault.SMALL_BUILD_IS_EMPTY)
        ):
            return empty()
        return None

    def _silence(self, firmware: Firmware, seconds_per_mb: float) -> float:
        if not self._state.has(Fault.SLOW_BODIES):
            return 0.0
        return firmware.size / 1e6 * seconds_per_mb * self._state.generation.slowness
