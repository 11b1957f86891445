"""A register of vehicles and people as a process: ``python -m tests.peers.vehicle_register FILE``.

FILE maps "/vehicles OM-1111-B" and "/people 12345678" to an answer: what is known, or
{"status": n}, {"raw": text}, {"silent": true}.  It prints its port and asks for the key of the
environment.
"""

import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

KNOWN = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
KEY = os.environ["REGISTER_KEY"]


class Handler(BaseHTTPRequestHandler):
    """Answers ``GET /vehicles?plate=…`` and ``GET /people?civil_number=…``."""

    def do_GET(self) -> None:
        """Answer one question."""
        asked = urlsplit(self.path)
        value = next((value for _, value in parse_qsl(asked.query)), "")
        told = KNOWN.get(f"{asked.path} {value}", {"status": 404})
        if self.headers["Authorization"] != f"Bearer {KEY}":
            told = {"status": 401}
        if told.get("silent"):
            time.sleep(60)
        body = str(told.get("raw", json.dumps(told, ensure_ascii=False))).encode()
        self.send_response(told.get("status", 200))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()
