"""A mobile operator's payment interface, in a process of its own: ``python -m tests.peers.operator``.

It speaks the amount transactions of OMA ParlayREST (OneAPI profile), charges once a correlator,
keeps what it charged in memory ("the operator's truth", GET /journal) and misbehaves on demand:
POST /control {"faults": [...], "poor": ["+96890000009"]}.

Faults: lost (charged, and the answer never comes), already (charged, and told as a fault of ours),
other_form (its amount without zeros), down (nothing is charged, no answer),
status_500 (charged, and an error is told), wrong_amount, other_correlator, not_json.
Nothing of the product runs in it.
"""

import argparse
import json
import os
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit


class Truth:
    """What was charged, by correlator, and the faults that hold now."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.lock = threading.Lock()
        self.faults: set[str] = set()
        self.poor: set[str] = set()
        self.charged: dict[str, dict[str, Any]] = {}
        self.asked = 0

    def charge(self, user: str, asked: dict[str, Any]) -> dict[str, Any] | None:
        """Charge once a correlator; None where the balance does not suffice."""
        with self.lock:
            self.asked += 1
            correlator = asked["clientCorrelator"]
            if correlator not in self.charged:
                if user.removeprefix("tel:") in self.poor:
                    return None
                self.charged[correlator] = {
                    **asked, "endUserId": user, "serverReferenceCode": "op-" + secrets.token_hex(8),
                    "transactionOperationStatus": "Charged",
                }  # fmt: skip
            return json.loads(json.dumps(self.charged[correlator]))


class Handler(BaseHTTPRequestHandler):
    """Answers ``POST /payment/{endUserId}/transactions/amount``, /control and /journal."""

    protocol_version = "HTTP/1.1"
    truth: Truth

    def _say(self, status: int, body: object, *, raw: bytes | None = None) -> None:
        sent = json.dumps(body).encode() if raw is None else raw
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def do_GET(self) -> None:
        """Tell what was charged."""
        if urlsplit(self.path).path != "/journal":
            self._say(404, {})
            return
        self._say(200, {"asked": self.truth.asked, "charged": list(self.truth.charged.values())})

    def do_POST(self) -> None:
        """Charge, or take new faults."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/control":
            self.truth.faults = set(body.get("faults", []))
            self.truth.poor = set(body.get("poor", []))
            self._say(200, {})
            return
        if self.headers["Authorization"] != f"Bearer {self.truth.key}":
            self._say(401, {"requestError": {}})
            return
        parts = self.path.strip("/").split("/")
        if len(parts) != 4 or parts[0] != "payment" or parts[2:] != ["transactions", "amount"]:
            self._say(404, {})
            return
        self._charge(unquote(parts[1]), body["amountTransaction"])

    def _charge(self, user: str, asked: dict[str, Any]) -> None:
        faults = self.truth.faults
        if "down" in faults:
            self.close_connection = True
            return
        done = self.truth.charge(user, asked)
        if done is None:
            no = {"messageId": "POL1000", "text": "User has insufficient credit", "variables": []}
            self._say(403, {"requestError": {"policyException": no}})
            return
        if "lost" in faults:
            self.close_connection = True
            return
        if "wrong_amount" in faults:
            done["paymentAmount"]["chargingInformation"]["amount"] = "9.999"
        if "other_correlator" in faults:
            done["clientCorrelator"] = "another"
        if "other_form" in faults:  # the same amount, written otherwise
            paid = done["paymentAmount"]["chargingInformation"]
            paid["amount"] = paid["amount"].rstrip("0")
        if "already" in faults:  # told of a repetition, though it was charged before
            no = {"messageId": "SVC0005", "text": "Duplicate correlator", "variables": []}
            self._say(400, {"requestError": {"serviceException": no}})
        elif "status_500" in faults:
            self._say(500, {"requestError": {"serviceException": {"messageId": "SVC1000"}}})
        elif "not_json" in faults:
            self._say(200, None, raw=b"<html>fine</html>")
        else:
            self._say(201, {"amountTransaction": done})

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until the process ends; prints its port."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    told = parser.parse_args()
    Handler.truth = Truth(os.environ["GEO_OPERATOR_KEY"])
    server = ThreadingHTTPServer((told.host, told.port), Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
