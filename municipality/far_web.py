"""Asking an address of the web that somebody typed: whole and in time, or a reason.

A server asked to fetch an address is a way into its own network (guards.md threat 17).  So: http
and https only, no name and password in the address, the name resolved once and every address it
has looked at, the connection made to the very address that was looked at, redirects looked at
like the first, no compressed answers, an end to waiting and to size.
"""

import ipaddress
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import urllib3

from municipality.far_register import Patience

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
PORTS = {"http": 80, "https": 443}
REDIRECTS = (301, 302, 303, 307, 308)
MOST_HOPS = 3
FORM = "application/x-www-form-urlencoded"
NAT64 = ipaddress.ip_network("64:ff9b::/96")
PATIENCE = Patience(connect_s=5.0, silent_s=20.0, whole_s=60.0)
MOST_BYTES = 20_000_000


class Why(StrEnum):
    """Why there is no answer."""

    NOT_AN_ADDRESS = "not_an_address"  # not of the web, or with a name and password in it
    NOT_OUTSIDE = "not_outside"  # this machine, a private network, nothing anybody may ask
    NOT_ANSWERING = "not_answering"  # after it was asked: whether it acted is not known
    NOT_REACHED = "not_reached"  # nothing was sent
    TOO_MUCH = "too_much"  # larger than allowed, or longer than we wait
    ELSEWHERE = "elsewhere"  # leads on too often, or out of https


class NoAnswer(Exception):
    """The address did not answer, or is none that may be asked; ``why`` says which."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, with any status."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class _Target:
    scheme: str
    host: str
    port: int
    path: str
    address: str


def _carried(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one stands for, or the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None) or address


def may_be_asked(text: str, *, loopback: bool) -> bool:
    """Tell whether an IP address is one of the open web, or (if allowed) this machine's own."""
    address = ipaddress.ip_address(text.partition("%")[0])
    carried = _carried(address)
    if loopback and address.is_loopback:
        return True
    return all(one.is_global and not one.is_multicast for one in (address, carried))


class Web:
    """The open web; ``loopback`` lets it be this machine too, for tests and the demo only."""

    def __init__(
        self, *, loopback: bool = False, patience: Patience = PATIENCE, most_bytes: int = MOST_BYTES
    ) -> None:
        self._loopback, self._patience, self._most = loopback, patience, most_bytes

    def _target(self, url: str) -> _Target:
        try:
            parts = urlsplit(url)
            port = parts.port or PORTS.get(parts.scheme, 0)
        except ValueError:
            raise NoAnswer(Why.NOT_AN_ADDRESS) from None
        odd = parts.username is not None or parts.password is not None
        if parts.scheme not in PORTS or not parts.hostname or odd:
            raise NoAnswer(Why.NOT_AN_ADDRESS)
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        if not path.isascii() or any(c <= " " for c in path):
            raise NoAnswer(Why.NOT_AN_ADDRESS)
        address = self._resolved(parts.hostname, port)
        return _Target(parts.scheme, parts.hostname, port, path, address)

    def _resolved(self, host: str, port: int) -> str:
        """Return the one address that will be connected to; every one of the name is looked at."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise NoAnswer(Why.NOT_REACHED) from None
        addresses = [str(one[4][0]) for one in found]
        if not addresses or not all(
            may_be_asked(one, loopback=self._loopback) for one in addresses
        ):
            raise NoAnswer(Why.NOT_OUTSIDE)
        return addresses[0]

    def _pool(self, to: _Target) -> urllib3.HTTPConnectionPool:
        timeout = urllib3.Timeout(connect=self._patience.connect_s, read=self._patience.silent_s)
        if to.scheme == "http":
            return urllib3.HTTPConnectionPool(to.address, to.port, timeout=timeout, retries=False)
        return urllib3.HTTPSConnectionPool(
            to.address, to.port, timeout=timeout, retries=False, cert_reqs="CERT_REQUIRED",
            server_hostname=to.host, assert_hostname=to.host,
        )  # fmt: skip

    def _once(self, method: str, to: _Target, headers: dict[str, str], body: bytes | None) -> Any:
        named = f"[{to.host}]" if ":" in to.host else to.host
        host = named if to.port == PORTS[to.scheme] else f"{named}:{to.port}"
        try:
            return self._pool(to).request(
                method, to.path, body=body, preload_content=False, redirect=False,
                decode_content=False,
                headers={**headers, "Host": host, "Accept-Encoding": "identity"},
            )  # fmt: skip
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError):
            raise NoAnswer(Why.NOT_REACHED) from None
        except (urllib3.exceptions.HTTPError, OSError, ValueError):
            raise NoAnswer(Why.NOT_ANSWERING) from None

    def _whole(self, answer: Any, *, until: float) -> bytes:
        read = b""
        try:
            while piece := answer.read1(65_536):
                read += piece
                if len(read) > self._most or time.monotonic() > until:
                    raise NoAnswer(Why.TOO_MUCH)
        except (urllib3.exceptions.HTTPError, OSError):
            raise NoAnswer(Why.NOT_ANSWERING) from None
        finally:
            answer.close()
        return read

    def get(self, url: str, asked: Mapping[str, str] | None = None) -> Answer:
        """Ask once and follow at most three redirects; raises NoAnswer."""
        until = time.monotonic() + self._patience.whole_s
        at = f"{url}?{urlencode(asked)}" if asked else url
        for _ in range(MOST_HOPS + 1):
            to = self._target(at)
            answer = self._once("GET", to, {"Accept": "*/*"}, None)
            if answer.status not in REDIRECTS or "Location" not in answer.headers:
                return Answer(answer.status, self._whole(answer, until=until))
            answer.close()
            at = urljoin(at, answer.headers["Location"])
            if to.scheme == "https" and urlsplit(at).scheme != "https":
                break
        raise NoAnswer(Why.ELSEWHERE)

    def post(self, url: str, told: Mapping[str, str]) -> Answer:
        """Send a form once, to this address and nowhere else; raises NoAnswer.

        NOT_ANSWERING and TOO_MUCH: whether it arrived is not known.
        """
        until = time.monotonic() + self._patience.whole_s
        to = self._target(url)
        answer = self._once("POST", to, {"Content-Type": FORM}, urlencode(told).encode())
        return Answer(answer.status, self._whole(answer, until=until))
