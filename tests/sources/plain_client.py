"""A client of a THiNX server with nothing but `http.client`: what a device library sends, byte for byte."""

import http.client
import json
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.thinx_server.devices import Account

MAC = "AA:BB:CC:00:00:01"


@dataclass(frozen=True)
class Answer:
    """One reply, read to its end."""

    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def content_type(self) -> str:
        return self.headers["content-type"].partition(";")[0]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def registration(self) -> Any:
        return self.json["registration"]


class PlainClient:
    """One device. A connection a request, as the device libraries do it."""

    def __init__(
        self,
        url: str,
        account: Account,
        *,
        mac: str = MAC,
        context: ssl.SSLContext | None = None,
        timeout: float = 10,
    ) -> None:
        self.url = urlsplit(url)
        self.account = account
        self.mac = mac
        self.udid: str | None = None
        self._context = context
        self._timeout = timeout

    def check_in(self, version: str = "1.0.0", **fields: Any) -> Answer:
        """Check in; keeps the udid that comes back."""
        registration = {
            "mac": self.mac,
            "firmware": f"name:{version}",
            "version": version,
            "commit": "",
            "checksum": "",
            "owner": self.account.owner,
            "alias": "test",
            "platform": "arduino",
        }
        registration |= {"udid": self.udid} if self.udid else {}
        answer = self.post("/device/register", {"registration": registration | fields})
        if answer.body.startswith(b'{"registration"'):
            self.udid = answer.registration.get("udid") or self.udid
        return answer

    def firmware(self, path: str = "/device/firmware", **fields: Any) -> Answer:
        """Ask for firmware, or with `use="ott"` for a token."""
        wanted = {
            "mac": self.mac,
            "udid": self.udid,
            "owner": self.account.owner,
            "commit": "",
            "checksum": "",
        }
        return self.post(path, wanted | fields)

    def by_token(self, token: str) -> Answer:
        """Redeem a token, without authentication."""
        return self.request("GET", f"/device/firmware?ott={token}", {})

    def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Answer:
        """Post JSON, or bytes as they are."""
        usual = {
            "Authentication": self.account.key,
            "Accept": "application/json",
            "Content-Type": "application/json",
            "Origin": "device",
            "User-Agent": "THiNX-Client",
        }
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.request("POST", path, usual if headers is None else headers, sent)

    def request(self, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> Answer:
        """One request on its own connection."""
        assert self.url.hostname
        connection: http.client.HTTPConnection
        if self.url.scheme == "https":
            connection = http.client.HTTPSConnection(
                self.url.hostname, self.url.port, context=self._context, timeout=self._timeout
            )
        else:
            connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=self._timeout)
        try:
            connection.request(method, path, body, headers)
            reply = connection.getresponse()
            found = {name.lower(): value for name, value in reply.getheaders()}
            return Answer(reply.status, found, reply.read())
        finally:
            connection.close()
