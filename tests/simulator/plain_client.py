"""A plain HTTP client of the standard library, written after SICK's articles and nothing else."""

import asyncio
import base64
import hashlib
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from sicktui.simulator import Device, DeviceSpec, Fleet
from tests.support.waiting import LIMIT

PASSWORD = "servicelevel"


class Answer:
    """What came back."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> int:
        """``header.status``."""
        return int(self.json["header"]["status"])


def request(
    device: Device,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
    seconds: float = 5.0,
) -> Answer:
    """One request on a connection of its own, as SICK's clients do it."""
    with closing(http.client.HTTPConnection("127.0.0.1", device.port.number, timeout=seconds)) as connection:
        connection.request(method, path, body=body, headers={"Connection": "close", **(headers or {})})
        return Answer(connection.getresponse())


def get(device: Device, name: str, headers: dict[str, str] | None = None) -> Answer:
    return request(device, "GET", f"/api/{name}", headers=headers)


def post(device: Device, path: str, body: Any, headers: dict[str, str] | None = None) -> Answer:
    content = b"" if body is None else json.dumps(body).encode()
    return request(device, "POST", path, content, {"Content-Type": "application/json", **(headers or {})})


def basic(user: str = "Service", password: str = PASSWORD) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


# -- the auth article's "Python pseudo-code (verified)" -----------------------------------------------


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def get_challenge(device: Device, user: str = "Service") -> dict[str, Any]:
    challenge = post(device, "/api/getChallenge", {"data": {"user": user}}).json["challenge"]
    assert isinstance(challenge, dict)
    return challenge


def compute_response(user: str, password: str, challenge: dict[str, Any], endpoint: str) -> str:
    salt = bytes(challenge.get("salt") or [])
    base1 = f"{user}:{challenge['realm']}:{password}".encode()
    if salt:
        base1 = base1 + b":" + salt
    hash1 = sha256(base1)
    hash2 = sha256(f"POST:{endpoint}".encode())
    return sha256(f"{hash1}:{challenge['nonce']}:{hash2}".encode())


def proof(device: Device, endpoint: str, password: str = PASSWORD, user: str = "Service") -> dict[str, Any]:
    challenge = get_challenge(device, user)
    return {
        "nonce": challenge["nonce"],
        "opaque": challenge["opaque"],
        "realm": challenge["realm"],
        "user": user,
        "response": compute_response(user, password, challenge, endpoint),
    }


def auth_post(device: Device, endpoint: str, data: Any = None, password: str = PASSWORD) -> Answer:
    body: dict[str, Any] = {"header": proof(device, endpoint, password)}
    if data:
        body["data"] = data
    return post(device, f"/api/{endpoint}", body)


def session_token(device: Device, data: Any = None) -> dict[str, str]:
    answer = auth_post(device, "CreateSessionToken", data).json
    return {"X-Session-Token": answer["data"]["token"]}


# -- time and fleets ----------------------------------------------------------------------------------


def refused(device: Device) -> bool:
    """Whether the device's port refuses a connection.

    A connection that arrives while the port is closing is reset: the port did not refuse that one yet.
    """
    try:
        with socket.create_connection(("127.0.0.1", device.port.number), timeout=2):
            return False
    except ConnectionResetError:
        return False
    except ConnectionRefusedError:
        return True


def let_pass(device: Device, seconds: float) -> None:
    """Let so many simulated seconds pass at once, for whatever looks at the clock."""
    device.time._start -= seconds / device.time.scale


def version_of(device: Device) -> str | None:
    """The version that the device tells; ``None`` while it is away."""
    try:
        data = get(device, "DeviceIdent").json["data"]
    except (OSError, http.client.HTTPException):
        return None
    return str(data.get("DeviceIdent", data)["Version"])


@contextmanager
def fleet_in_thread(*specs: DeviceSpec, time_scale: float) -> Iterator[Fleet]:
    """A fleet whose event loop runs in a thread, so that a blocking client can talk to it."""
    ready = threading.Event()
    made: dict[str, Any] = {}

    async def main() -> None:
        stop = asyncio.Event()
        async with Fleet(specs, time_scale=time_scale) as fleet:
            made.update(fleet=fleet, stop=stop, loop=asyncio.get_running_loop())
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=asyncio.run, args=(main(),), daemon=True)
    thread.start()
    assert ready.wait(LIMIT), "the fleet did not start"
    try:
        yield made["fleet"]
    finally:
        made["loop"].call_soon_threadsafe(made["stop"].set)
        thread.join(LIMIT)
