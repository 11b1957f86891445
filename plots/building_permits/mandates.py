"""Powers of attorney that the registration section writes down, or ends, while it has a case.

A mandate is of a title, not of the case: who holds one acts in the next application too.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.backends.postgresql.psycopg_any import DateRange

from municipality.actor import Actor
from municipality.cases.conversation import NotSaid, open_for
from municipality.cases.models import Case
from municipality.cases.rights import Side, side_of
from municipality.city_time import city_day
from municipality.digits import western
from municipality.history.actions import record
from municipality.names import tidy
from municipality.people.access import not_found
from municipality.problems import bad_value
from municipality.reach import acting
from municipality.words import Text
from plots.register.title_models import Title, TitleMandate

STAGE, ROLE = "registration", "registrar"  # where the owner is looked at, and by whom
LONGEST = {"name": 200, "civil_number": 20, "paper": 200}
NOT_AT_REGISTRATION = Text(
    "تُسجَّل الوكالات وتُنهى والمعاملة عند قسم التسجيل.",
    "Mandates are registered and ended while the registration section has the transaction.",
)
NAME = Text("اكتب اسم الوكيل.", "Write the name of who may act.")
PAPER = Text(
    "اكتب سند الوكالة: رقمه وتاريخه والكاتب بالعدل.",
    "Write the paper: its number, its day and the notary.",
)
NOT_A_NUMBER = Text("الرقم المدني أرقام فقط.", "A civil number is digits only.")
TOO_LONG = Text("أكثر من {most} حرف.", "More than {most} characters.")
REVERSED = Text("اليوم الأخير قبل الأول.", "The last day is before the first.")
REGISTERED = Text("هذه الوكالة مسجلة من قبل.", "This mandate is on record already.")
ENDS_BEFORE = Text(
    "تنتهي هذه الوكالة في {day}؛ لا تُمدَّد هنا.",
    "This mandate ends on {day}; it is not made longer here.",
)


@dataclass(frozen=True, slots=True)
class Told:
    """A mandate as its paper says it; ``last`` is the last day on which it holds, if any."""

    title_id: int
    name: str
    civil_number: str
    paper: str
    first: dt.date
    last: dt.date | None = None


def has_registration(case: Case, by: Actor, *, at: dt.datetime) -> bool:
    """Tell whether a case is at its registration, and it is this actor who decides that."""
    if case.closed_at is not None or (case.state, by.role) != (STAGE, ROLE):
        return False
    return side_of(case, by, at=at) is Side.MUNICIPALITY


def _case(case_id: int, by: Actor, *, at: dt.datetime) -> Case:
    """Lock the case of who decides its registration; raises NotSaid for anyone else."""
    case, _ = open_for(case_id, by, at=at)
    if not has_registration(case, by, at=at):
        raise NotSaid(NOT_AT_REGISTRATION)
    return case


def _title(case: Case, title_id: int, *, at: dt.datetime) -> Title:
    """Lock a title that holds today on a plot of the case; raises Problem 404 for another."""
    on = city_day(at)
    plots = case.permit_application.plots.values("plot_id")
    rows = Title.objects.filter(plot_id__in=plots, valid__contains=on).select_for_update()
    found = rows.filter(pk=title_id).first()  # by key
    if found is None:
        raise not_found()
    return found


def _line(told: Told, field: str, missing: Text | None) -> str:
    """Return a text on one line; raises Problem 422 for one too long or missing."""
    text, most = tidy(getattr(told, field)), LONGEST[field]
    if missing is not None and not text:
        raise bad_value(field, missing)
    if len(text) > most:
        raise bad_value(field, TOO_LONG.with_values(most=most))
    return text


def _in_words(mandate: TitleMandate) -> dict[str, str | int | None]:
    """Say which mandate it is without naming a person: the row holds the rest."""
    last = mandate.last_day
    return {
        "mandate": mandate.pk, "deed": mandate.title.deed_number,
        "first": mandate.valid.lower.isoformat(), "last": last.isoformat() if last else None,
    }  # fmt: skip


@acting
def register_mandate(*, case_id: int, told: Told, by: Actor, at: dt.datetime) -> TitleMandate:
    """Write down a mandate of a title on the ground of a case, by who decides its registration.

    Raises NotSaid for anyone else or at another stage, Problem 404 for a title that is not of the
    case's plots today, Problem 422 for a value that is wrong or a mandate on record already.
    """
    case = _case(case_id, by, at=at)
    title = _title(case, told.title_id, at=at)
    name, paper = _line(told, "name", NAME), _line(told, "paper", PAPER)
    civil_number = western(_line(told, "civil_number", None))
    if civil_number and not (civil_number.isascii() and civil_number.isdigit()):
        raise bad_value("civil_number", NOT_A_NUMBER)
    if told.last is not None and told.last < told.first:
        raise bad_value("last", REVERSED)
    same = title.mandates.filter(
        name=name, civil_number=civil_number, source=paper, valid__startswith=told.first
    )
    if same.exists():
        raise bad_value("paper", REGISTERED)
    end = None if told.last is None else told.last + dt.timedelta(days=1)
    made = TitleMandate.objects.create(
        title=title, name=name, civil_number=civil_number, source=paper,
        valid=DateRange(told.first, end), entered_by_id=by.person_id, entered_at=at,
    )  # fmt: skip
    record(stream=case.stream, act="register_mandate", by=by, at=at, facts=_in_words(made))
    return made


@acting
def end_mandate(
    *, case_id: int, mandate_id: int, last: dt.date, by: Actor, at: dt.datetime
) -> TitleMandate:
    """Write the last day of a mandate, earlier than it had; what was done by it stays done.

    Raises NotSaid as ``register_mandate``, Problem 404 for a mandate of another title, Problem 422
    for a day before its first, or not before the last it has.
    """
    case = _case(case_id, by, at=at)
    found = TitleMandate.objects.filter(pk=mandate_id).first()  # by key
    if found is None:
        raise not_found()
    title = _title(case, found.title_id, at=at)  # locked: read again what another just ended
    mandate = title.mandates.get(pk=mandate_id)
    if last < mandate.valid.lower:
        raise bad_value("ends", REVERSED)
    if mandate.last_day is not None and last >= mandate.last_day:
        raise bad_value("ends", ENDS_BEFORE.with_values(day=mandate.last_day.isoformat()))
    mandate.valid = DateRange(mandate.valid.lower, last + dt.timedelta(days=1))
    mandate.ended_by_id = by.person_id
    mandate.save(update_fields=["valid", "ended_by"])
    record(stream=case.stream, act="end_mandate", by=by, at=at, facts=_in_words(mandate))
    return mandate
