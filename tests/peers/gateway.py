"""A payment gateway with a hosted page, in a process of its own: ``python -m tests.peers.gateway``.

It keeps a journal of what it captured ("the bank's truth"), signs its messages as Standard
Webhooks has it, and misbehaves on demand: POST /control {"faults": ["half_open", …]}.

Faults: time_out_after_capture (the payer's money is taken, the page never answers and no message
leaves), lost (no messages), duplicate (each message five times), any_order (messages held and
sent shuffled), wrong_amount, wrong_exponent, double_capture, status_500, half_open, slow.
Nothing of the product runs in it.
"""

import argparse
import base64
import hashlib
import hmac
import html
import json
import os
import random
import secrets
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

HALF_OPEN_S = 30.0
DRIP_S = 0.5
EXPIRES_S = 900.0  # a hosted page that nobody used is closed
WORDS = {
    "ar": {"title": "صفحة دفع تجريبية", "pay": "ادفع", "decline": "بطاقة مرفوضة", "cancel": "ألغِ وارجع",
           "card": "رقم البطاقة", "note": "محاكاة: لا تُخصم أموال", "over": "انتهت هذه الصفحة"},
    "en": {"title": "Test payment page", "pay": "Pay", "decline": "Declined card", "cancel": "Cancel and return",
           "card": "Card number", "note": "A simulation: no money is taken", "over": "This page is closed"},
}  # fmt: skip
PAGE = """<!doctype html><html lang="{lang}" dir="{dir}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{title}</title>
<style>body{{font:18px sans-serif;max-width:26em;margin:3em auto;padding:0 1em}}
button,input{{font:inherit;padding:.6em;margin:.3em 0;width:100%;box-sizing:border-box}}</style>
<h1>{title}</h1><p>{note}</p><p>{description} · <b dir="ltr">{amount} {currency}</b></p>
<form method="post"><label>{card}<input name="card" value="4242 4242 4242 4242" dir="ltr"></label>
<button name="does" value="pay">{pay} {amount}</button>
<button name="does" value="decline">{decline}</button>
<button name="does" value="cancel">{cancel}</button></form></html>"""


