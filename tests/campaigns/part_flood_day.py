"""A flood day at the whole city: 3,000 reports with photos of 3 MB, web, worker and SMS running.

The day's minutes are played shorter than they are.  Each hour lasts as long as its reports need at
``SECONDS_A_REPORT``, so the quiet ones are short and the worst minute (30 reports) is played six
times as fast as it comes.  The first trial is that minute alone, the second the twelve minutes
round it at three times their speed, the third the whole day.  Afterwards every report is held
against what was sent (``flood.faults``), the heat index against counting one by one.
"""

import json
import re
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from django.db import connection
from django_tasks_db.models import DBTaskResult

from maps.heat.index import HELD
from maps.heat.lattice import LEVELS
from maps.heat.queries import Selection, count_cells
from municipality import crs
from municipality.documents import store
from municipality.documents.models import Picture
from municipality.located import Place
from municipality.notices.models import Message
from observations.models import Submission
from observations.reports.heat import HEAT
from observations.reports.models import Photo
from observations.routing.models import Routed
from tests.builders import a_wilayat, an_area, the_office_hours, the_weekends
from tests.campaigns import flood
from tests.campaigns.aside import aside
from tests.campaigns.flood import Held, Planned
from tests.campaigns.sending import Sender, photos, signed_in
from tests.journeys.processes import SECRET, City, running
from tests.notices.builders import until, whole_lines
from tests.observations.builders import a_category, a_target
from tests.observations.conftest import as_dict
from tests.observations.routing import a_directorate_body, a_responsibility, an_outside_body

TRIALS = {"small": 1, "full": 3}
SETTINGS = {
    "SECRET_KEY": SECRET,  # sessions made here hold in the city
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],  # nobody types one
}
SENDERS, AT_ONCE = 600, 24
SECONDS_A_REPORT = 0.8
LEAST_HOUR_S = 12.0
DRAINED_WITHIN_S = 180
NUMBER = re.compile(r"OB-\d{4}-\d{6}")
WORST = 60 * flood.WORST_HOUR + flood.PEAK
BODIES = {"seeb": flood.WEST, "water": flood.OTHER}
# Of each trial: the first minute, the one after the last, and the seconds that one minute lasts.
SLICES = ((WORST, WORST + 1, 20.0), (WORST - 6, WORST + 6, 20.0), (0, 1_440, None))


def _prepared() -> list[str]:
    """Make the city, its bodies and its reporters; return the keys of their sessions."""
    the_weekends()
    the_office_hours()
    an_area(a_wilayat())
    for code, priority in flood.CATEGORIES.items():
        a_category(code, priority=priority)
    for priority in set(flood.CATEGORIES.values()):
        a_target(priority)
    a_responsibility(a_directorate_body("seeb"), flood.WEST)
    a_responsibility(an_outside_body("water"), flood.OTHER)
    return signed_in([f"+9689100{number:04d}" for number in range(SENDERS)])


def _starts(since: int, end: int, each_s: float | None) -> dict[int, float]:
    """When each minute begins and the seconds it lasts, in the time of this run."""
    found, at = {}, 0.0
    for minute in range(since, end + 1):
        found[minute] = at
        hour = flood.HOURS[min(minute, 1_439) // 60]
        at += each_s or max(LEAST_HOUR_S, hour * SECONDS_A_REPORT) / 60
    return found


def _send(
    city: City, keys: list[str], plan: list[Planned], run: tuple[int, int, float | None]
) -> list[dict[str, int]]:
    """Send each report in its moment, whatever the answers take; nobody is told to wait for ever."""
    starts, taken = _starts(*run), photos()
    places = {minute: [one for one in plan if one.minute == minute] for minute in starts}
    begun = time.monotonic() + 1

    def one(report: Planned) -> dict[str, int]:
        beside = places[report.minute]
        length = starts[report.minute + 1] - starts[report.minute]
        due = starts[report.minute] + length * beside.index(report) / len(beside)
        time.sleep(max(0.0, begun + due - time.monotonic()))
        late = round(1_000 * (time.monotonic() - begun - due))
        lon, lat = crs.lonlat(report.x, report.y)
        sender = Sender(city.base, keys[report.sender])
        photo = taken[report.sender % len(taken)]
        told = sender.report(
            report.key, photo, lon=lon, lat=lat, category=report.category, times=report.times
        )
        return {**told, "late": late}

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, plan))


def _acknowledged(city: City) -> Counter[str]:
    """How often each report's number is in what the operator accepted, by its own journal."""
    rows = whole_lines(city.journal("smsc_simulator"))
    return Counter(
        number for row in rows for number in NUMBER.findall(str(json.loads(row)["text"]))
    )


