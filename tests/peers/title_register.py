"""A register of title deeds as a process: ``python -m tests.peers.title_register DEEDS.json``.

DEEDS.json maps "plot/deed" to an answer: a deed, or {"status": n}, {"raw": text}, {"drip": true},
{"silent": true}.  It prints its port and asks for the key of the environment.
"""

import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

DEEDS = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
KEY = os.environ["REGISTER_KEY"]


class Handler(BaseHTTPRequestHandler):
    """Answers ``GET /titles?plot=…&deed=…``."""

    def do_GET(self) -> None:
        """Answer one question."""
        asked = parse_qs(urlsplit(self.path).query)
        told = DEEDS.get(f"{asked['plot'][0]}/{asked['deed'][0]}", {"status": 404})
        if self.headers["Authorization"] != f"Bearer {KEY}":
            told = {"status": 401}
        if told.get("silent"):
            time.sleep(60)
        body = str(told.get("raw", json.dumps(told, ensure_ascii=False))).encode()
        self.send_response(told.get("status", 200))
        if "location" in told:
            self.send_header("Location", told["location"])
        if not told.get("drip"):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        while told.get("drip"):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.2)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()
