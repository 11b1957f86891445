"""Two pairs of eyes, and nobody in their own matter (guards.md threat 14)."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q

from municipality.actor import Actor
from municipality.people.models import Delegation, User
from municipality.problems import Problem
from municipality.words import Text

FOUR_EYES = Text(
    "يلزم شخص آخر: لا يكفي من بدأ ولا من ينوب عنه.",
    "Another person is needed: neither who began nor who may act for them.",
)
OWN_MATTER = Text(
    "هذا الأمر يخصك، فليقرر فيه غيرك.", "This is your own matter; somebody else must decide."
)


def _delegates(first: int, second: int, on: dt.date) -> bool:
    """Tell whether either of two persons may act for the other on a day."""
    either = Q(giver=first, taker=second) | Q(giver=second, taker=first)
    return Delegation.objects.filter(either, valid__contains=on, ended_at=None).exists()


def four_eyes(first: Actor, second: Actor, *, on: dt.date) -> None:
    """Let two persons stand for two pairs of eyes on a day of the city.

    Raises Problem 403 for the same person, for who acts on behalf of the other, for delegates of
    each other, and where one of them is no person at all.
    """
    one, other = first.person_id, second.person_id
    behalf = {first.for_person_id, second.for_person_id} - {None}
    if (
        one is None
        or other is None
        or one == other
        or behalf & {one, other}
        or _delegates(one, other, on)
    ):
        raise Problem(403, "four_eyes", FOUR_EYES)


def not_own(
    actor: Actor,
    *,
    person_ids: Iterable[int] = (),
    phones: Iterable[str] = (),
    civil_numbers: Iterable[str] = (),
) -> None:
    """Refuse to let somebody decide on what is their own, by person, phone or civil number.

    The caller passes every person of the case, the holder of the plate, the numbers on the bill.
    Raises Problem 403.
    """
    if actor.person_id is None:
        return
    own = User.objects.filter(pk=actor.person_id).values_list("phone", "civil_number").get()
    told = {text for text in (*phones, *civil_numbers) if text}
    if actor.person_id in set(person_ids) or told & {text for text in own if text}:
        raise Problem(403, "own_matter", OWN_MATTER)
