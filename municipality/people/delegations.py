"""Acting for somebody else: delegates by the giver's word, visitors by their phone's code."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from municipality.actor import Actor
from municipality.city_time import city_day
from municipality.history.actions import record
from municipality.people import phone_codes
from municipality.people.access import not_found
from municipality.people.models import Delegation, Mandate, User
from municipality.people.phone_codes import Asking
from municipality.people.signing_in import person_by_phone
from municipality.problems import bad_value
from municipality.words import Text

ON_BEHALF = ("hall", "agent")
MANDATE_LIFE = dt.timedelta(minutes=30)
MOST_DAYS = 366
PURPOSE = "mandate"
NO_SUCH_PERSON = Text(
    "لا حساب بهذا الرقم. ليدخل صاحبه مرة برقم هاتفه أولًا.",
    "No account has this number. Its owner signs in once with it first.",
)
WRONG_SPAN = Text(
    "اختر مدة تنتهي في المستقبل ولا تزيد على سنة.", "Choose a span that ends ahead, within a year."
)
CHOOSE_KIND = Text("اختر خدمة واحدة على الأقل.", "Choose one service at least.")
WRONG_CODE = Text("الرمز غير صحيح.", "The code is wrong.")


@dataclass(frozen=True, slots=True)
class Wish:
    """Whom somebody lets act for them: by phone (E.164), for kinds of service, over days."""

    phone: str
    kinds: tuple[str, ...]
    first: dt.date
    last: dt.date  # included


def delegate(giver: User, wish: Wish, *, by: Actor, at: dt.datetime, on: dt.date) -> Delegation:
    """Let another person act; ``on`` is today.  Raises Problem 422 for what cannot be."""
    if not wish.kinds:
        raise bad_value("kinds", CHOOSE_KIND)
    if wish.last < max(wish.first, on) or (wish.last - wish.first).days >= MOST_DAYS:
        raise bad_value("last", WRONG_SPAN)
    taker = User.objects.filter(phone=wish.phone, is_active=True).first()  # unique
    if taker is None or taker.pk == giver.pk:
        raise bad_value("phone", NO_SUCH_PERSON)
    with transaction.atomic():
        made = Delegation.objects.create(
            giver=giver, taker=taker, kinds=sorted(set(wish.kinds)), made_at=at,
            valid=(wish.first, wish.last + dt.timedelta(days=1)),
        )  # fmt: skip
        facts = {
            "person": taker.pk, "kinds": made.kinds, "first": str(wish.first),
            "last": str(wish.last),
        }  # fmt: skip
        record(stream=f"person/{giver.pk}", act="delegation.given", by=by, at=at, facts=facts)
    return made


@transaction.atomic
def end(giver: User, public_id: str, *, by: Actor, at: dt.datetime) -> None:
    """End a delegation at once; raises Problem 404 for one that is not the giver's."""
    open_ones = Delegation.objects.filter(giver=giver, public_id=public_id, ended_at=None)
    if not open_ones.update(ended_at=at):
        raise not_found()
    facts = {"delegation": public_id}
    record(stream=f"person/{giver.pk}", act="delegation.ended", by=by, at=at, facts=facts)


def held_by(person_id: int, *, on: dt.date) -> QuerySet[Delegation]:
    """Return the delegations that a person holds on a day, the oldest first."""
    held = Delegation.objects.filter(taker=person_id, valid__contains=on, ended_at=None)
    return held.select_related("giver").order_by("pk")


def may_act_for(person_id: int, giver_id: int, kind: str, *, on: dt.date) -> bool:
    """Tell whether a person may act for another in a kind of service on a day."""
    return held_by(person_id, on=on).filter(giver=giver_id, kinds__contains=[kind]).exists()


def speaks_for_another(by: Actor, kind: str, *, at: dt.datetime) -> bool:
    """Tell whether who says that they act for somebody may: as a delegate, or by a mandate.

    Asked again where a case is changed, so that a page opened while it held is of no use after.
    """
    if by.person_id is None or by.for_person_id is None:
        return False
    mandates = Mandate.objects.filter(staff=by.person_id, visitor=by.for_person_id, until__gt=at)
    on = city_day(at)
    return may_act_for(by.person_id, by.for_person_id, kind, on=on) or (
        by.role in ON_BEHALF and mandates.exists()
    )


def served_id(request: HttpRequest) -> int | None:
    """Return for whom this request acts, a giver or a visitor; None for oneself."""
    found: int | None = getattr(request, "acting_for", None)
    return found


def serve(request: HttpRequest, person_id: int) -> None:
    """Let this request act for somebody, once that was proved: ``actor_of`` names them."""
    request.acting_for = person_id  # type: ignore[attr-defined]


def act_by(request: HttpRequest, public_id: str, kind: str, *, on: dt.date) -> None:
    """Let this request act for the giver of a delegation.

    Raises Problem 404, the same for one that is unknown, ended, of another service or another's,
    and for who already serves a visitor.
    """
    if not isinstance(request.user, User) or served_id(request) is not None:
        raise not_found()
    held = held_by(request.user.pk, on=on).filter(public_id=public_id, kinds__contains=[kind])
    found = held.first()  # unique
    if found is None:
        raise not_found()
    serve(request, found.giver_id)


def ask_visitor(staff: User, phone: str, nonce: str, address: str, *, at: dt.datetime) -> None:
    """Send the visitor in front a code, which they read out; raises Problem 422, 429."""
    phone_codes.ask(Asking(phone, f"{PURPOSE} {staff.pk}", nonce, address), at=at)


def mandate(
    staff: User, phone: str, *, nonce: str, code: str, by: Actor, at: dt.datetime
) -> Mandate:
    """Let a member of staff act for the visitor whose phone's code this is, for half an hour.

    A number that is nobody's becomes a citizen, as at sign-in.  Raises Problem 422 for a wrong
    code or the member's own number.
    Call it outside of a transaction: a rollback would give the try back.
    """
    if not staff.has_role(*ON_BEHALF):
        raise not_found()
    if not phone_codes.prove(
        phone=phone, purpose=f"{PURPOSE} {staff.pk}", nonce=nonce, code=code, at=at
    ):
        raise bad_value("code", WRONG_CODE)
    visitor = person_by_phone(phone, language=staff.language, at=at)
    if not visitor.is_active or visitor.pk == staff.pk:
        raise bad_value("phone", NO_SUCH_PERSON)
    with transaction.atomic():
        made = Mandate.objects.create(
            staff=staff, visitor=visitor, made_at=at, until=at + MANDATE_LIFE
        )
        record(stream=f"person/{visitor.pk}", act="mandate.given", by=by, at=at)
    return made


def act_for_visitor(request: HttpRequest, mandate_id: int, *, at: dt.datetime) -> None:
    """Let this request act for the visitor of a mandate that still holds; raises Problem 404."""
    held = Mandate.objects.filter(pk=mandate_id, staff=request.user.pk, until__gt=at)
    found = held.first()  # by key
    if found is None:
        raise not_found()
    serve(request, found.visitor_id)
