"""A card terminal and its acquirer in one process: ``python -m tests.peers.terminal``.

It keeps a journal of what the card network captured ("the bank's truth") and of the answers the
collection system has not acknowledged, speaks the pull protocol of docs/terminals.md, and is
held in the hand over HTTP on loopback: POST /insert {"outcome": "approve"|"decline"|"cancel"},
POST /pull_cable, POST /restore, GET /state, GET /settlement/<day>.  Nothing of the product runs
in it but the two lines that derive a key.
"""

import argparse
import contextlib
import csv
import io
import json
import os
import secrets
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from municipality.billing.terminals.keys import key_of, proof, proves

PULL_EVERY_S = 0.2


class Terminal:
    """The device: a screen, a card slot, a journal and a cable."""

    def __init__(self, *, server: tuple[str, int], code: str, key: bytes, journal: Path) -> None:
        self.server, self.code, self.key, self.journal = server, code, key, journal
        self.lock = threading.RLock()
        self.cable = True
        self.screen: dict[str, Any] | None = None
        self.says = "starting"
        self.results: dict[str, dict[str, Any]] = {}
        self.unacknowledged: list[str] = []
        self._socket: socket.socket | None = None
        self._load()

    def _load(self) -> None:
        """Read the journal again, as a device does that was switched off."""
        if not self.journal.is_file():
            return
        for line in self.journal.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            if entry["what"] == "result":
                self.results[entry["token"]] = entry["result"]
                self.unacknowledged.append(entry["token"])
            elif entry["what"] == "ack" and entry["token"] in self.unacknowledged:
                self.unacknowledged.remove(entry["token"])

    def _write(self, entry: dict[str, Any]) -> None:
        with self.journal.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def insert(self, outcome: str) -> bool:
        """Use a card on the amount on the screen: the network decides, the journal remembers."""
        with self.lock:
            if self.screen is None or self.screen["token"] in self.results:
                return False
            shown = self.screen
            result: dict[str, Any] = {"outcome": {"approve": "approved", "decline": "declined",
                                                  "cancel": "cancelled"}[outcome]}  # fmt: skip
            if outcome == "approve":
                result |= {
                    "amount_baisa": shown["amount_baisa"], "auth_code": f"{secrets.randbelow(10**6):06d}",
                    "rrn": f"{secrets.randbelow(10**12):012d}", "last4": "4242", "scheme": "visa",
                }  # fmt: skip
            if outcome == "decline":
                result["why"] = "insufficient funds"
            self._keep(shown["token"], result, shown["bill"])
            return True

    def _keep(self, token: str, result: dict[str, Any], bill: str) -> None:
        at = round(time.time(), 3)
        self._write({"what": "result", "token": token, "result": result, "bill": bill, "at": at})
        self.results[token] = result
        self.unacknowledged.append(token)
        self.screen, self.says = None, result["outcome"]

    def pull_cable(self) -> None:
        """Cut the network at once."""
        self.cable = False
        with contextlib.suppress(OSError, AttributeError):
            self._socket.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]
            self._socket.close()  # type: ignore[union-attr]

    def state(self) -> dict[str, Any]:
        """What stands on the screen."""
        with self.lock:
            return {
                "terminal": self.code, "says": self.says, "cable": self.cable, "screen": self.screen,
                "unacknowledged": len(self.unacknowledged),
            }  # fmt: skip

    def run(self) -> None:
        """Live: connect, deliver what is owed to the collection system, pull, again."""
        while True:
            if self.cable:
                try:
                    self._live()
                except (OSError, ValueError, KeyError) as error:
                    if self.screen is None:
                        self.says = f"no connection: {type(error).__name__}"
            time.sleep(PULL_EVERY_S)

    def _live(self) -> None:
        with socket.create_connection(self.server, timeout=10) as line:
            self._socket = line
            lines = line.makefile("rwb")

            def ask(message: dict[str, Any]) -> dict[str, Any]:
                lines.write(json.dumps(message).encode() + b"\n")
                lines.flush()
                return self._heard(lines.readline())

            greeting = self._heard(lines.readline())
            nonce = secrets.token_hex(16)
            mac = proof(key=self.key, nonce=greeting["hello"])
            told = ask({"op": "hello", "terminal": self.code, "mac": mac, "nonce": nonce})
            if told["do"] != "welcome" or not proves(key=self.key, nonce=nonce, given=told["mac"]):
                self.says = "refused"
                raise ValueError("refused")
            while self.cable:
                self._turn(ask)
                time.sleep(PULL_EVERY_S)

    @staticmethod
    def _heard(line: bytes) -> dict[str, Any]:
        if not line.endswith(b"\n"):
            raise ConnectionError("cut off")
        found: dict[str, Any] = json.loads(line)
        return found

    def _turn(self, ask: Any) -> None:
        """Deliver one waiting answer, else ask what is owed."""
        if self.unacknowledged:
            token = self.unacknowledged[0]
            told = ask({"op": "result", "token": token, **self.results[token]})
            if told["do"] in ("ack", "not_ours") and told["token"] == token:
                self._write({"what": "ack", "token": token})
                with self.lock:
                    self.unacknowledged.remove(token)
            return
        with self.lock:
            holding = self.screen["token"] if self.screen else ""
        self._obey(ask({"op": "pull", "holding": holding}), ask)

    def _obey(self, told: dict[str, Any], ask: Any) -> None:
        do, token = told["do"], told.get("token", "")
        if do == "collect" and token not in self.results:
            with self.lock:
                self.screen, self.says = told, "waiting for a card"
        elif do == "wipe":
            with self.lock:
                if self.screen and self.screen["token"] == token:
                    self._keep(token, {"outcome": "cancelled", "why": "wiped"}, self.screen["bill"])
        elif do == "inquire":
            ask({"op": "result", "token": token,
                 **self.results.get(token, {"outcome": "never_seen"})})  # fmt: skip
        elif do == "idle":
            self.says = "ready"

    def settlement(self, day: str) -> str:
        """The acquirer's file: number, token, kind, amount_baisa of every capture."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(["number", "token", "kind", "amount_baisa"])
        for token, result in self.results.items():
            if result["outcome"] == "approved":
                writer.writerow(
                    [f"{self.code}/{result['rrn']}", token, "capture", result["amount_baisa"]]
                )
        return out.getvalue()


def control(terminal: Terminal, address: tuple[str, int]) -> ThreadingHTTPServer:
    """The hand that holds the terminal, over HTTP."""

    class Hand(BaseHTTPRequestHandler):
        """Buttons and card of the terminal."""

        def _answer(self, body: str, status: int = 200, kind: str = "application/json") -> None:
            data = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            if self.path.startswith("/settlement/"):
                return self._answer(terminal.settlement(self.path[12:]), kind="text/csv")
            return self._answer(json.dumps(terminal.state()))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            well = True
            if self.path == "/insert":
                well = terminal.insert(json.loads(body)["outcome"])
            elif self.path == "/pull_cable":
                terminal.pull_cable()
            elif self.path == "/restore":
                terminal.cable = True
            else:
                return self._answer("{}", 404)
            return self._answer(json.dumps(terminal.state()), 200 if well else 409)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return ThreadingHTTPServer(address, Hand)


def main() -> None:
    """Run one terminal until stopped."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", default=os.environ.get("TERMINAL_SERVER", ""), help="host:port")
    parser.add_argument("--control-host", default="127.0.0.1")
    parser.add_argument("--control", type=int, required=True)
    parser.add_argument("--terminal", default="T-01")
    parser.add_argument("--key", default="", help="hex; without: of the demo's secret")
    parser.add_argument("--journal", type=Path, default=Path(".local/peers/terminal.jsonl"))
    asked = parser.parse_args()
    secret = os.environ.get("GEO_SECRET_KEY") or "for-development-and-tests-only"
    key = bytes.fromhex(asked.key) or key_of(secret=secret, code=asked.terminal, version=1)
    asked.journal.parent.mkdir(parents=True, exist_ok=True)
    asked.journal.touch()
    host, _, port = asked.server.rpartition(":")
    terminal = Terminal(
        server=(host, int(port)), code=asked.terminal, key=key, journal=asked.journal
    )
    hand = control(terminal, (asked.control_host, asked.control))
    threading.Thread(target=terminal.run, daemon=True).start()
    print(
        f"terminal {asked.terminal}: http://{asked.control_host}:{hand.server_address[1]}",
        flush=True,
    )
    hand.serve_forever()


if __name__ == "__main__":
    main()
