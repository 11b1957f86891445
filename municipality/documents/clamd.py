"""The antivirus hook: clamd's INSTREAM over TCP; without an address nothing is scanned."""

import socket
import struct
from typing import BinaryIO
from urllib.parse import urlsplit

from django.conf import settings

CHUNK = 1 << 16
TIMEOUT_S = 20.0


class NoAnswer(Exception):
    """The scanner did not answer, or not in its own words; the file waits."""


def is_on() -> bool:
    """Tell whether a scanner is configured (``GEO_CLAMD_URL=tcp://host:3310``)."""
    return bool(settings.GEO_CLAMD_URL)


def scan(source: BinaryIO) -> str:
    """Return the name of the malware in a file, empty for none; raises NoAnswer."""
    address = urlsplit(settings.GEO_CLAMD_URL)
    try:
        where = (address.hostname or "127.0.0.1", address.port or 3310)
        with socket.create_connection(where, timeout=TIMEOUT_S) as peer:
            peer.sendall(b"zINSTREAM\0")
            while chunk := source.read(CHUNK):
                peer.sendall(struct.pack("!L", len(chunk)) + chunk)
            peer.sendall(struct.pack("!L", 0))
            with peer.makefile("rb") as answer:
                said = answer.read(4_096).rstrip(b"\0\n").decode("utf-8", "replace")
    except OSError as error:
        raise NoAnswer(str(error)) from None
    if said == "stream: OK":
        return ""
    if said.startswith("stream: ") and said.endswith(" FOUND"):
        return said[8:-6]
    raise NoAnswer(said[:200])
