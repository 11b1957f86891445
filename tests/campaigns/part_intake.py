"""Two reports a second, each with a photo of 3 MB: every one kept once, answered in time.

A report is three requests, as the page makes them: the photo, what lies near by, the report.  The
time of a request runs from its last byte to its answer.
"""

import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from municipality import crs
from observations.models import Observation, Photo, Submission
from tests.bench import servers
from tests.builders import a_wilayat, an_area, the_office_hours, the_weekends
from tests.campaigns.aside import aside
from tests.campaigns.sending import Sender, photos, signed_in
from tests.observations.builders import a_category, a_target, spot

TRIALS = {"small": 1, "full": 2}
SECONDS = (10, 600)  # of the first trial, of the second
A_SECOND = 2
SENDERS, AT_ONCE = 40, 24
MOST_MS = 1_500


def _prepared() -> tuple[list[str], int]:
    """Make the city and its reporters; return their session keys and the reports that are there."""
    the_weekends()
    the_office_hours()
    an_area(a_wilayat())
    a_target()
    a_category()
    keys = signed_in([f"+9689100{number:04d}" for number in range(SENDERS)])
    return keys, Observation.objects.count()


def _at_rate(address: str, keys: list[str], seconds: int) -> list[dict[str, int]]:
    """Begin two reports a second, whatever the answers take."""
    taken, begun = photos(), time.monotonic() + 1

    def one(number: int) -> dict[str, int]:
        time.sleep(max(0.0, begun + number / A_SECOND - time.monotonic()))
        x, y = spot().x + number % 40 * 3 - 60, spot().y + number // 40 * 3 - 60
        lon, lat = crs.lonlat(x, y)
        sender = Sender(address, keys[number % len(keys)])
        return sender.report(f"campaign-{number}", taken[number % 4], lon=lon, lat=lat)

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
        kept = Photo.objects.filter(observation__submission__in=made)
        return Observation.objects.count() - before, made.count(), kept.count()

    sent = seconds * A_SECOND
    assert aside(held) == (sent, sent, sent)
    p95 = {step: sorted(one[step] for one in took)[int(0.95 * sent)] for step in took[0]}
    if seconds == max(SECONDS):
        assert max(p95.values()) <= MOST_MS, p95
    return {"reports": sent} | {f"ms p95 of {step}, {seconds} s": ms for step, ms in p95.items()}
