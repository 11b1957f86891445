"""A browser's part of a report as campaigns play it: session, photo, what is near, the report.

The time of a request runs from its last byte to its answer.
"""

import http.client
import io
import json
import secrets
import time
from urllib.parse import urlsplit

import numpy as np
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from PIL import Image

from municipality.people.session_store import SessionStore
from tests.bench.part_photo import a_phone_photo
from tests.observations.builders import a_reporter

BOUNDARY = "intake-of-the-campaign"


def signed_in(phones: list[str]) -> list[str]:
    """Make the reporters of these telephones; return the key of a session of each."""
    keys = []
    for phone in phones:
        request = HttpRequest()
        request.META["REMOTE_ADDR"] = "127.0.0.1"
        request.session = SessionStore()
        login(request, a_reporter(phone), settings.AUTHENTICATION_BACKENDS[0])
        request.session.save()
        keys.append(str(request.session.session_key))
    return keys


def photos() -> list[bytes]:
    """Return pictures of about 3 MB that are not the same bytes."""
    first = a_phone_photo()
    found = [first]
    for turn in range(1, 4):
        pixels = np.roll(np.asarray(Image.open(io.BytesIO(first))), 37 * turn, axis=1)
        out = io.BytesIO()
        Image.fromarray(pixels).save(out, "JPEG", quality=90, subsampling=2)
        found.append(out.getvalue())
    return found


class Sender:
    """One browser: a session, and the time from the last byte of a request to its answer."""

    def __init__(self, address: str, key: str) -> None:
        self.place = urlsplit(address).netloc
        token = secrets.token_hex(16)
        self.headers = {
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={key}; csrftoken={token}",
            "X-CSRFToken": token,
        }

    def ask(
        self, method: str, path: str, body: bytes = b"", kind: str = ""
    ) -> tuple[int, bytes, int]:
        link = http.client.HTTPConnection(self.place, timeout=60)
        link.putrequest(method, path)
        for name, value in self.headers.items():
            link.putheader(name, value)
        if body:
            link.putheader("Content-Type", kind)
            link.putheader("Content-Length", str(len(body)))
        link.endheaders()
        if body:
            link.send(body)
        begun = time.perf_counter()
        answer = link.getresponse()
        said = answer.read()
        link.close()
        return answer.status, said, round(1000 * (time.perf_counter() - begun))

    def report(
        self, key: str, photo: bytes, *, lon: float, lat: float, category: str = "potholes",
        times: int = 1,
    ) -> dict[str, int]:  # fmt: skip
        """Send one report as the page does; return the milliseconds of its steps.

        The report itself may be sent ``times`` times, as by an impatient thumb.
        """
        form = (
            (
                f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n'
                "Content-Type: image/jpeg\r\n\r\n"
            ).encode()
            + photo
            + f"\r\n--{BOUNDARY}--\r\n".encode()
        )
        status, said, photo_ms = self.ask(
            "POST", "/api/observations/photos", form, f"multipart/form-data; boundary={BOUNDARY}"
        )
        assert status == 201, said[:300]
        status, answer, near_ms = self.ask(
            "GET", f"/api/observations/near?lon={lon:.6f}&lat={lat:.6f}&category={category}"
        )
        assert status == 200, answer[:300]
        fixes = [{"origin": "pin", "lon": lon, "lat": lat, "accuracy_m": 8}]
        body = {
            "category": category, "fixes": fixes, "photos": [json.loads(said)["id"]],
            "key": key, "sure": True,
        }  # fmt: skip
        told = json.dumps(body).encode()
        for _ in range(times):
            status, answer, send_ms = self.ask(
                "POST", "/api/observations", told, "application/json"
            )
            assert status == 201, answer[:300]
        return {"photo": photo_ms, "near": near_ms, "report": send_ms}
