"""What a simulated device answers: every endpoint under ``/api/``."""

import hashlib
from typing import Any, Final

import msgspec

from sicktui.simulator.device import variables
from sicktui.simulator.device.auth import USER_LEVELS
from sicktui.simulator.device.backups import MAX_BACKUP
from sicktui.simulator.device.device import Device
from sicktui.simulator.device.files.description import described
from sicktui.simulator.device.record import RequestRecord
from sicktui.simulator.device.updater import MAX_UPLOAD
from sicktui.simulator.errors import ApiError, ConnectionDropped
from sicktui.simulator.families.kinds import success_of
from sicktui.simulator.generations import PERSISTS, TRIGGERS
from sicktui.simulator.network.http import Connection, Reply, Request
from sicktui.simulator.server.events.channel import PATH as EVENTS_PATH
from sicktui.simulator.server.measuring import Method, measuring_methods
from sicktui.simulator.status import (
    ACCESS_DENIED,
    HTTP_OF_STATUS,
    INTERNAL_ERROR,
    INVALID_DATA,
    NOT_FOUND,
    OK,
    PARSING_FAILED,
    READ_ONLY,
    message_of,
)

MAX_JSON: Final = 64 * 1024
"""Bytes that a POST body may have."""
_REBOOT_DELAY: Final = 0.2  # so that the answer to RebootDevice gets out
_PROVING: Final = ("checkCredentials", "changePassword")
"""Methods whose description has no authentication, although they are about nothing else."""