class Gateway:
    """Payments by our client's reference, and the faults that hold now."""

    def __init__(self, *, key: str, webhook_url: str, webhook_key: str, journal: Path) -> None:
        self.key, self.webhook_url, self.webhook_key = key, webhook_url, webhook_key
        self.journal = journal
        self.lock = threading.RLock()
        self.faults: set[str] = set()
        self.payments: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.held: list[tuple[str, dict[str, Any]]] = []
        self.delivered: list[str] = []
        self.address = ""
        self._load()

    def _load(self) -> None:
        if not self.journal.is_file():
            return
        for line in self.journal.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["what"] == "payment":
                self.payments[row["payment"]["reference"]] = row["payment"]
            elif row["what"] == "refund":
                self.refunds[row["refund"]["key"]] = row["refund"]
            else:
                payment = self.payments[row["reference"]]
                payment["status"] = "captured"
                payment["captures"].append(
                    {k: row[k] for k in ("number", "amount", "currency", "exponent")}
                )

    def write(self, row: dict[str, Any]) -> None:
        """Write one line of the journal, durably."""
        with self.journal.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def start(self, body: dict[str, Any], base: str) -> dict[str, Any]:
        """Begin a payment once per reference."""
        with self.lock:
            reference = str(body["reference"])
            if reference not in self.payments:
                payment = {
                    "id": "pay_" + secrets.token_urlsafe(12), "status": "pending", "captures": [],
                    "began": time.time(),
                    **{k: body[k] for k in ("reference", "amount", "currency", "exponent",
                                            "description", "return_url", "language")},
                }  # fmt: skip
                self.payments[reference] = payment
                self.write({"what": "payment", "payment": {**payment, "captures": []}})
            payment = self.payments[reference]
            return {"id": payment["id"], "url": f"{base}/pay/{payment['id']}"}

    def known(self, reference: str) -> dict[str, Any] | None:
        """Find a payment by our client's reference; one that nobody used for long expires."""
        payment = self.payments.get(reference)
        if (
            payment
            and payment["status"] == "pending"
            and time.time() - payment["began"] > EXPIRES_S
        ):
            self.end(payment, "expired")
        return payment

    def by_id(self, payment_id: str) -> dict[str, Any] | None:
        """Find a payment by the id of its hosted page."""
        return next((p for p in self.payments.values() if p["id"] == payment_id), None)

    def capture(self, payment: dict[str, Any]) -> None:
        """Take the payer's money; a fault may take the wrong amount, or take it twice."""
        with self.lock:
            amount = payment["amount"] - (5 if "wrong_amount" in self.faults else 0)
            exponent = 2 if "wrong_exponent" in self.faults else payment["exponent"]
            self.tell("payment.authorised", {"reference": payment["reference"]})
            for _ in range(2 if "double_capture" in self.faults else 1):
                capture = {
                    "number": "tx_" + secrets.token_hex(8), "amount": amount,
                    "currency": payment["currency"], "exponent": exponent,
                }  # fmt: skip
                payment["status"] = "captured"
                payment["captures"].append(capture)
                self.write({"what": "capture", "reference": payment["reference"], **capture,
                            "at": time.time()})  # fmt: skip
                self.tell("payment.captured", {"reference": payment["reference"], **capture})

    def end(self, payment: dict[str, Any], status: str) -> None:
        """Decline or expire a payment that was not captured."""
        with self.lock:
            if not payment["captures"]:
                payment["status"] = status
                self.tell(f"payment.{status}", {"reference": payment["reference"]})

    def refund(self, body: dict[str, Any]) -> dict[str, Any] | None:
        """Send money back, all or a part, once per key; None where it took less than that.

        It knows its captures by number and by the reference they came under.
        """
        with self.lock:
            key = str(body["key"])
            if key not in self.refunds:
                if not self._has(str(body["reference"]), str(body["number"]), int(body["amount"])):
                    return None
                self.refunds[key] = {
                    "number": "rf_" + secrets.token_hex(8), "status": "done", "key": key,
                    "capture": body["number"],
                    **{k: body[k] for k in ("reference", "amount", "currency", "exponent")},
                }  # fmt: skip
                self.write({"what": "refund", "refund": self.refunds[key]})
                told = {k: self.refunds[key][k] for k in ("key", "number")}
                self.tell("refund.done", told)
            return self.refunds[key]

    def _has(self, reference: str, number: str, amount: int) -> bool:
        """Tell whether so much of a capture of a payment is still here."""
        captures = self.payments.get(reference, {"captures": []})["captures"]
        taken = sum(one["amount"] for one in captures if one["number"] == number)
        back = sum(r["amount"] for r in self.refunds.values() if r.get("capture") == number)
        return back + amount <= taken

    def settlement(self) -> list[dict[str, Any]]:
        """All captures and refunds; the simulator settles everything at once."""
        lines = [
            {"reference": p["reference"], "kind": "capture", **c}
            for p in self.payments.values()
            for c in p["captures"]
        ]
        return lines + [
            {"kind": "refund", "reference": r["key"],
             **{k: r[k] for k in ("number", "amount", "currency", "exponent")}}
            for r in self.refunds.values()
        ]  # fmt: skip

    # ---------- messages ----------

    def tell(self, kind: str, data: dict[str, Any]) -> None:
        """Let a message leave as the faults of now have it."""
        if {"lost", "time_out_after_capture"} & self.faults or not self.webhook_url:
            return
        message = ("msg_" + secrets.token_hex(12), {"type": kind, "data": data})
        if "any_order" in self.faults:
            self.held.append(message)
            return
        times = 5 if "duplicate" in self.faults else 1
        threading.Thread(target=self._deliver, args=([message] * times,), daemon=True).start()

    def release(self) -> None:
        """Send what was held, in any order."""
        held, self.held = self.held, []
        random.shuffle(held)  # any order is the point
        self._deliver(held)

    def _deliver(self, messages: list[tuple[str, dict[str, Any]]]) -> None:
        for message_id, message in messages:
            for wait in (0.0, 0.5, 1.0, 2.0, 4.0, 8.0):
                time.sleep(wait)
                if self._post(message_id, json.dumps(message).encode()):
                    self.delivered.append(message_id)
                    break

    def _post(self, message_id: str, body: bytes) -> bool:
        timestamp = str(int(time.time()))
        signed = f"{message_id}.{timestamp}.".encode() + body
        key = base64.b64decode(self.webhook_key.removeprefix("whsec_"))
        digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        request = urllib.request.Request(
            self.webhook_url, data=body, method="POST",
            headers={"Content-Type": "application/json", "webhook-id": message_id,
                     "webhook-timestamp": timestamp, "webhook-signature": f"v1,{digest}"},
        )  # fmt: skip
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return 200 <= answer.status < 300
        except (urllib.error.URLError, OSError):
            return False


