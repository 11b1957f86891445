"""The process the terminals talk to: newline JSON over TCP, they ask and we answer.

One thread a terminal, each with a database connection of its own.  A line that cannot be read
ends the connection; the terminal comes back and begins again, and nothing is lost by it, because
everything that matters is written before it is answered.
"""

import contextlib
import datetime as dt
import json
import logging
import re
import secrets
import socketserver
import threading
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import Error, close_old_connections, connection

from municipality.billing.terminals.actions import Result, Told, answered, pulled
from municipality.billing.terminals.keys import key_of, proof, proves
from municipality.billing.terminals.models import Terminal
from municipality.geometry_gate import strict_json
from municipality.problems import Problem

MOST_BYTES = 4_096
SILENT_S = 60.0  # a terminal pulls every second or two; one that is silent is gone
TOKEN = re.compile(r"[A-Za-z0-9_-]{0,22}")
log = logging.getLogger("municipality.terminals")


class Unreadable(ValueError):
    """The line is not of this protocol."""


def _text(message: dict[str, Any], name: str, longest: int) -> str:
    value = message.get(name, "")
    if not isinstance(value, str) or len(value) > longest or "\x00" in value:
        raise Unreadable(name)
    return value


def _token(message: dict[str, Any], name: str) -> str:
    value = _text(message, name, 22)
    if not TOKEN.fullmatch(value):
        raise Unreadable(name)
    return value


def _result(message: dict[str, Any]) -> Result:
    amount = message.get("amount_baisa")
    if amount is not None and (type(amount) is not int or not 0 < amount < 10**12):
        raise Unreadable("amount_baisa")
    outcome, rrn = _text(message, "outcome", 20), _text(message, "rrn", 20)
    if outcome == "approved" and (not rrn or amount is None):
        raise Unreadable("an approval has an amount and a retrieval reference number")
    return Result(
        token=_token(message, "token"), outcome=outcome, amount_baisa=amount, rrn=rrn,
        auth_code=_text(message, "auth_code", 20), last4=_text(message, "last4", 4),
        scheme=_text(message, "scheme", 20), why=_text(message, "why", 200),
    )  # fmt: skip


class Conversation(socketserver.StreamRequestHandler):
    """One connection of one terminal."""

    server: "TerminalServer"
    timeout = SILENT_S

    def handle(self) -> None:
        """Greet, ask who it is, then answer until it goes."""
        with contextlib.suppress(OSError):
            try:
                code = self._greet()
                if code is not None:
                    self._converse(code)
            except (Unreadable, Problem) as error:
                log.warning("a terminal's line cannot be read: %s", error)
            except Error:
                log.exception("a terminal's answer waits for the database")
            finally:
                connection.close()

    def _read(self) -> dict[str, Any] | None:
        line = self.rfile.readline(MOST_BYTES + 1)
        if not line:
            return None
        if len(line) > MOST_BYTES or not line.endswith(b"\n"):
            raise Unreadable("a line is too long or cut off")
        message = strict_json(line)
        if not isinstance(message, dict):
            raise Unreadable("not an object")
        return message

    def _say(self, told: Told) -> None:
        self._send({"do": told.do, **told.facts})

    def _send(self, message: dict[str, Any]) -> None:
        self.wfile.write(json.dumps(message).encode() + b"\n")

    def _greet(self) -> str | None:
        """Prove to each other that both hold the terminal's key; returns its code."""
        nonce = secrets.token_hex(16)
        self._send({"hello": nonce, "protocol": 1})
        message = self._read()
        if message is None or message.get("op") != "hello":
            return None
        code, theirs = _text(message, "terminal", 20), _text(message, "nonce", 64)
        found = Terminal.objects.filter(code=code, is_active=True).order_by("pk").first()
        version = found.key_version if found else 0
        key = key_of(secret=settings.SECRET_KEY, code=code, version=version)
        if not proves(key=key, nonce=nonce, given=message.get("mac")) or found is None:
            log.warning("a terminal that is not ours: %.20r", code)
            self._say(Told("refused"))
            return None
        self._say(Told("welcome", {"mac": proof(key=key, nonce=theirs)}))
        return code

    def _converse(self, code: str) -> None:
        mine = self.server.takes(code)
        while self.server.is_newest(code, mine):
            message = self._read()
            if message is None:
                return
            close_old_connections()
            at = self.server.clock()
            if message.get("op") == "pull":
                self._say(pulled(code=code, holding=_token(message, "holding"), at=at))
            elif message.get("op") == "result":
                self._say(answered(code=code, result=_result(message), at=at))
            else:
                raise Unreadable("op")


class TerminalServer(socketserver.ThreadingTCPServer):
    """Listens for terminals; of two connections of one terminal the newer is the one."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], *, clock: Callable[[], dt.datetime]) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._newest: dict[str, object] = {}
        super().__init__(address, Conversation)

    def takes(self, code: str) -> object:
        """Give a terminal's name to its newest connection."""
        mine = object()
        with self._lock:
            self._newest[code] = mine
        return mine

    def is_newest(self, code: str, mine: object) -> bool:
        """Tell whether a connection is still the one of its terminal."""
        with self._lock:
            return self._newest.get(code) is mine
