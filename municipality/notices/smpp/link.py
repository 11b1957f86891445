"""One link to the operator: a bound TCP connection, its requests and their answers."""

import asyncio
import contextlib
import logging
import ssl
import struct
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

import smpp34

from municipality.notices.smpp import pdus

OPEN_S = 10.0  # to connect and to be bound
ANSWER_S = 30.0  # an operator that does not answer for so long is gone
ENQUIRE_S = 15.0
UNREAD = 1_000  # deliver_sm read and not taken in; then reading waits
log = logging.getLogger("municipality.notices")


class LinkLost(ConnectionError):
    """The link is gone; what was not answered may or may not have arrived."""


class BindRefused(ConnectionError):
    """The operator does not let us in: name, password, or another bind is still there."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the operator's SMSC is and who we are there."""

    host: str
    port: int
    system_id: str
    password: str
    system_type: str = ""
    tls: bool = False

    @classmethod
    def of(cls, url: str) -> "Address":
        """Read ``smpp[s]://system_id:password@host:port?system_type=…``; raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in ("smpp", "smpps") or not parts.hostname:
            raise ValueError("GEO_SMPP_URL is smpp://system_id:password@host:port")
        return cls(
            host=parts.hostname,
            port=parts.port or 2775,
            system_id=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            system_type=dict(parse_qsl(parts.query)).get("system_type", ""),
            tls=parts.scheme == "smpps",
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: its status and, where it has one, the id that the operator gave."""

    status: int
    message_id: str


class Link:
    """A bound transceiver.  ``run`` reads until the link is lost, which it says by LinkLost."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._sequence = 0
        self._asked: dict[int, asyncio.Future[Answer]] = {}
        self.delivered: asyncio.Queue[smpp34.DeliverSm] = asyncio.Queue(UNREAD)

    @classmethod
    async def opened(cls, address: Address) -> "Link":
        """Connect and bind; raises BindRefused, LinkLost or OSError."""
        context = ssl.create_default_context() if address.tls else None
        opening = asyncio.open_connection(address.host, address.port, ssl=context)
        try:
            reader, writer = await asyncio.wait_for(opening, OPEN_S)
        except TimeoutError:
            raise LinkLost("no connection") from None
        link = cls(reader, writer)
        try:
            await asyncio.wait_for(link._bind(address), OPEN_S)
        except BaseException as error:
            link.close()
            if isinstance(error, TimeoutError):
                raise LinkLost("no answer to the bind") from None
            raise
        return link

    async def _bind(self, address: Address) -> None:
        number = self._next()
        self._writer.write(
            pdus.bind_transceiver(
                number,
                system_id=address.system_id,
                password=address.password,
                system_type=address.system_type,
            )
        )
        frame = await self._frame()
        _, command, status, sequence = struct.unpack(">IIII", frame[:16])
        if command != pdus.BIND_TRANSCEIVER | pdus.RESPONSE or sequence != number or status:
            raise BindRefused(f"command 0x{command:08X}, status 0x{status:08X}")

    def _next(self) -> int:
        self._sequence = self._sequence % 0x7FFFFFFF + 1
        return self._sequence

    async def _frame(self) -> bytes:
        try:
            head = await self._reader.readexactly(4)
            length = int.from_bytes(head, "big")
            if not 16 <= length <= pdus.LONGEST:
                raise LinkLost(f"a PDU of {length} octets")
            return head + await self._reader.readexactly(length - 4)
        except (asyncio.IncompleteReadError, OSError) as error:
            raise LinkLost(str(error) or "closed") from None

    def ask(self, write: Callable[[int], bytes]) -> "asyncio.Future[Answer]":
        """Send a request; its future is answered, or fails with LinkLost.

        ``write`` makes the PDU from its sequence number.
        """
        number = self._next()
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._asked[number] = future
        future.add_done_callback(lambda _: self._asked.pop(number, None))
        self._write(write(number))
        return future

    def _write(self, octets: bytes) -> None:
        if not self._writer.is_closing():
            self._writer.write(octets)

    def answer(self, sequence: int, *, status: int = pdus.OK) -> None:
        """Acknowledge a deliver_sm; the operator forgets it then."""
        command = pdus.DELIVER_SM | pdus.RESPONSE
        self._write(pdus.framed(command, sequence, b"\0", status=status))

    async def run(self) -> None:
        """Read and keep alive until the link is lost; raises LinkLost."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._read())
                group.create_task(self._keep_alive())
        except* LinkLost as lost:
            raise LinkLost(str(lost.exceptions[0])) from None

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(ENQUIRE_S)
            asking = self.ask(lambda number: pdus.framed(pdus.ENQUIRE_LINK, number))
            try:
                await asyncio.wait_for(asking, ANSWER_S)
            except TimeoutError:
                raise LinkLost("no answer to enquire_link") from None

    async def _read(self) -> None:
        while True:
            await self._take(await self._frame())

    async def _take(self, frame: bytes) -> None:
        _, command, status, sequence = struct.unpack(">IIII", frame[:16])
        if command & pdus.RESPONSE:
            asked = self._asked.get(sequence)
            if asked is not None and not asked.done():
                asked.set_result(Answer(status, pdus.text_of(frame[16:])))
        elif command == pdus.DELIVER_SM:
            await self._delivered(frame, sequence)
        elif command in (pdus.ENQUIRE_LINK, pdus.UNBIND):
            self._write(pdus.framed(command | pdus.RESPONSE, sequence))
            if command == pdus.UNBIND:
                raise LinkLost("unbound by the operator")
        else:
            self._write(pdus.framed(pdus.GENERIC_NACK, sequence, status=pdus.INVALID_COMMAND))

    async def _delivered(self, frame: bytes, sequence: int) -> None:
        try:
            pdu = smpp34.decode(frame)
            if not isinstance(pdu, smpp34.DeliverSm):
                raise ValueError("not a deliver_sm")
        except (smpp34.SmppError, ValueError) as error:
            log.warning("a deliver_sm that cannot be read: %s", error)
            self.answer(sequence, status=pdus.NEVER_AGAIN)
            return
        await self.delivered.put(pdu)

    async def unbind(self) -> None:
        """Say good-bye and wait a moment for the answer."""
        with contextlib.suppress(LinkLost, TimeoutError):
            await asyncio.wait_for(
                self.ask(lambda number: pdus.framed(pdus.UNBIND, number)), timeout=1.0
            )

    def close(self) -> None:
        """Close the connection; what is not answered fails with LinkLost."""
        for future in list(self._asked.values()):
            if not future.done():
                future.set_exception(LinkLost("closed"))
                future.exception()  # seen: nobody may be waiting for it any more
        self._writer.close()
