"""The connection to one sensor: one request at a time, within the rate limit."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from msgspec import structs

from sicktui.model.clock import Clock
from sicktui.model.device import Target
from sicktui.model.errors import UsageError
from sicktui.model.network.address import Address, parse_address
from sicktui.model.safe_text import clean
from sicktui.sensor.errors import ProtocolError, Unreachable, UploadInterrupted, WrongAddress
from sicktui.sensor.transport.client import Transport
from sicktui.sensor.transport.file_streams import FileBody, FileSink
from sicktui.sensor.transport.messages import Answer, Request
from sicktui.sensor.transport.redaction import Redactor
from sicktui.sensor.turns.queue import RequestQueues
from sicktui.sensor.turns.retry import TOO_MANY_HTTP
from sicktui.sensor.turns.throttle import Turn

Contact = Callable[[bool], None]
_SERVER_ERROR = 500
_BUSY = re.compile(rb'"header"\s*:\s*\{[^{}]{0,200}"status"\s*:\s*11\b')
"""In a reply: ``header.status`` Out Of Connections."""
_JSON = {"Content-Type": "application/json"}


class Link:
    """Hands out request slots of one sensor.

    Args:
        target: the device.
        queues: the process's request queues, one per address.
        clock: the time source.
        on_contact: called with ``True`` at each answer and ``False`` at each failure to get one.
        connect_timeout: seconds until there must be a connection; ``None``: as long as a request may take.
    """

    def __init__(
        self,
        target: Target,
        *,
        queues: RequestQueues,
        clock: Clock,
        on_contact: Contact | None,
        connect_timeout: float | None = None,
    ) -> None:
        self.label = clean(target.address)
        """The address for messages."""
        self.clock = clock
        self.redactor = Redactor()
        """Knows the secrets that were sent to the sensor."""
        self.answered_encrypted = False
        """Whether an answer has come over HTTPS."""
        self._target = target
        self._on_contact = on_contact or (lambda _answered: None)
        self._queues = queues
        self._connect_timeout = connect_timeout
        self._address: Address | None = None
        self._transport: Transport | None = None

    def request(self, method: str, name: str) -> Request:
        """A request to this sensor, for messages."""
        return Request(self.label, method, name, self.redactor)

    @asynccontextmanager
    async def slot(self, requests: int = 1) -> "AsyncIterator[RequestSlot]":
        """Wait until no other client uses the sensor and ``requests`` may be sent back to back.

        Raises:
            WrongAddress: the device's address cannot be used.
        """
        address = self._where()
        async with self._queues.queue(address).turn(requests) as turn:
            yield RequestSlot(self._connect(address), turn, self._contact)

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[Address]:
        """Wait until one request may be sent, and count it: for a connection beside those of the slots.

        Nothing else is sent to the sensor until the block is left. Gives where the sensor is.

        Raises:
            WrongAddress: the device's address cannot be used.
        """
        async with self.slot() as slot:
            slot.pass_on()
            yield self._where()

    async def move(self, address: str) -> None:
        """Use another address from the next slot on.

        Args:
            address: ``host`` or ``host:port``.
        """
        self._transport = None
        self._target, self._address = structs.replace(self._target, address=address), None
        self.label = clean(address)

    async def aclose(self) -> None:
        """Forget the transport. No connection is held between requests."""
        self._transport = None

    def _contact(self, answered: bool) -> None:
        if answered and self._target.scheme == "https":
            self.answered_encrypted = True
        self._on_contact(answered)

    def _where(self) -> Address:
        if self._address is None:
            try:
                self._address = parse_address(self._target.address, self._target.scheme)
            except UsageError as error:
                raise WrongAddress(error.message, advice=error.advice) from error
        return self._address

    def _connect(self, address: Address) -> Transport:
        if self._transport is None:
            target = self._target
            self._transport = Transport(
                address,
                target.scheme,
                target.timing,
                self.label,
                ca_file=target.ca_file,
                fingerprint=target.fingerprint,
                connect_timeout=self._connect_timeout,
            )
        return self._transport


class RequestSlot:
    """The right to send some requests, one after the other. From ``Link.slot``."""

    def __init__(self, transport: Transport, turn: Turn, on_contact: Contact) -> None:
        self._transport = transport
        self._turn = turn
        self._on_contact = on_contact

    def pass_on(self) -> None:
        """Count a request now that is sent over another connection."""
        self._turn.used()

    async def get(self, name: str) -> Answer:
        """Read a variable.

        Raises:
            SensorError: there was no readable reply.
        """
        return await self._noting(self._transport.exchange("GET", name, connecting=self._turn.connecting))

    async def post(
        self, name: str, body: bytes, *, headers: Mapping[str, str] | None = None, acting: bool = False
    ) -> Answer:
        """Call a method or write a variable.

        Raises:
            OutcomeUnknown: it was an act, and the connection broke after it was sent.
            SensorError: there was no readable reply.
        """
        exchange = self._transport.exchange(
            "POST",
            name,
            headers={**_JSON, **(headers or {})},
            body=body,
            acting=acting,
            connecting=self._turn.connecting,
        )
        try:
            return await self._noting(exchange)
        except ProtocolError as error:
            # It was sent; the reply does not show whether it was done.
            error.outcome_unknown = acting
            raise

    async def upload(self, name: str, body: FileBody, headers: Mapping[str, str]) -> Answer:
        """Send a file.

        Raises:
            SensorError: see ``Transport.upload``.
        """
        upload = self._transport.upload(
            name, body, headers=headers, on_sent=self._file_begins, connecting=self._turn.connecting
        )
        return await self._noting(upload, counted=True)

    async def download(self, name: str, sink: FileSink, headers: Mapping[str, str]) -> Answer:
        """Fetch a file.

        Raises:
            SensorError: see ``Transport.download``.
        """
        download = self._transport.download(
            name, sink, headers=headers, on_sent=self._file_begins, connecting=self._turn.connecting
        )
        return await self._noting(download, counted=True)

    def _file_begins(self) -> None:
        # It counts from its head on: a file ends long after the request has arrived.
        self._turn.used()
        self._turn.share()

    async def _noting(self, request: Awaitable[Answer], *, counted: bool = False) -> Answer:
        try:
            answer = await request
        except (Unreachable, UploadInterrupted, ProtocolError) as error:
            self._turn.throttle.trouble()
            self._on_contact(error.http_status is not None)
            raise
        finally:
            if not counted:
                self._turn.used()
        self._spare(answer)
        self._on_contact(True)  # noqa: FBT003  the callback has one argument
        return answer

    def _spare(self, answer: Answer) -> None:
        """Leave a sensor in peace that fails or is too busy: the other processes of this PC too."""
        if answer.http_status == TOO_MANY_HTTP:
            self._turn.throttle.too_many(answer.retry_after or 0.0)
        elif answer.http_status >= _SERVER_ERROR or _BUSY.search(answer.body):
            self._turn.throttle.trouble(answer.retry_after or 0.0)
