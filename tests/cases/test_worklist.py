"""The work list: what waits for a role, most urgent first; claimed by one, never by two."""

import contextlib
import datetime as dt
import threading

import pytest
from django.db import close_old_connections

from municipality.cases import worklist
from municipality.cases.actions import CannotMove, move
from municipality.cases.models import Case
from municipality.cases.rights import Standing
from municipality.cases.worklist import (
    Filter,
    NotTaken,
    claim,
    narrowed,
    reassign,
    release,
    waiting_for,
)
from municipality.places.models import Directorate
from tests import builders as b
from tests.cases.builders import MORNING, a_town, acting, an_extract

REGISTRAR = frozenset({"registrar"})
HOUR = dt.timedelta(hours=1)


@pytest.mark.django_db
def test_the_most_urgent_comes_first_and_what_waits_for_others_is_not_there() -> None:
    town = a_town()
    later = an_extract(town, at=MORNING + HOUR)
    sooner = an_extract(town)
    paid = an_extract(town)
    move(case_id=paid.pk, edge="accept", by=acting(town.registrar), at=MORNING)
    waiting = list(waiting_for(roles=REGISTRAR, directorate_id=None))
    assert waiting == [sooner, later]
    assert not waiting_for(roles=frozenset({"architect"}), directorate_id=None)


@pytest.mark.django_db
def test_an_officer_of_another_directorate_sees_nothing_of_it() -> None:
    from municipality.places.models import Directorate

    town = a_town()
    case = an_extract(town)
    other = Directorate.objects.create(code="x", name_ar="أخرى", name_en="Other")
    assert list(waiting_for(roles=REGISTRAR, directorate_id=town.directorate.pk)) == [case]
    assert not waiting_for(roles=REGISTRAR, directorate_id=other.pk)


@pytest.mark.django_db
def test_filters_narrow() -> None:
    town = a_town()
    case, other = an_extract(town), an_extract(town, at=MORNING + HOUR)
    claim(case_id=case.pk, by=acting(town.registrar), at=MORNING)
    waiting = waiting_for(roles=REGISTRAR, directorate_id=None)

    def shown(at: dt.datetime = MORNING, **by: object) -> list[Case]:
        return list(narrowed(waiting, Filter(**by), person_id=town.registrar.pk, at=at))  # type: ignore[arg-type]

    assert shown(whose="mine") == [case] and shown(whose="free") == [other]
    assert shown(late=True) == [] and shown(late=True, at=MORNING + 30 * HOUR) == [case, other]
    assert shown(text=case.number.lower()) == [case]
    assert shown(text="٢٤١٧") == [case, other]  # the plot, in any digits
    assert shown(state="issuing") == [] and shown(kind="plot_extract") == [case, other]


@pytest.mark.django_db
def test_what_one_holds_another_neither_claims_nor_decides() -> None:
    town = a_town()
    case = an_extract(town)
    colleague = b.a_person("colleague", "registrar")
    claim(case_id=case.pk, by=acting(town.registrar), at=MORNING)
    with pytest.raises(NotTaken):
        claim(case_id=case.pk, by=acting(colleague), at=MORNING)
    with pytest.raises(CannotMove):
        move(case_id=case.pk, edge="accept", by=acting(colleague), at=MORNING)
    release(case_id=case.pk, by=acting(town.registrar), at=MORNING)
    move(case_id=case.pk, edge="accept", by=acting(colleague), at=MORNING)


@pytest.mark.django_db
def test_reassigning_asks_for_the_role() -> None:
    town = a_town()
    case = an_extract(town)
    boss = b.a_person("supervisor")
    with pytest.raises(NotTaken):
        reassign(case_id=case.pk, to=town.citizen, by=acting(boss), at=MORNING)
    reassign(case_id=case.pk, to=town.registrar, by=acting(boss), at=MORNING)
    case.refresh_from_db()
    assert case.claimed_by == town.registrar


def blocked_by(officer, town) -> list:
    """What an officer holds who claims all they can, and whom that keeps from deciding."""
    case = an_extract(town)
    with contextlib.suppress(NotTaken):
        claim(case_id=case.pk, by=acting(officer, "registrar"), at=MORNING)
    with contextlib.suppress(CannotMove):
        move(case_id=case.pk, edge="accept", by=acting(town.registrar), at=MORNING)
    case.refresh_from_db()
    return [case.claimed_by, case.state]


def those_who_may_not_decide(town) -> list:
    """An officer who is the applicant, and one of another directorate."""
    stranger = b.a_person("stranger", "registrar")
    stranger.directorate = Directorate.objects.create(code="other", name_ar="أخرى", name_en="Other")
    stranger.save()
    town.citizen.roles = ["citizen", "registrar"]
    town.citizen.save()
    return [town.citizen, stranger]


@pytest.mark.django_db
def test_who_may_not_decide_neither_claims_nor_is_given_a_case() -> None:
    town, boss = a_town(), b.a_person("supervisor")
    case = an_extract(town)
    for officer in those_who_may_not_decide(town):
        assert blocked_by(officer, town) == [None, "fee_due"]
        with pytest.raises(NotTaken):
            reassign(case_id=case.pk, to=officer, by=acting(boss), at=MORNING)


@pytest.mark.django_db
def test_control_without_the_check_they_lock_their_own_case_up(monkeypatch) -> None:
    town = a_town()
    applicant, _ = those_who_may_not_decide(town)
    free = Standing(acting(applicant), frozenset(), None)
    monkeypatch.setattr(worklist, "standing", lambda *_, **__: free)
    assert blocked_by(applicant, town) == [applicant, "registration"]


def _claim_together(case: Case, officers: list) -> int:
    """Let all officers claim one case at once; returns how many were told they have it."""
    start, got = threading.Barrier(len(officers)), []

    def one(officer) -> None:
        close_old_connections()
        start.wait()
        try:
            claim(case_id=case.pk, by=acting(officer), at=MORNING)
            got.append(officer)
        except NotTaken:
            pass
        finally:
            from django.db import connection

            connection.close()

    threads = [threading.Thread(target=one, args=(officer,)) for officer in officers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(got)


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_claim_at_once_one_has_it() -> None:
    town = a_town()
    officers = [b.a_person(f"r{n}", "registrar") for n in range(8)]
    for _ in range(5):
        assert _claim_together(an_extract(town), officers) == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_more_than_one_has_it(monkeypatch) -> None:
    """The same claims with the row unlocked and the window held open: the test must see it."""
    import time

    town = a_town()
    officers = [b.a_person(f"r{n}", "registrar") for n in range(8)]

    def unlocked(case_id: int, by) -> Case:
        found = Case.objects.select_related("claimed_by").get(pk=case_id)
        time.sleep(0.05)
        return found

    monkeypatch.setattr(worklist, "_locked", unlocked)
    assert _claim_together(an_extract(town), officers) > 1
