"""PDUs as a foreign stack (npm smpp 0.5.1) wrote them, and ours; then a link fed with noise."""

import asyncio
import json
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import smpp34
from hypothesis import given
from hypothesis import strategies as st

from municipality.notices.gsm import UCS2, decoded
from municipality.notices.handing_over import Told
from municipality.notices.smpp import link as links
from municipality.notices.smpp import pdus
from municipality.notices.smpp.link import Address, BindRefused, Link, LinkLost
from municipality.notices.taking_in import HandedOver

RECORDED = {
    name: bytes.fromhex(text)
    for name, text in json.loads(
        Path(__file__).with_name("recorded_pdus.json").read_text(encoding="utf-8")
    ).items()
}
HERE = Address("127.0.0.1", 0, "demo", "demo")


def read(name: str) -> HandedOver | Told | None:
    return pdus.read(smpp34.decode(RECORDED[name]))


def message(name: str) -> HandedOver:
    found = read(name)
    assert isinstance(found, HandedOver)
    return found


def test_texts_of_telephones_are_read() -> None:
    english, arabic = message("mo_english"), message("mo_arabic")
    assert decoded(english.body, english.coding) == "case 12 @ €[1]"
    assert (english.sender, english.ton, english.receiver, english.smsc_id) == (
        "96892000001", 1, "90091", "a1",
    )  # fmt: skip
    assert decoded(arabic.body, arabic.coding) == "معاملة ١٢ 😀" and arabic.smsc_id == ""
    assert message("mo_name").ton == 5
    assert message("mo_payload").body == b"x" * 300


def test_parts_are_known_by_each_of_the_three_ways_of_saying_so() -> None:
    one, two, sar = (
        message(n) for n in ("mo_part_1_of_2", "mo_part_2_of_2_long_reference", "mo_sar")
    )
    assert (one.reference, one.total, one.number) == (0x2A, 2, 1)
    assert (two.reference, two.total, two.number) == (0x12A, 2, 2)
    assert (sar.reference, sar.total, sar.number, sar.body) == (513, 3, 2, b"part")
    assert decoded(one.body + two.body, UCS2) == "أولًا ثانيًا"
    other = message("mo_port_header")
    assert (other.total, other.body) == (1, b"vcard")


def test_a_reference_and_an_id_are_never_more_than_the_tables_hold() -> None:
    tlvs = [smpp34.Tlv(tag, b"\xff\xff\xff\xff") for tag in pdus.SAR[:1]]
    tlvs += [
        smpp34.Tlv(tag, bytes([number])) for tag, number in zip(pdus.SAR[1:], (2, 1), strict=True)
    ]
    part = pdus.read(smpp34.DeliverSm("96892000001", "90091", b"part", tlvs=tlvs))
    assert isinstance(part, HandedOver)
    assert (part.reference, part.total, part.number) == (0xFFFF, 2, 1)
    assert pdus.text_of(b"a\x1fb" + b"1" * 100 + b"\0") == "ab" + "1" * 63


def test_receipts_are_read_from_tlvs_and_from_text() -> None:
    assert read("receipt_with_tlvs") == Told("5f3", "DELIVRD", "000")
    assert read("receipt_text_only") == Told("9A-7", "UNDELIV", "021")
    assert read("receipt_tlvs_only") == Told("77", "EXPIRED", "")
    assert read("receipt_without_id") is None


def an_outgoing(text: str) -> pdus.Outgoing:
    return pdus.Outgoing("90091", "+96892000001", text, "k" * 22, 70_000, 600)


def test_our_submit_says_what_it_must() -> None:
    (pdu,) = pdus.submits(an_outgoing("مرحبا"))
    assert (pdu.source_addr, pdu.source_addr_ton, pdu.destination_addr) == (
        "90091",
        3,
        "96892000001",
    )
    assert (pdu.dest_addr_ton, pdu.dest_addr_npi, pdu.registered_delivery) == (1, 1, 1)
    assert (pdu.data_coding, pdu.esm_class) == (UCS2, 0)
    assert pdu.validity_period == "000000001000000R"
    tlvs = {tlv.tag: tlv.value for tlv in pdu.tlvs}
    assert tlvs[pdus.KEY_TAG] == b"k" * 22
    assert tlvs[smpp34.TLV_USER_MESSAGE_REFERENCE] == (70_000 & 0xFFFF).to_bytes(2, "big")


@given(st.text(min_size=1, max_size=500))
def test_our_parts_fit_and_join_to_the_text(text: str) -> None:
    parts = pdus.submits(an_outgoing(text))
    bodies = b""
    for number, pdu in enumerate(parts, start=1):
        again = smpp34.decode(pdu.encode())
        body = again.short_message
        assert len(body) <= 160 if again.data_coding == 0 else len(body) <= 140
        if len(parts) > 1:
            assert again.esm_class == 0x40
            assert body[:6] == bytes([5, 0, 3, 70_000 & 0xFF, len(parts), number])
            body = body[6:]
        bodies += body
    assert decoded(bodies, parts[0].data_coding) == text


