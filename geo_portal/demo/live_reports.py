"""Demo reports that people made in the days before the demo was built, each at its own stage.

Made by the actions that people use, so that lists, desks and the page of who sent them have
something to show.  They stand in place of the last of the reports that the city is built with
(``reports.write_reports``): the demo holds as many as were asked for.
"""

import datetime as dt
import io
from dataclasses import dataclass

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFilter
from shapely.geometry import Point

from geo_portal.demo import SOURCE
from municipality.actor import Actor
from municipality.cases.actions import move
from municipality.documents.intake import accept_photo
from municipality.documents.models import StoredFile
from municipality.people.models import User
from municipality.stored import shape_of
from observations.reports import actions
from observations.reports.fixes import Origin, Told
from observations.reports.following import follow
from observations.reports.intake import NewReport, Sender, send
from observations.reports.models import Channel, Observation, Photo, Submission
from observations.reports.photos import show_photo
from observations.reports.publishing import DELAY, show
from observations.routing.models import Body

FROM = 500  # reports of the city: below it none is made by people
HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Story:
    """One report: what, in which area, how many hours ago, by whom, and how far it has come."""

    category: str
    area: str
    hours_ago: float
    until: str
    text: str
    who: str = "citizen"
    photo: int = 0  # a seed of its own; 0: none
    channel: Channel = Channel.APP
    shown: bool = False  # the officer lets the public see it, and its photo


# Where a drawing has a face: left, top, right, bottom of the picture.
FACE = (0.78, 0.3, 0.88, 0.46)

STORIES = (
    _Story("potholes", "al_khuwair_north", 2.0, "sent", "حفرة عميقة أمام مدخل المدرسة.", photo=1),
    _Story("sewage", "ruwi", 1.5, "sent", "مياه الصرف تطفح في الشارع الخلفي.", photo=2),
    _Story("waste", "al_hail_north", 5.0, "sent", "أكياس متراكمة حول الحاوية.", "citizen2"),
    _Story("waste", "al_hail_north", 3.0, "sent", "لم تُفرغ الحاوية منذ يومين.", photo=3),
    _Story("street_lighting", "al_ansab", 20.0, "sent", "ثلاثة أعمدة مطفأة.", "citizen2"),
    _Story(
        "fallen_trees",
        "al_mawaleh_north",
        26.0,
        "begun",
        "شجرة سدّت نصف الطريق.",
        photo=4,
        shown=True,
    ),
    _Story(
        "pavement", "al_khoud", 50.0, "planned", "الرصيف مكسور قرب المسجد.", "citizen2", shown=True
    ),
    _Story("stray_animals", "al_amerat", 30.0, "asked", "كلاب سائبة مساءً."),
    _Story(
        "standing_water",
        "al_mabela_north",
        76.0,
        "resolved",
        "تجمع مياه بعد المطر.",
        photo=5,
        shown=True,
    ),
    _Story(
        "visual_pollution",
        "al_hail_south",
        120.0,
        "closed",
        "كتابة على سور الحديقة.",
        "citizen2",
        shown=True,
    ),
    _Story("parks", "al_qurum", 90.0, "not_ours", "بوابة المحمية مغلقة.", channel=Channel.PORTAL),
    _Story(
        "noise", "bausher", 6.0, "sent", "عمل بآلات ثقيلة بعد منتصف الليل.", "", 0, Channel.PHONE
    ),
)


def made_by_people(count: int) -> int:
    """Return how many of so many reports people make."""
    return len(STORIES) if count >= FROM else 0


def _drawing(seed: int) -> SimpleUploadedFile:
    """Draw a picture of ground with a dark patch: plainly a drawing, of no real place."""
    rng = np.random.default_rng(seed)
    grain = rng.integers(95, 135, (60, 80, 1), dtype=np.uint8)
    ground = Image.fromarray(np.repeat(grain, 3, axis=2)).resize(
        (1_200, 900), Image.Resampling.BICUBIC
    )
    pen = ImageDraw.Draw(ground)
    x, y = int(rng.integers(300, 600)), int(rng.integers(250, 450))
    pen.ellipse((x, y, x + 380, y + 240), fill=(52, 48, 44))
    left, top, right, bottom = (
        round(one * side) for one, side in zip(FACE, (1_200, 900) * 2, strict=True)
    )
    pen.ellipse((left, top, right, bottom), fill=(196, 160, 130))  # somebody who looks on
    pen.rectangle((0, 820, 1_200, 845), fill=(230, 226, 215))
    sink = io.BytesIO()
    ground.filter(ImageFilter.GaussianBlur(2)).save(sink, "JPEG", quality=85)
    return SimpleUploadedFile(f"demo-{seed}.jpg", sink.getvalue(), "image/jpeg")