def _desks() -> dict[int, str]:
    """Where each report lies: a body, or the queue of what is several bodies' or nobody's."""
    rows = Routed.objects.filter(until=None).select_related("body")
    return {
        row.observation_id: row.body.code
        if row.body
        else ("ambiguous" if row.result == Place.AMBIGUOUS else "unassigned")
        for row in rows
    }


def _copies() -> Counter[int]:
    """How many of the clean and the small copy of each report's photo are there, bytes and all."""
    rows = Picture.objects.filter(purpose="small", ended_at=None)
    small = dict(rows.values_list("file_id", "sha256"))
    found: Counter[int] = Counter()
    for photo in Photo.objects.select_related("file"):
        digests = (photo.file.clean_sha256, small.get(photo.file_id, ""))
        found[photo.observation_id] += sum(bool(one) and store.is_kept(one) for one in digests)
    return found


def _held(told: Counter[str]) -> list[Held]:
    """Read what there is of every report; ``told``: its acknowledgements by number."""
    desks, copies = _desks(), _copies()
    return [
        Held(
            key=one.key or "", x=one.observation.point.x, y=one.observation.point.y,
            category=one.observation.category.code, copies=copies[one.observation_id],
            desk=desks.get(one.observation_id, ""),
            promised=one.case.due_at is not None and one.observation.due_at == one.case.due_at,
            told=told[one.case.number],
        )
        for one in Submission.objects.select_related("observation__category", "case")
    ]  # fmt: skip


def _index() -> list[dict[tuple[int, int], int]]:
    """What the heat index says of every level."""
    HELD.clear()
    everything = Selection()
    return [as_dict(count_cells(HEAT, everything, level=level)) for level in range(LEVELS)]


def _hold(plan: list[Planned], told: Counter[str]) -> None:
    """Hold the law, then let it find each thing that is dropped on the floor."""
    held = _held(told)
    found = flood.faults(plan, held, bodies=BODIES)
    assert not found, found[:20]
    index = _index()
    assert index == flood.cells(held)
    one, rest = held[0], held[1:]
    dropped = {
        "lost": rest,
        "2 times": [*held, one],
        "1 copies": [replace(one, copies=1), *rest],
        "at no desk": [replace(one, desk=""), *rest],
        "without a promise": [replace(one, promised=False), *rest],
        "acknowledged 0 times": [replace(one, told=0), *rest],
    }
    for word, without in dropped.items():
        named = flood.faults(plan, without, bodies=BODIES)
        assert named and all(fault.startswith(word) for fault in named), (word, named)
    assert index != flood.cells(rest)


def _lags() -> dict[str, list[float]]:
    """The milliseconds that acknowledgements, and jobs of the worker, waited."""
    texts = Message.objects.filter(template="observation.sent")
    sent = texts.values_list("queued_at", "sent_at")
    waited = [after - before for before, after in sent if after is not None]
    jobs = DBTaskResult.objects.values_list("enqueued_at", "started_at")
    began = [after - before for before, after in jobs if after is not None]
    return {"acknowledgement": flood.milliseconds(waited), "job": flood.milliseconds(began)}


def _counts(took: list[dict[str, int]], drained_s: float, number: int) -> dict[str, int]:
    name = ("worst minute", "worst minutes", "day")[number]
    steps: dict[str, list[float]] = {step: [one[step] for one in took] for step in took[0]}
    found = {"reports": len(took)}
    for what, times in (steps | aside(_lags)).items():
        if not times:  # a report makes no job of the worker's today
            continue
        found |= {
            f"ms p95 of {what}, {name}": round(flood.percentile(times, 0.95)),
            f"ms at most of {what}, {name}": round(max(times, default=0)),
        }
    return found | {f"ms until the last text was accepted, {name}": round(1_000 * drained_s)}


def trial(seed: int, number: int) -> dict[str, int]:
    """Play the worst minute, the worst minutes or the day at a city of all its processes."""
    since, end, _ = SLICES[number]
    keys = aside(_prepared)
    plan = flood.planned(seed, since=since, until=end, senders=SENDERS)
    database = str(connection.settings_dict["NAME"])
    with tempfile.TemporaryDirectory(prefix="flood-") as folder:
        with running(database, Path(folder), GEO_LIMITS="off", GEO_WEB_WORKERS="2") as city:
            took = _send(city, keys, plan, SLICES[number])
            done = time.monotonic()
            until(
                lambda: len(_acknowledged(city)) >= len(plan),
                seconds=DRAINED_WITHIN_S, what="acknowledgements are missing",
            )  # fmt: skip
            drained_s = time.monotonic() - done
            told = _acknowledged(city)
        aside(lambda: _hold(plan, told))
    return _counts(took, drained_s, number)
