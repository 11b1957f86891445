"""Other cities' GeoReport servers as a process: ``python -m tests.peers.open311 ROWS.json FOLDER``.

ROWS.json holds requests as the standard has them; FOLDER the published answers of live servers.
The first part of the address is the quirk:

plain; wrapped ({"service_requests": [{"request": …}]}); texts (numbers as texts, "" for nothing,
lng); no_zone; latest (no pages: the latest 25 up to end_date); refuses (an array of errors);
toronto, chicago (published bytes); html; entities; huge; slow; to (redirects to ?at=);
POST token/requests answers a token whose id is known when it is asked about a second time;
POST lost/requests takes the report and never answers.  GET /journal tells what was posted.
It prints its port.
"""

import json
import sys
import time
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

ROWS = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
FOLDER = Path(sys.argv[2])
POSTED: list[dict[str, str]] = []
ASKED_ABOUT: list[str] = []


def chosen(asked: dict[str, str], *, pages: bool) -> list[dict[str, Any]]:
    """Rows of a span, the newest first, a page of them."""
    since, until = (datetime.fromisoformat(asked[name]) for name in ("start_date", "end_date"))
    rows = [r for r in ROWS if since <= datetime.fromisoformat(r["requested_datetime"]) <= until]
    rows.sort(key=lambda row: row["requested_datetime"], reverse=True)
    if not pages:
        return rows[:25]
    size = min(int(asked.get("page_size", 50)), 40)
    first = (int(asked.get("page", 1)) - 1) * size
    return rows[first : first + size]


def as_texts(row: dict[str, Any]) -> dict[str, str]:
    """A row whose server knows no numbers and no null."""
    told = {name: "" if value is None else str(value) for name, value in row.items()}
    told["lng"] = told.pop("long")
    return told


def as_xml(rows: list[dict[str, Any]]) -> bytes:
    """Rows as XML."""
    inside = "".join(
        "<request>"
        + "".join(f"<{k}>{'' if v is None else escape(str(v))}</{k}>" for k, v in row.items())
        + "</request>"
        for row in rows
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><service_requests>{inside}</service_requests>'.encode()


class Handler(BaseHTTPRequestHandler):
    """Answers by the quirk in the address."""

    def _say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _json(self, body: object, status: int = 200) -> None:
        self._say(status, json.dumps(body, ensure_ascii=False).encode())

    def _rows(self, quirk: str, asked: dict[str, str], form: str) -> None:
        rows = chosen(asked, pages=quirk != "latest")
        if quirk == "no_zone":
            rows = [{**r, "requested_datetime": r["requested_datetime"][:19]} for r in rows]
        if quirk == "texts":
            rows = [as_texts(row) for row in rows]
        if form == "xml":
            self._say(200, as_xml(rows))
        elif quirk == "wrapped":
            self._json({"service_requests": [{"request": row} for row in rows]})
        else:
            self._json(rows)

    def do_GET(self) -> None:
        """Answer a question."""
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        quirk, _, rest = parts.path.strip("/").partition("/")
        form = rest.rpartition(".")[2]
        if quirk == "journal":
            self._json(POSTED)
        elif quirk == "to":
            self._say(302, b"", Location=asked["at"])
        elif quirk == "toronto" and rest.startswith("requests"):
            self._say(200, (FOLDER / "requests_many.xml").read_bytes())
        elif quirk == "chicago" and rest.startswith("requests"):
            self._say(200, (FOLDER / "service_requests.json").read_bytes())
        elif rest.startswith("services"):
            self._services(form)
        elif rest.startswith("tokens/"):
            name = rest.removeprefix("tokens/").rpartition(".")[0]
            ASKED_ABOUT.append(name)
            known = {"service_request_id": "T-77"} if ASKED_ABOUT.count(name) > 1 else {}
            self._json([{"token": name, **known}])
        elif quirk in ("refuses", "html", "entities", "huge", "slow"):
            self._odd(quirk)
        else:
            self._rows(quirk, asked, form)

    def _services(self, form: str) -> None:
        if form == "xml":
            self._say(
                200, b"<services><service><service_code>W1</service_code></service></services>"
            )
        else:
            self._say(200, (FOLDER / "service_list.json").read_bytes())

    def _odd(self, quirk: str) -> None:
        if quirk == "refuses":
            self._json([{"code": 400, "description": "start_date is too old"}], 400)
        elif quirk == "html":
            self._say(200, b"<html><body><p>Moved</p></body></html>")
        elif quirk == "entities":
            self._say(
                200, b'<!DOCTYPE a [<!ENTITY b "c">]><service_requests>&b;</service_requests>'
            )
        elif quirk == "huge":
            self._say(200, b"[" + b" " * 2_000_000 + b"]")
        else:
            time.sleep(5)

    def do_POST(self) -> None:
        """Take a report."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        POSTED.append({name: values[0] for name, values in parse_qs(body).items()})
        quirk = self.path.strip("/").partition("/")[0]
        if quirk == "lost":
            self.close_connection = True
            return
        if POSTED[-1].get("api_key") != "their-key":
            self._json([{"code": 403, "description": "no such key"}], 403)
        elif quirk == "token":
            self._json([{"token": "abc"}])
        else:
            self._json([{"service_request_id": 12345, "service_notice": ""}])

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()