class Api:
    """The endpoints of one device."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._methods = self._method_table()
        self._contours: dict[object, dict[str, object]] = {}
        self._caller = ""
        """The user level of the call that is being answered."""

    def _method_table(self) -> dict[str, Method]:
        generation = self._device.generation
        acting: dict[str, Method] = {
            "FindMe": self._find_me,
            "RebootDevice": self._reboot,
            "SoftReset": self._soft_reset,
            "LoadFactoryDefaults": self._defaults,
            "LoadApplicationDefaults": self._defaults,
            "EthernetUpdate": self._ethernet_update,
            "SetWebserverEnabled": self._set_webserver,
            "GetWebserverEnabled": self._get_webserver,
            "ActivateEvaluationGroup": self._activate_groups,
            "changePassword": self._change_password,
            "SetFieldEvaluationContour": self._set_contour,
            "GetFieldEvaluationContour": self._get_contour,
            "DoDiagnosisDump": self._device.dump.create,
            "GetDiagnosisDumpInfo": self._device.dump.info,
            "setCertificateBundle": self._device.https.set_bundle,
            "removeCertificateBundle": self._device.https.remove_bundle,
            "CreateParameterBackup": self._create_backup,
            "RestoreParameterBackup": self._restore_backup,
            **measuring_methods(self._device),
            **dict.fromkeys(PERSISTS, self._persist),
            **dict.fromkeys(TRIGGERS, self._run_update),
        }
        table = {name: acting.get(name, self._accepted(name)) for name in generation.api.methods}
        table.pop("CreateSessionToken", None)
        if generation.tokens:
            table["CreateSessionToken"] = self._create_token
        if generation.auth == "challenge":
            table["getChallenge"] = self._get_challenge
        return table

    def _accepted(self, name: str) -> Method:
        """A method that is answered as documented and changes nothing."""

        async def answer(_: dict[str, object]) -> dict[str, object] | None:
            return success_of(self._device.generation.returns(name)) or None

        return answer

    async def handle(self, request: Request, connection: Connection, entry: RequestRecord) -> Reply:
        """The answer to a request.

        Raises:
            ClientGone: the client hung up in the middle.
            ConnectionDropped: a fault broke the connection.
        """
        name = request.name
        if name is None:
            return self._page(request)
        if request.endpoint in self._device.hidden:
            return self.refusal(NOT_FOUND)
        try:
            match request.method:
                case "GET":
                    return self._get(name, request)
                case "POST":
                    return self._ok(await self._post(name, request, connection))
                case "PUT":
                    return await self._put(name, request, connection, entry)
                case _:
                    return Reply(http_status=405)
        except ApiError as error:
            return self.refusal(error.status, error.http_status)

    def refusal(self, status: int, http_status: int | None = None) -> Reply:
        """A refusal in the device's error style; a given HTTP status is kept."""
        style = self._device.generation.error_style
        payload: dict[str, object] = {"header": {"status": status, "message": message_of(status)}}
        if http_status is None:
            http_status = 200 if style == "status" else HTTP_OF_STATUS[status]
        headers: tuple[tuple[str, str], ...] = ()
        if http_status == HTTP_OF_STATUS[ACCESS_DENIED] and self._device.generation.auth == "basic":
            headers = (("WWW-Authenticate", f'Basic realm="{self._device.spec.realm}"'),)
        if style == "http_empty":
            return Reply(http_status=http_status, headers=headers)
        return Reply(http_status=http_status, payload=payload, headers=headers)

    @staticmethod
    def _ok(answer: dict[str, object] | None) -> Reply:
        payload: dict[str, object] = {"header": {"status": 0, "message": "Ok"}}
        if answer is not None:
            payload |= answer if "challenge" in answer else {"data": answer}
        return Reply(payload=payload)

    def _page(self, request: Request) -> Reply:
        if request.path == "/" and request.method == "GET":
            page = f"<!DOCTYPE html><title>{self._device.model}</title><p>A simulated sensor."
            return Reply(body=page.encode(), content_type="text/html; charset=utf-8")
        if request.path == EVENTS_PATH and request.method == "GET" and self._device.pushes:
            return Reply(upgrade=True)
        return Reply(http_status=404)

    # -- GET -------------------------------------------------------------------------------------

    def _get(self, name: str, request: Request) -> Reply:
        device = self._device
        generation = device.generation
        if name == "crown/file" and generation.backup:
            return described(device, request) or device.dump.file(request)
        if generation.backup and name == "parameterbackup":
            return self._get_backup(request)
        return self._ok(variables.read(device, name))

    def _get_backup(self, request: Request) -> Reply:
        self._require_token(request, self._device.generation.backup_denied)
        content = self._device.backups.served()
        if content is None:
            raise ApiError(NOT_FOUND, http_status=404)
        json = self._device.generation.backup_format == "json"
        kind = "application/json" if json else "application/octet-stream"
        return Reply(body=content, content_type=kind, headers=self._device.backups.stamp())

    def _require_token(self, request: Request, denied: int) -> None:
        device = self._device
        if "authorization" in request.headers and device.generation.auth == "basic":
            device.auth.verify_basic(f"{request.method} {request.endpoint}", request.headers["authorization"])
        if device.generation.tokens and not device.auth.token_good(request.headers):
            raise ApiError(ACCESS_DENIED, http_status=denied)

    # -- PUT -------------------------------------------------------------------------------------

    async def _put(self, name: str, request: Request, connection: Connection, entry: RequestRecord) -> Reply:
        generation = self._device.generation
        if name == "update" and generation.trigger is not None:
            if generation.auth == "basic" and "authorization" not in request.headers:
                self._device.auth.verify_basic("PUT update", None)
            self._require_token(request, generation.update_denied)
            self._check_length("PUT update", request, MAX_UPLOAD)
            await self._upload(request, connection, entry)
            return Reply()
        if name == "parameterbackup" and generation.backup:
            self._require_token(request, generation.backup_denied)
            self._check_length("PUT parameterbackup", request, MAX_BACKUP)
            content = await connection.read_all(MAX_BACKUP) or b""
            entry.sha256 = hashlib.sha256(content).hexdigest()
            self._device.backups.uploaded = content
            return Reply()
        raise ApiError(NOT_FOUND, http_status=404)

    def _check_length(self, endpoint: str, request: Request, limit: int) -> None:
        if request.length is None:
            how = "chunked" if request.chunked else "without Content-Length"
            self._device.violation(f"{endpoint}: a body {how}")
            raise ApiError(INVALID_DATA, http_status=411)
        if request.length > limit:
            self._device.violation(f"{endpoint}: {request.length} bytes, where {limit} are allowed")
            raise ApiError(INVALID_DATA, http_status=413)

    async def _upload(self, request: Request, connection: Connection, entry: RequestRecord) -> None:
        updater = self._device.updater
        size = request.length or 0
        reader = updater.begin_upload()
        complete = False
        try:
            limit = self._device.faults.upload_limit(size)
            async for piece in connection.body():
                if limit is not None and limit < size and connection.received > limit:
                    self._break_off(connection)
                reader.feed(piece)
            image = reader.finish()
            entry.sha256 = image.sha256
            complete = True
        finally:
            if not complete:
                updater.upload_broken()
        updater.upload_done(image)
        if limit is not None:  # all bytes have arrived, the answer is lost
            self._break_off(connection)

    @staticmethod
    def _break_off(connection: Connection) -> None:
        connection.reset()
        message = "reset during the upload"
        raise ConnectionDropped(message)

    # -- POST ------------------------------------------------------------------------------------

    async def _post(self, name: str, request: Request, connection: Connection) -> dict[str, object] | None:
        device = self._device
        method = self._methods.get(name)
        writable = name in device.parameters.table
        if method is None and not writable and not variables.readable(device, name):
            raise ApiError(NOT_FOUND)
        body = self._parse(name, await connection.read_all(MAX_JSON))
        if name != "getChallenge":
            self._authenticate(name, request, body)
        data = body.get("data")
        if data is not None and not isinstance(data, dict):
            raise ApiError(INVALID_DATA)
        if method is not None:
            self._caller = str((body.get("header") or {}).get("user", ""))
            self._check(name, data)
            return await method(data or {})
        if not writable:
            raise ApiError(READ_ONLY)
        if data is None or list(data) != [name]:
            raise ApiError(INVALID_DATA)
        device.parameters.write(name, data[name])
        return None

    def _check(self, name: str, data: dict[str, object] | None) -> None:
        """Refuse arguments that do not exist or are beyond their limits; each may be left out."""
        described = self._device.generation.api.methods.get(name)
        if described is None or not data or not described.takes.fields or name == "changePassword":
            return  # (SICK's sample client numbers the level, its OpenAPI names it)
        status = described.takes.status(data, partly=True)
        if status != OK:
            raise ApiError(status)

    def _parse(self, name: str, content: bytes | None) -> dict[str, Any]:
        if content is None:
            raise ApiError(PARSING_FAILED, http_status=413)
        if not content.strip():
            return {}
        try:
            body: object = msgspec.json.decode(content)
        except msgspec.DecodeError as error:
            raise ApiError(PARSING_FAILED) from error
        if body is None:
            return {}
        if not isinstance(body, dict):
            raise ApiError(PARSING_FAILED)
        keys = list(body)
        if "header" in keys and "data" in keys and keys.index("header") > keys.index("data"):
            self._device.violation(f"POST {name}: header after data in the body")
        return body

    def _authenticate(self, name: str, request: Request, body: dict[str, Any]) -> None:
        device = self._device
        header = body.get("header")
        authorization = request.headers.get("authorization")
        if device.generation.auth == "basic":
            device.auth.verify_basic(f"POST {request.endpoint}", authorization)
        elif header is not None or not self._is_open(name):
            device.auth.verify(request.endpoint, header)

    def _is_open(self, name: str) -> bool:
        described = self._device.generation.api.methods.get(name)
        return described is not None and described.level == "open" and name not in _PROVING

    async def _get_challenge(self, data: dict[str, object]) -> dict[str, object]:
        return {"challenge": self._device.auth.challenge(data.get("user"))}

    async def _create_token(self, data: dict[str, object]) -> dict[str, object]:
        answer: dict[str, object] = {"token": self._device.auth.create_token()}
        described = self._device.generation.api.methods.get("CreateSessionToken")
        if described is not None and "timeToLive" in described.returns.fields:
            answer["timeToLive"] = int(self._device.spec.token_seconds)
        return answer

    async def _change_password(self, data: dict[str, object]) -> dict[str, object]:
        """SICK's OpenAPI names the level, its sample client numbers it."""
        level, message = data.get("userLevel"), data.get("encryptedMessage")
        if isinstance(level, int) and not isinstance(level, bool) and 0 <= level < len(USER_LEVELS):
            level = USER_LEVELS[level]
        if level not in USER_LEVELS:
            raise ApiError(INVALID_DATA)
        try:
            sealed = bytes(msgspec.convert(message, list[int]))
        except (msgspec.ValidationError, ValueError):
            raise ApiError(INVALID_DATA) from None
        return {"result": self._device.auth.change_password(self._caller, str(level), sealed)}

    async def _persist(self, data: dict[str, object]) -> dict[str, object] | None:
        self._device.parameters.save()
        [name] = self._device.generation.persist
        return success_of(self._device.generation.returns(name)) or None

    async def _find_me(self, data: dict[str, object]) -> None:
        seconds = data.get("uiDuration")
        if not isinstance(seconds, int):
            raise ApiError(INVALID_DATA)
        self._device.blinking_until = self._device.time.now() + seconds

    async def _activate_groups(self, data: dict[str, object]) -> dict[str, object]:
        groups = data.get("List")
        return {"Success": [True] * len(groups if isinstance(groups, list) else [])}

    async def _set_contour(self, data: dict[str, object]) -> dict[str, object]:
        self._contours[data.get("EvaluationId")] = data
        return {"ErrorCode": 0}

    async def _get_contour(self, data: dict[str, object]) -> dict[str, object]:
        known = self._contours.get(data.get("EvaluationId"))
        return {"Contour": [] if known is None else [known]}

    async def _ethernet_update(self, data: dict[str, object]) -> None:
        self._device.spawn(self._device.update_address(after=_REBOOT_DELAY))

    async def _set_webserver(self, data: dict[str, object]) -> None:
        """It takes effect after a reboot (SICK's developer guide)."""
        if not isinstance(data.get("Enable"), bool):
            raise ApiError(INVALID_DATA)
        self._device.parameters.webserver = data["Enable"] is True

    async def _get_webserver(self, data: dict[str, object]) -> dict[str, object]:
        return {"IsEnabled": self._device.parameters.webserver}

    async def _reboot(self, data: dict[str, object]) -> None:
        self._restart("RebootDevice", save=True)

    async def _soft_reset(self, data: dict[str, object]) -> None:
        self._restart("SoftReset", save=False)

    def _restart(self, name: str, *, save: bool) -> None:
        device = self._device
        if device.updater.busy:
            device.violation(f"{name}: during UpdateState {device.update_state}")
            raise ApiError(INTERNAL_ERROR)
        if save:
            device.parameters.save()
        device.spawn(device.reboot(after=_REBOOT_DELAY))

    async def _defaults(self, data: dict[str, object]) -> None:
        self._device.parameters.reset()

    async def _run_update(self, data: dict[str, object]) -> None:
        self._device.updater.trigger()

    async def _create_backup(self, data: dict[str, object]) -> dict[str, object] | None:
        result = self._device.backups.create(data)
        # A device that answers with a header only still has to report a failure.
        described = self._device.generation.returns("CreateParameterBackup").fields
        return {"Result": result} if described or not result else None

    async def _restore_backup(self, data: dict[str, object]) -> dict[str, object] | None:
        backups = self._device.backups
        if backups.restore_pending:
            raise ApiError(INTERNAL_ERROR)
        plan = backups.restore(data)
        kind = self._device.generation.restore
        if kind in ("silent", "async") or (plan.replies_first and kind != "codes"):
            self._device.spawn(backups.finish_restore(plan))
            return None if kind == "silent" else {"Result": True}
        plan.finishes = True  # an answer at the end cannot be pending
        await backups.finish_restore(plan)
        if kind == "codes":
            return {
                "RestoreResult": backups.restore_code,
                "ParametersFailedToRestore": list(backups.restore_failed),
            }
        return {"Result": backups.restore_code == 0}
