"""A small time-stamp authority of RFC 3161 over HTTP: ``python -m tests.peers.tsa FOLDER``.

It prints its port and answers until it is ended.  ``--refuse`` answers 503.
"""

import argparse
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geo_portal.settings.test")

from asn1crypto import tsp

from municipality.documents.signing.folder import Folder
from municipality.documents.signing.times import local_time_stamper


def main() -> None:
    """Answer requests with tokens signed by the folder's time-stamp key, at the clock's time."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--refuse", action="store_true")
    told = parser.parse_args()
    stamper = local_time_stamper(Folder(told.folder), at=None)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            if told.refuse:
                self.send_error(503)
                return
            answer = stamper.request_tsa_response(tsp.TimeStampReq.load(asked)).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    server = HTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