@given(st.binary(max_size=300), st.integers(0, 255), st.integers(0, 255))
def test_no_text_of_a_stranger_breaks_the_reading(body: bytes, esm_class: int, coding: int) -> None:
    told = smpp34.DeliverSm("1", "9", body[:250], esm_class=esm_class, data_coding=coding)
    found = pdus.read(smpp34.decode(told.encode()))
    assert found is None or isinstance(found, HandedOver | Told)


@pytest.mark.parametrize(
    "url", ["", "smpp://", "http://a:1", "smpp:///x", "smsc.example.org:2775", "smpp://h:port"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        Address.of(url)


def test_an_address_is_read_whole() -> None:
    told = Address.of("smpps://id:p%40ss@smsc.example.org:3550?system_type=GW")
    assert told == Address("smsc.example.org", 3550, "id", "p@ss", "GW", tls=True)


def _run(talk: Coroutine[Any, Any, Any]) -> None:
    """Run it in a thread of its own: the main thread may hold the loop of a browser."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, talk).result()


async def _linked(first: bytes, more: bytes = b"") -> tuple[Link, asyncio.StreamReader]:
    """A link whose peer answers the bind with ``first`` and then sends ``more``."""
    seen: asyncio.Future[asyncio.StreamReader] = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readexactly(4)
        await reader.readexactly(int.from_bytes(head, "big") - 4)
        writer.write(first + more)
        seen.set_result(reader)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    link = await Link.opened(Address("127.0.0.1", port, "demo", "demo"))
    return link, await seen


def test_a_refused_bind_is_said_with_its_status() -> None:
    with pytest.raises(BindRefused, match="0x00000005"):
        _run(_linked(RECORDED["bind_refused"]))


def test_answers_find_their_questions_and_requests_are_answered() -> None:
    async def talk() -> None:
        more = RECORDED["enquire_link"] + RECORDED["alert_notification"] + RECORDED["mo_english"]
        link, reader = await _linked(RECORDED["bind_transceiver_resp"], more)
        running = asyncio.create_task(link.run())
        pdu = await link.delivered.get()
        assert pdu.source_addr == "96892000001"
        link.answer(pdu.sequence_number)
        assert await reader.readexactly(16) == pdus.framed(0x80000015, 3)
        assert await reader.readexactly(16) == pdus.framed(pdus.GENERIC_NACK, 5, status=3)
        assert await reader.readexactly(17) == pdus.framed(0x80000005, 7, b"\0")
        running.cancel()
        link.close()

    _run(talk())


@pytest.mark.parametrize(
    "noise",
    [b"\0\0\0\x05" + b"x" * 20, b"\xff" * 64, b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\x10", RECORDED["unbind"]],
    ids=["too short", "too long", "http", "cut", "unbind"],
)  # fmt: skip
def test_noise_and_farewell_end_the_link_and_what_was_asked(noise: bytes) -> None:
    async def talk() -> None:
        link, reader = await _linked(RECORDED["bind_transceiver_resp"], noise)
        asked = link.ask(lambda number: pdus.framed(pdus.ENQUIRE_LINK, number))
        reader._transport.close()  # type: ignore[attr-defined]
        with pytest.raises(LinkLost):
            await asyncio.wait_for(link.run(), 5)
        link.close()
        with pytest.raises(LinkLost):
            await asked

    _run(talk())


def test_a_deliver_sm_that_cannot_be_read_is_refused_for_good_and_the_next_one_is_read() -> None:
    async def talk() -> None:
        broken = pdus.framed(pdus.DELIVER_SM, 6, b"\0abc")
        link, reader = await _linked(
            RECORDED["bind_transceiver_resp"], broken + RECORDED["mo_arabic"]
        )
        running = asyncio.create_task(link.run())
        assert (await link.delivered.get()).data_coding == UCS2
        assert await reader.readexactly(17) == pdus.framed(0x80000005, 6, b"\0", status=0x65)
        running.cancel()
        link.close()

    _run(talk())


def test_an_operator_that_takes_the_call_and_says_nothing_is_given_up(monkeypatch) -> None:
    """A black hole: the bind, then enquire_link, each have their time."""
    for name, seconds in (("OPEN_S", 0.2), ("ANSWER_S", 0.2), ("ENQUIRE_S", 0.1)):
        monkeypatch.setattr(links, name, seconds)

    async def talk() -> None:
        with pytest.raises(LinkLost, match="no answer to the bind"):
            await _linked(b"")
        link, _ = await _linked(RECORDED["bind_transceiver_resp"])
        with pytest.raises(LinkLost, match="enquire_link"):
            await asyncio.wait_for(link.run(), 5)
        link.close()

    _run(talk())
