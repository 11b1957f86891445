"""The process that holds the one bind: hands messages over, takes messages and receipts in.

Everything that lasts is in the database: this process may die at any moment.  What it had in
its hands goes again with the same key; what it had not acknowledged the operator sends again.
A fault of the database ends it, and its supervisor starts it again.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import psycopg2
from django.conf import settings
from django.db import connection
from django.utils import timezone
from smpp34 import DeliverSm

from municipality.clock import database_now
from municipality.notices import handing_over, inbound, taking_in
from municipality.notices.handing_over import Settled, Told
from municipality.notices.models import Message
from municipality.notices.smpp import pdus
from municipality.notices.smpp.link import ANSWER_S, Address, Answer, BindRefused, Link, LinkLost
from municipality.notices.taking_in import HandedOver
from municipality.sessions import own_session

WINDOW = 20  # messages handed over and not acknowledged
BATCH = 100  # taken in with one commit
LINGER_S = 0.04  # what comes in a moment shares a transaction
POLL_S = 5.0  # NOTIFY wakes the process at once; this is for what becomes due
PAUSES_S = (0.5, 10.0)  # first and longest wait before the next bind
THROTTLE_S = (0.25, 8.0)  # first and longest wait after "too fast"
STOP_S = 5.0  # what is in the air may be answered before the process ends
log = logging.getLogger("municipality.notices")
_R = TypeVar("_R")


class Stopped(Exception):
    """The process was told to stop and has nothing in the air."""


class _InTheAir:
    """One message that is being handed over: its parts, and the ids given so far."""

    def __init__(self, message: Message, *, valid_s: int) -> None:
        self.message = message
        self.parts = pdus.submits(
            pdus.Outgoing(
                sender=settings.GEO_SMS_FROM,
                receiver=message.to_address,
                text=message.text,
                key=message.public_id,
                reference=message.pk,
                valid_s=valid_s,
            )
        )
        self.ids: list[str] = []


class SmsWorker:
    """Runs until it is told to stop, over any number of links."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._link_db = ThreadPoolExecutor(1, "sms-link")  # one thread: receipts and answers
        self._route_db = ThreadPoolExecutor(1, "sms-route")  # are never looked up side by side
        self._stopping = asyncio.Event()
        self._rung = asyncio.Event()
        self._stored = asyncio.Event()
        self._answered = asyncio.Event()
        self._answers: list[Settled] = []
        self._open_at = 0.0  # loop time from which the operator may be sent something again
        self._throttle_s = 0.0

    def stop(self) -> None:
        """SIGTERM, SIGINT: hand over nothing more."""
        self._stopping.set()
        self._rung.set()

    async def run(self) -> None:
        """Hold the lock and work until stopped; raises what ends the process."""
        listener = await self._alone()
        if listener is None:
            return
        heard: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().add_reader(listener, self._hear, listener, heard)
        work = [self._bound_for_ever(), self._route_for_ever()]
        tasks = [asyncio.ensure_future(one) for one in (*work, heard)]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            asyncio.get_running_loop().remove_reader(listener)
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            for database in (self._link_db, self._route_db):
                await self._in(database, _close)
                database.shutdown()
            with contextlib.suppress(psycopg2.Error):
                listener.close()
        for one in ended:
            if isinstance(one, Exception) and not isinstance(one, Stopped):
                raise one

    async def _alone(self) -> Any:
        """Wait until no other process holds the bind; None when stopped while waiting."""
        listener = await asyncio.to_thread(own_session)
        waits = False
        while not self._stopping.is_set():
            with listener.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", handing_over.BIND_LOCK)
                if cursor.fetchone()[0]:
                    cursor.execute("LISTEN geo_messages")
                    return listener
            if not waits:
                log.info("another process holds the bind; waiting for it to end")
            waits = True
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), 1.0)
        listener.close()
        return None

    def _hear(self, listener: Any, heard: "asyncio.Future[None]") -> None:
        """Be woken by NOTIFY; the loss of this session is the loss of the lock: the end."""
        try:
            listener.poll()
        except psycopg2.Error as error:
            if not heard.done():
                heard.set_exception(error)
            return
        listener.notifies.clear()
        self._rung.set()
        self._stored.set()

    async def _in(self, database: ThreadPoolExecutor, act: Callable[..., _R], *args: Any) -> _R:
        """Run an act in a database thread; one that is asked for is done, cancelled or not."""
        doing = asyncio.get_running_loop().run_in_executor(database, act, *args)
        return await asyncio.shield(doing)

    async def _db(self, act: Callable[..., _R], *args: Any) -> _R:
        """Run an act of the link's own database thread; it is told the time it runs at."""
        return await self._in(self._link_db, lambda: act(*args, at=database_now()))

    # The link

    async def _bound_for_ever(self) -> None:
        pause, longest = PAUSES_S
        while not self._stopping.is_set():
            await self._in(self._link_db, handing_over.take_back)
            try:
                link = await Link.opened(self._address)
            except (LinkLost, BindRefused, OSError) as error:
                log.warning("no bind to the SMSC: %s; again in %s s", error, pause)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), pause)
                pause = min(2 * pause, longest)
                continue
            log.info("bound to the SMSC at %s:%s", self._address.host, self._address.port)
            pause = PAUSES_S[0]
            await self._over(link)

    async def _over(self, link: Link) -> None:
        """Work over one link until it is lost; what was answered by then is written down."""
        self._open_at = self._throttle_s = 0.0
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(link.run())
                group.create_task(self._take_in(link))
                group.create_task(self._settle())
                group.create_task(self._hand_over(link, group))
        except* LinkLost as lost:
            log.warning("the link to the SMSC is lost: %s", lost.exceptions[0])
        except* Stopped:
            log.info("unbound")
        finally:
            link.close()
            await self._write_down()

    # Out

    async def _hand_over(self, link: Link, group: asyncio.TaskGroup) -> None:
        air: set[asyncio.Task[None]] = set()
        while not self._stopping.is_set():
            self._rung.clear()
            free = WINDOW - len(air)
            found = await self._db(handing_over.claim, free) if free else []
            for message in found:
                task = group.create_task(self._submit(link, message))
                air.add(task)
                task.add_done_callback(air.discard)
            if len(found) < free or not found:
                pause = POLL_S if found else await self._pause()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._rung.wait(), pause)
                await asyncio.sleep(LINGER_S)
        if air:
            await asyncio.wait(air, timeout=STOP_S)
        await link.unbind()
        raise Stopped

    async def _pause(self) -> float:
        """Sleep until the poll, or until the next message becomes due."""
        due = await self._db(partial(handing_over.next_at, Message.Channel.SMS))
        if due is None:
            return POLL_S
        return min(POLL_S, max((due - timezone.now()).total_seconds(), 0.05))

    async def _submit(self, link: Link, message: Message) -> None:
        valid = (message.expires_at - timezone.now()).total_seconds()
        one = _InTheAir(message, valid_s=int(valid))
        for part in one.parts:
            while True:
                await self._not_too_fast()
                asking = link.ask(partial(_numbered, part))
                asking.add_done_callback(partial(self._heard_answer, one))
                try:
                    answer = await asyncio.wait_for(asyncio.shield(asking), ANSWER_S)
                except TimeoutError:
                    raise LinkLost("no answer to submit_sm") from None
                if answer.status not in (pdus.THROTTLED, pdus.QUEUE_FULL):
                    break
                self._slow_down()
            if answer.status != pdus.OK:
                return

    def _heard_answer(self, one: _InTheAir, asked: "asyncio.Future[Answer]") -> None:
        """Keep an answer the moment it is there, even where the link is lost right after it."""
        if asked.cancelled() or asked.exception() is not None:
            return
        answer = asked.result()
        if answer.status in (pdus.THROTTLED, pdus.QUEUE_FULL):
            return
        if answer.status == pdus.OK:
            self._throttle_s = 0.0
            one.ids.append(answer.message_id)
            if len(one.ids) < len(one.parts):
                return
            self._answers.append(Settled(one.message, provider_ids=tuple(one.ids)))
        else:
            may_pass = answer.status not in pdus.PERMANENT
            reason = f"status_0x{answer.status:02X}"
            self._answers.append(Settled(one.message, reason=reason, may_pass=may_pass))
        self._answered.set()

    def _slow_down(self) -> None:
        """Wait longer each time the operator says that it cannot take more."""
        first, longest = THROTTLE_S
        now = asyncio.get_running_loop().time()
        if now < self._open_at:
            return  # answers to what was sent before the pause began
        self._throttle_s = min(2 * self._throttle_s, longest) or first
        self._open_at = now + self._throttle_s
        log.warning("the SMSC is full; nothing for %s s", self._throttle_s)

    async def _not_too_fast(self) -> None:
        while (left := self._open_at - asyncio.get_running_loop().time()) > 0:
            await asyncio.sleep(left)

    async def _settle(self) -> None:
        while True:
            await self._answered.wait()
            await asyncio.sleep(LINGER_S)
            self._answered.clear()
            await self._write_down()
            self._rung.set()  # the next message of these recipients may go

    async def _write_down(self) -> None:
        answers, self._answers = self._answers, []
        if answers:
            await self._db(handing_over.settle, answers)

    # In

    async def _take_in(self, link: Link) -> None:
        while True:
            batch = [await link.delivered.get()]
            await asyncio.sleep(LINGER_S)
            while len(batch) < BATCH and not link.delivered.empty():
                batch.append(link.delivered.get_nowait())
            if await self._db(_store, batch):
                self._stored.set()
            for pdu in batch:  # only now: it is committed
                link.answer(pdu.sequence_number)

    async def _route_for_ever(self) -> None:
        """Decide what was taken in, whether there is a link at this moment or not."""
        await self._in(self._route_db, _commit_without_waiting)
        while True:
            self._stored.clear()
            waiting = await self._in(self._route_db, inbound.received)
            if not waiting:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stored.wait(), POLL_S)
                continue
            states = await self._in(self._route_db, _route, waiting)
            self._rung.set()
            if "received" in states:  # its command failed
                await asyncio.sleep(1.0)


def _numbered(part: Any, sequence: int) -> bytes:
    """Write a part again with the sequence number of this request (octets 12 to 16)."""
    octets: bytes = part.encode()
    return octets[:12] + sequence.to_bytes(4, "big") + octets[16:]


def _close() -> None:
    connection.close()  # the connection of the thread that this runs in


def _commit_without_waiting() -> None:
    """Let this session's commits not wait for the disk: a reply leaves only after a claim.

    The claim commits later and waits, and the log is written in order, so that what the router
    did is on the disk before anybody is told.  Lost with the machine, it is done again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")


def _route(waiting: list[int]) -> list[str]:
    return inbound.route(waiting, at=database_now())


def _store(batch: list[DeliverSm], *, at: Any) -> int:
    found = [pdus.read(pdu) for pdu in batch]
    handing_over.receive_receipts([one for one in found if isinstance(one, Told)], at=at)
    messages = [one for one in found if isinstance(one, HandedOver)]
    return taking_in.take_in(messages, at=at) if messages else 0