class Door(BaseHTTPRequestHandler):
    """The gateway over HTTP: its API, its hosted page, and the knobs of the test."""

    protocol_version = "HTTP/1.1"
    gateway: Gateway

    def _send(self, body: bytes, status: int, kind: str, location: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        if "slow" in self.gateway.faults and self.path.startswith("/v1/"):
            for at in range(len(body)):
                self.wfile.write(body[at : at + 1])
                self.wfile.flush()
                time.sleep(DRIP_S)
            return
        self.wfile.write(body)

    def _json(self, value: Any, status: int = 200) -> None:
        self._send(json.dumps(value).encode(), status, "application/json")

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _misbehaves(self) -> bool:
        """Act out the faults of the API; tells whether the answer is already spoiled."""
        if "half_open" in self.gateway.faults:
            time.sleep(HALF_OPEN_S)
            self.close_connection = True
            return True
        if "status_500" in self.gateway.faults:
            self._json({"error": "internal"}, 500)
            return True
        if self.headers.get("Authorization") != f"Bearer {self.gateway.key}":
            self._json({"error": "key"}, 401)
            return True
        return False

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path.startswith("/v1/payments/"):
            if not self._misbehaves():
                payment = self.gateway.known(path[13:])
                self._json(*(({"error": "none"}, 404) if payment is None else (
                    {"status": payment["status"], "captures": payment["captures"]}, 200)))  # fmt: skip
        elif path.startswith("/v1/settlements/"):
            if not self._misbehaves():
                self._json(self.gateway.settlement())
        elif path.startswith("/pay/"):
            self._page(path[5:])
        elif path == "/journal":
            text = self.gateway.journal.read_bytes() if self.gateway.journal.is_file() else b""
            self._send(text, 200, "application/x-ndjson")
        elif path == "/state":
            self._json({"faults": sorted(self.gateway.faults), "held": len(self.gateway.held),
                        "delivered": self.gateway.delivered})  # fmt: skip
        else:
            self._json({"error": "none"}, 404)

    def do_POST(self) -> None:
        path, body = urlsplit(self.path).path, self._body()
        if path == "/control":
            self.gateway.faults = set(json.loads(body)["faults"])
            self._json({"faults": sorted(self.gateway.faults)})
        elif path == "/release":
            self.gateway.release()
            self._json({})
        elif path.startswith("/pay/"):
            self._used(path[5:], parse_qs(body.decode()).get("does", [""])[0])
        elif path == "/v1/payments":
            base = f"http://{self.headers.get('Host')}"
            answer = self.gateway.start(json.loads(body), base)
            if not self._misbehaves():
                self._json(answer, 201)
        elif path == "/v1/refunds":
            sent = self.gateway.refund(json.loads(body))
            if not self._misbehaves():
                self._json(*(({"error": "amount"}, 422) if sent is None else (sent, 201)))
        else:
            self._json({"error": "none"}, 404)

    def _page(self, payment_id: str) -> None:
        payment = self.gateway.by_id(payment_id)
        if payment is None:
            return self._json({"error": "none"}, 404)
        lang = payment["language"] if payment["language"] in WORDS else "ar"
        words = WORDS[lang]
        if payment["status"] not in ("pending", "declined"):
            text = f"<!doctype html><meta charset=utf-8><p>{words['over']}</p>"
            return self._send(text.encode(), 410, "text/html")
        whole, part = divmod(payment["amount"], 10 ** payment["exponent"])
        text = PAGE.format(
            lang=lang, dir="rtl" if lang == "ar" else "ltr", currency=payment["currency"],
            amount=f"{whole}.{part:0{payment['exponent']}d}",
            description=html.escape(payment["description"]), **words,
        )  # fmt: skip
        return self._send(text.encode(), 200, "text/html")

    def _used(self, payment_id: str, does: str) -> None:
        payment = self.gateway.by_id(payment_id)
        if payment is None or payment["captures"]:
            return self._json({"error": "none"}, 404)
        if does == "pay":
            self.gateway.capture(payment)
        else:
            self.gateway.end(payment, "declined" if does == "decline" else "expired")
        if "time_out_after_capture" in self.gateway.faults and does == "pay":
            return self._send(b"", 504, "text/plain")
        return self._send(b"", 303, "text/plain", location=payment["return_url"])

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def main() -> None:
    """Run the gateway until stopped."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--key", default=os.environ.get("GEO_GATEWAY_KEY", ""))
    parser.add_argument("--webhook-url", default=os.environ.get("GATEWAY_WEBHOOK_URL", ""))
    parser.add_argument(
        "--webhook-key", default=os.environ.get("GEO_WEBHOOK_KEYS", "").split(" ")[0]
    )
    parser.add_argument("--journal", type=Path, default=Path(".local/peers/gateway.jsonl"))
    asked = parser.parse_args()
    asked.journal.parent.mkdir(parents=True, exist_ok=True)
    asked.journal.touch()
    Door.gateway = Gateway(
        key=asked.key, webhook_url=asked.webhook_url, webhook_key=asked.webhook_key,
        journal=asked.journal,
    )  # fmt: skip
    server = ThreadingHTTPServer((asked.host, asked.port), Door)
    server.daemon_threads = True
    print(f"gateway: http://{asked.host}:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