def _place(story: _Story, number: int) -> Point:
    """Return a place in an area where the city's own reports lie, apart from them."""
    rows = Observation.objects.filter(submission=None)
    near = rows.filter(area__code=story.area).order_by("pk").first() or rows.order_by("pk")[number]
    spot = Point(shape_of(near.point))
    return Point(spot.x + 9.0 * (number % 3), spot.y + 7.0)


def _actor(name: str) -> Actor:
    person = User.objects.get(username=name)
    return Actor(person.pk, person.full_name, person.roles[0])


def _photos(story: _Story, by: Actor, *, at: dt.datetime) -> tuple[StoredFile, ...]:
    return (accept_photo(_drawing(story.photo), by=by, at=at),) if story.photo else ()


def _sent(story: _Story, number: int, agent: Actor, *, at: dt.datetime) -> Submission:
    if story.who:
        person = User.objects.get(username=story.who)
        sender = Sender(person.full_name, person, person.phone or "", person.language)
        by = Actor(person.pk, person.full_name, "citizen")
        told = (Told(Origin.GPS, _place(story, number), 8.0, at),)
    else:
        sender, by = Sender("مريم البلوشية", phone="+96899000111"), agent
        told = (Told(Origin.CALLER, _place(story, number), 60.0),)
    new = NewReport(
        category=story.category, told=told, channel=story.channel, made_at=at,
        description=story.text, photos=_photos(story, by, at=at),
    )  # fmt: skip
    return send(new=new, sender=sender, by=by, at=at)


def _go_on(
    story: _Story, made: Submission, agent: Actor, officer: Actor, *, at: dt.datetime
) -> None:
    """Take the steps that bring a report to where its story ends."""
    case_id = made.case_id

    def step(edge: str, hours: float, by: Actor, text: str = "") -> None:
        move(case_id=case_id, edge=edge, by=by, at=at + hours * HOUR, text=text)

    if made.case.state == "received":
        body = Body.objects.filter(is_outside=False).order_by("pk")[0]
        actions.assign(case_id=case_id, body=body, by=agent, at=at + 0.2 * HOUR)
    if story.until == "asked":
        step("ask", 1, agent, "في أي ساعة تُرى، وعند أي مدخل؟")
        return
    if story.until == "not_ours":
        step("not_ours", 1, agent, "المحمية تتبع هيئة البيئة، وأبلغناها.")
        return
    if story.until == "planned":
        day = (at + dt.timedelta(days=6)).date()
        actions.plan(case_id=case_id, day=day, by=officer, at=at + HOUR)
        return
    step("take", 1, officer)
    if story.until in ("resolved", "closed"):
        step("resolve", 4, officer, "عولجت، والصورة مع الملاحظة.")
    if story.until == "closed":
        person = made.person
        if person is not None:
            by = Actor(person.pk, person.full_name, "citizen")
            step("confirm", 6, by)
            actions.rate(case_id=case_id, rating=5, text="شكرًا", by=by, at=at + 6 * HOUR)


def _show(made: Submission, officer: Actor, *, at: dt.datetime) -> None:
    """Let the public see a report that is old enough, and its photos with the face hidden."""
    show(case_id=made.case_id, by=officer, at=at)
    for photo in Photo.objects.filter(observation=made.observation, of_the_work=False):
        show_photo(photo_id=photo.pk, hidden=(FACE,), by=officer, at=at)


def write_live_reports(count: int, *, at: dt.datetime) -> int:
    """Write the reports of the days before a moment for a city of so many; returns how many."""
    if not made_by_people(count):
        return 0
    agent, officer = _actor("agent"), _actor("department")
    for number, story in enumerate(STORIES):
        begun = at - story.hours_ago * HOUR
        made = _sent(story, number, agent, at=begun)
        Observation.objects.filter(pk=made.observation_id).update(source=SOURCE)
        if number == 3:  # the same container as the report before it
            follow(
                observation=made.observation, person=User.objects.get(username="citizen2"), at=begun
            )
        if story.until != "sent":
            _go_on(story, made, agent, officer, at=begun)
        if story.shown:
            _show(made, officer, at=begun + DELAY)
    return len(STORIES)
