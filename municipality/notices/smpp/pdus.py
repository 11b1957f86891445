"""PDUs of SMPP 3.4: what we send as octets, what we are sent as things of ours."""

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from smpp34 import DeliverSm, SubmitSm, Tlv

from municipality.notices.gsm import encoded
from municipality.notices.handing_over import Told
from municipality.notices.taking_in import HandedOver

GENERIC_NACK, BIND_TRANSCEIVER, UNBIND, ENQUIRE_LINK = 0x80000000, 0x9, 0x6, 0x15
SUBMIT_SM, DELIVER_SM, RESPONSE = 0x4, 0x5, 0x80000000
OK, INVALID_COMMAND, THROTTLED, QUEUE_FULL = 0x0, 0x3, 0x58, 0x14
NEVER_AGAIN = 0x65  # ESME_RX_P_APPN: what cannot be read will not be read the next time either
# Optional parameters (SMPP 3.4 §5.3.2)
RECEIPTED_MESSAGE_ID, USER_MESSAGE_REFERENCE, MESSAGE_PAYLOAD = 0x001E, 0x0204, 0x0424
SAR = (0x020C, 0x020E, 0x020F)  # reference, total, number
MESSAGE_STATE = 0x0427
LONGEST = 65_536  # octets of a PDU
LONGEST_ID = 65  # octets of a message_id
LARGEST_REFERENCE = 0xFFFF  # of a long message; some peers write four octets where two are due
KEY_TAG = 0x1500  # vendor's range: the key of a message, by which a peer may drop repeats
CONCATENATED, UDH = 0x00, 0x40  # information element; the bit of esm_class that says there are any
RECEIPT_BITS, IS_RECEIPT, IS_PROGRESS = 0x3C, 0x04, 0x20
# Refusals that another attempt will not change: bad length, address, destination, coding …
PERMANENT = frozenset(
    {0x01, 0x0A, 0x0B, 0x33, 0x34, 0x40, 0x42, 0x43, 0x48, 0x49, 0x50, 0x51, 0x66}
)
_HEADER = struct.Struct(">IIII")
_RECEIPT = re.compile(r"\bid:(\S*).*?\bstat:(\w+)(?:.*?\berr:(\w+))?", re.IGNORECASE | re.DOTALL)
_STATES = {
    1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED",
    5: "UNDELIV", 6: "ACCEPTD", 7: "UNKNOWN", 8: "REJECTD",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as it goes out; ``valid_s`` is how long the operator may go on trying."""

    sender: str
    receiver: str  # E.164
    text: str
    key: str
    reference: int
    valid_s: int


def framed(command: int, sequence: int, body: bytes = b"", *, status: int = OK) -> bytes:
    """Write one PDU that is only a header and a body."""
    return _HEADER.pack(_HEADER.size + len(body), command, status, sequence) + body


def bind_transceiver(sequence: int, *, system_id: str, password: str, system_type: str) -> bytes:
    """Write the PDU that opens a bind for both directions, interface version 3.4."""
    texts = b"".join(one.encode("latin-1") + b"\0" for one in (system_id, password, system_type))
    return framed(BIND_TRANSCEIVER, sequence, texts + b"\x34\0\0\0")


def _validity(seconds: int) -> str:
    """Write a relative time (SMPP 3.4 §7.1.1): days, hours, minutes, seconds.

    >>> _validity(3 * 86_400)
    '000003000000000R'
    """
    minutes, second = divmod(max(seconds, 1), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    return f"0000{min(days, 28):02}{hour:02}{minute:02}{second:02}000R"


def submits(message: Outgoing, sequences: Sequence[int] | None = None) -> list[SubmitSm]:
    """Write the submit_sm of each part; parts carry the header of a concatenated message.

    ``sequences`` are the sequence numbers, 1 … where none are given.
    """
    air = encoded(message.text)
    total, reference = len(air.bodies), message.reference & 0xFF
    short_code = message.sender.isdigit()
    found = []
    for number, body in enumerate(air.bodies, start=1):
        header = bytes([5, CONCATENATED, 3, reference, total, number]) if total > 1 else b""
        found.append(
            SubmitSm(
                message.sender,
                message.receiver.lstrip("+"),
                header + body,
                source_addr_ton=3 if short_code else 5,  # network specific, alphanumeric
                source_addr_npi=0,
                dest_addr_ton=1,
                dest_addr_npi=1,
                esm_class=UDH if header else 0,
                registered_delivery=1,
                data_coding=air.coding,
                validity_period=_validity(message.valid_s),
                sequence_number=sequences[number - 1] if sequences else number,
                tlvs=[
                    Tlv(KEY_TAG, message.key.encode("ascii")),
                    Tlv(USER_MESSAGE_REFERENCE, struct.pack(">H", message.reference & 0xFFFF)),
                ],
            )
        )
    return found


def text_of(body: bytes) -> str:
    """Read the only text of a response (message_id), whatever its octets are.

    In the form in which a receipt names it, and no longer than it may be: what the table cannot
    hold would end the process, and the message would go out again each time it begins.
    """
    return _printable(body.split(b"\0", 1)[0].decode("latin-1"))[:LONGEST_ID]


def _tlvs(pdu: DeliverSm) -> dict[int, Tlv]:
    return {tlv.tag: tlv for tlv in pdu.tlvs}


def _receipt(pdu: DeliverSm) -> Told | None:
    tlvs = _tlvs(pdu)
    said = _RECEIPT.search(pdu.short_message.decode("latin-1"))
    stated = tlvs[MESSAGE_STATE].as_int() if MESSAGE_STATE in tlvs else None
    named = tlvs[RECEIPTED_MESSAGE_ID].as_string() if RECEIPTED_MESSAGE_ID in tlvs else ""
    name = named or (said[1] if said else "")
    if not name:
        return None
    stat = said[2].upper() if said else _STATES.get(stated or 0, "UNKNOWN")
    return Told(_printable(name), _printable(stat), _printable((said and said[3]) or ""))


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())


def _part(pdu: DeliverSm, body: bytes) -> tuple[bytes, tuple[int, int, int]]:
    """Take the header off a part: its body, and reference, total and number."""
    tlvs = _tlvs(pdu)
    if all(tag in tlvs for tag in SAR):
        reference, total, number = (tlvs[tag].as_int() or 0 for tag in SAR)
        return body, (reference & LARGEST_REFERENCE, total, number)
    if not pdu.esm_class & UDH or not body:
        return body, (0, 1, 1)
    header, rest = body[1 : 1 + body[0]], body[1 + body[0] :]
    at = 0
    while at + 2 <= len(header):
        element, content = header[at], header[at + 2 : at + 2 + header[at + 1]]
        if element in (0x00, 0x08) and len(content) == 3 + (element == 0x08):
            return rest, (int.from_bytes(content[:-2], "big"), content[-2], content[-1])
        at += 2 + header[at + 1]
    return rest, (0, 1, 1)


def read(pdu: DeliverSm) -> HandedOver | Told | None:
    """Read a deliver_sm: a message, a delivery receipt, or None for what says nothing."""
    if pdu.esm_class & RECEIPT_BITS in (IS_RECEIPT, IS_PROGRESS):
        return _receipt(pdu)
    tlvs = _tlvs(pdu)
    body = pdu.short_message
    if not body and MESSAGE_PAYLOAD in tlvs:
        body = tlvs[MESSAGE_PAYLOAD].value
    body, (reference, total, number) = _part(pdu, body)
    named = tlvs[RECEIPTED_MESSAGE_ID].as_string() if RECEIPTED_MESSAGE_ID in tlvs else ""
    return HandedOver(
        sender=_printable(pdu.source_addr),
        ton=pdu.source_addr_ton,
        receiver=_printable(pdu.destination_addr),
        coding=pdu.data_coding,
        body=body,
        smsc_id=_printable(named or "")[:65],
        reference=reference,
        total=total,
        number=number,
    )
