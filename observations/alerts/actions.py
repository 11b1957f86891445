"""Following areas, being told of them, and ending it.

Only rows of the public view are counted, so that a message tells nothing that the public page
does not show (decision 0089).  Following is a person's own habit, as a saved view is: it is not
written to the history.
"""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.conf import settings
from django.db.models import Q

from municipality.conf import PROFILE
from municipality.notices.outbox import Recipient, queue
from municipality.people.models import User
from municipality.places.models import Area, Wilayat
from municipality.problems import Problem, bad_value
from municipality.reach import acting
from municipality.words import Text
from observations.alerts.models import AreaAlert
from observations.alerts.notices import ALERT, BY_MAIL
from observations.alerts.one_click import stop_link
from observations.reports.models import Category, Status
from observations.reports.public import public_reports

MOST = 10  # of one person
FIRST_HOUR, LAST_HOUR = 9, 19  # of the city: nobody is texted at night
# What is shown at a moment may be committed a little later: it is told with the next message.
BEHIND = dt.timedelta(minutes=10)
WHERE = Text("اختر ولاية أو منطقة من القائمة.", "Choose a wilayat or a housing area.")
FULL = Text(f"تتابع {MOST} مناطق، وهو الحد.", f"You follow {MOST} areas, the most there can be.")
GONE = Text("لا متابعة بهذا الرقم.", "You do not follow this.")
UNREACHABLE = Text(
    "أضف رقم هاتف أو بريدًا إلى حسابك أولًا.", "Add a phone or a mailbox to your account first."
)


@acting
def follow_area(
    *,
    person: User,
    wilayat: Wilayat | None,
    area: Area | None,
    category: Category | None,
    at: dt.datetime,
) -> AreaAlert:
    """Follow one wilayat or one area from a moment on; followed already, nothing changes.

    Raises Problem 422 for neither or both, 409 for too many or for who cannot be written to.
    """
    if (wilayat is None) == (area is None):
        raise bad_value("area", WHERE)
    if not (person.phone or person.email):
        raise Problem(409, "not_now", UNREACHABLE)
    User.objects.select_for_update().get(pk=person.pk)  # two presses take turns
    mine = AreaAlert.objects.filter(person=person)
    what = {"wilayat": wilayat, "area": area, "category": category}
    before = mine.filter(**what).first()
    if before is not None:
        return before
    if mine.count() >= MOST:
        raise Problem(409, "not_now", FULL)
    last = mine.order_by("-told_on").exclude(told_on=None).first()
    told_on = None if last is None else last.told_on
    return AreaAlert.objects.create(person=person, told_until=at, told_on=told_on, **what)


@acting
def leave_area(public_id: uuid.UUID, *, person_id: int) -> None:
    """Stop following one; raises Problem 404 for another's."""
    gone, _ = AreaAlert.objects.filter(public_id=public_id, person=person_id).delete()
    if not gone:
        raise Problem(404, "not_found", GONE)


@acting
def leave_all(*, people: Sequence[int]) -> int:
    """Stop following everything; returns how many were followed."""
    return AreaAlert.objects.filter(person__in=people).delete()[0]


def _ground(alert: AreaAlert) -> Q:
    ground = Q(wilayat=alert.wilayat_id) if alert.wilayat_id else Q(area=alert.area_id)
    return ground & Q(category=alert.category_id) if alert.category_id else ground


def counted(alerts: Sequence[AreaAlert], *, until: dt.datetime) -> tuple[int, int]:
    """Count what was newly shown, and closed of what was shown before; each report once."""
    shown, closed = set[int](), set[int]()
    for alert in alerts:
        seen = public_reports(until).filter(_ground(alert))
        since = alert.told_until
        shown |= set(seen.filter(shown_from__gt=since).values_list("pk", flat=True))
        ended = seen.filter(status=Status.CLOSED, closed_at__gt=since, closed_at__lte=until)
        closed |= set(ended.filter(shown_from__lte=since).values_list("pk", flat=True))
    return len(shown), len(closed - shown)


@acting
def _tell(person_id: int, *, on: dt.date, at: dt.datetime) -> bool:
    """Tell one person what is new; returns whether a message was queued."""
    person = User.objects.select_for_update().get(pk=person_id)
    alerts = list(AreaAlert.objects.filter(person=person))
    if not person.is_active or not alerts or any(one.told_on == on for one in alerts):
        return False
    until = at - BEHIND
    shown, closed = counted(alerts, until=until)
    AreaAlert.objects.filter(person=person, told_until__lt=until).update(told_until=until)
    if not shown and not closed:
        return False
    AreaAlert.objects.filter(person=person).update(told_on=on)
    start = "" if person.language == "ar" else "/en"
    page = f"{settings.GEO_PUBLIC_URL}{start}/observations/areas/"
    queue(
        template=(ALERT if person.phone else BY_MAIL).code,
        to=Recipient(
            phone=person.phone or "", email="" if person.phone else person.email,
            language=person.language, person_id=person.pk, stop_link=stop_link(alerts, page=page),
        ),
        values={"shown": shown, "closed": closed, "link": page},
        key=f"area_alert/{person.pk}/{on.isoformat()}",
        at=at,
    )  # fmt: skip
    return True


def tell_areas(*, at: dt.datetime) -> int:
    """Tell everybody who follows an area what is new, by day, once a day; returns how many.

    What is new after a day's message is counted in the next one.
    """
    here = at.astimezone(PROFILE.time_zone)
    if not FIRST_HOUR <= here.hour < LAST_HOUR:
        return 0
    on = here.date()
    waiting = AreaAlert.objects.exclude(told_on=on).values_list("person", flat=True).distinct()
    return sum(_tell(person, on=on, at=at) for person in sorted(waiting))
