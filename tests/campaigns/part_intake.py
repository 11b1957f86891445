"""Two reports a second, each with a photo of 3 MB: every one kept once, answered in time.

A report is three requests, as the page makes them: the photo, what lies near by, the report.  The
time of a request runs from its last byte to its answer.
"""

import http.client
import io
import json
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import numpy as np
from django.conf import settings
from django.contrib.auth import login
from django.db import connection
from django.http import HttpRequest
from PIL import Image

from municipality import crs
from municipality.people.session_store import SessionStore
from observations.models import Observation, Photo, Submission
from tests.bench import servers
from tests.bench.part_photo import a_phone_photo
from tests.builders import a_wilayat, an_area, the_office_hours, the_weekends
from tests.campaigns.aside import aside
from tests.observations.builders import a_category, a_reporter, a_target, spot

TRIALS = {"small": 1, "full": 2}
SECONDS = (10, 600)  # of the first trial, of the second
A_SECOND = 2
SENDERS, AT_ONCE = 40, 24
MOST_MS = 1_500
BOUNDARY = "intake-of-the-campaign"


def _prepared() -> tuple[list[str], int]:
    """Make the city and its reporters; return their session keys and the reports that are there."""
    the_weekends()
    the_office_hours()
    an_area(a_wilayat())
    a_target()
    a_category()
    keys = []
    for number in range(SENDERS):
        request = HttpRequest()
        request.META["REMOTE_ADDR"] = "127.0.0.1"
        request.session = SessionStore()
        login(request, a_reporter(f"+9689100{number:04d}"), settings.AUTHENTICATION_BACKENDS[0])
        request.session.save()
        keys.append(str(request.session.session_key))
    return keys, Observation.objects.count()


def _photos() -> list[bytes]:
    """Return pictures of about 3 MB that are not the same bytes."""
    first = a_phone_photo()
    found = [first]
    for turn in range(1, 4):
        pixels = np.roll(np.asarray(Image.open(io.BytesIO(first))), 37 * turn, axis=1)
        out = io.BytesIO()
        Image.fromarray(pixels).save(out, "JPEG", quality=90, subsampling=2)
        found.append(out.getvalue())
    return found


class _Sender:
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

    def report(self, number: int, photo: bytes) -> dict[str, int]:
        """Send one report as the page does; return the milliseconds of its steps."""
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
        x, y = spot().x + number % 40 * 3 - 60, spot().y + number // 40 * 3 - 60
        lon, lat = crs.lonlat(x, y)
        status, answer, near_ms = self.ask(
            "GET", f"/api/observations/near?lon={lon:.6f}&lat={lat:.6f}&category=potholes"
        )
        assert status == 200, answer[:300]
        fixes = [{"origin": "pin", "lon": lon, "lat": lat, "accuracy_m": 8}]
        body = {
            "category": "potholes", "fixes": fixes, "photos": [json.loads(said)["id"]],
            "key": f"campaign-{number}", "sure": True,
        }  # fmt: skip
        status, answer, send_ms = self.ask(
            "POST", "/api/observations", json.dumps(body).encode(), "application/json"
        )
        assert status == 201, answer[:300]
        return {"photo": photo_ms, "near": near_ms, "report": send_ms}


def _at_rate(address: str, keys: list[str], seconds: int) -> list[dict[str, int]]:
    """Begin two reports a second, whatever the answers take."""
    photos, begun = _photos(), time.monotonic() + 1

    def one(number: int) -> dict[str, int]:
        time.sleep(max(0.0, begun + number / A_SECOND - time.monotonic()))
        return _Sender(address, keys[number % len(keys)]).report(number, photos[number % 4])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(seconds * A_SECOND)))


def trial(seed: int, number: int) -> dict[str, int]:
    """Send for ten seconds (the first trial) or for ten minutes (the second)."""
    seconds = SECONDS[number]
    keys, before = aside(_prepared)
    env = {
        "GEO_DB_NAME": str(connection.settings_dict["NAME"]), "GEO_LIMITS": "off",
        "DJANGO_SETTINGS_MODULE": "geo_portal.settings.dev",
    }  # fmt: skip
    with servers.granian(
        "geo_portal.wsgi:application", interface="wsgi", env=env, probe="/healthz"
    ) as address:
        took = _at_rate(address, keys, seconds)

    def held() -> tuple[int, int, int]:
        made = Submission.objects.filter(key__startswith="campaign-")
        photos = Photo.objects.filter(observation__submission__in=made)
        return Observation.objects.count() - before, made.count(), photos.count()

    sent = seconds * A_SECOND
    assert aside(held) == (sent, sent, sent)
    p95 = {step: sorted(one[step] for one in took)[int(0.95 * sent)] for step in took[0]}
    if seconds == max(SECONDS):
        assert max(p95.values()) <= MOST_MS, p95
    return {"reports": sent} | {f"ms p95 of {step}, {seconds} s": ms for step, ms in p95.items()}
