"""The works under a permit: stages in order, an inspector on the site, what was built, the end."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection

from municipality.cases.actions import CannotMove
from municipality.cases.conversation import NotSaid
from municipality.cases.models import Party
from municipality.cases.rights import edges_for
from municipality.documents.models import IssuedPaper
from municipality.documents.papers import paper as paper_of_code
from municipality.notices.models import Message
from municipality.problems import Problem
from plots.building_permits.actions import Owner
from plots.building_permits.construction import ending, opening, visits
from plots.building_permits.construction.jobs import stamp_certificate
from plots.building_permits.construction.models import Construction, SiteVisit
from plots.building_permits.construction.stages import next_stage, progress
from plots.building_permits.construction.verified import details_of
from plots.building_permits.construction.visits import Found, decide
from plots.building_permits.jobs import expire_permits
from plots.building_permits.models import BuildingPermit, Work
from plots.models import Building
from tests import builders as b
from tests.building_permits import builders as s
from tests.building_permits import office as o
from tests.building_permits import works as w
from tests.cases.builders import MORNING

pytestmark = pytest.mark.django_db
Outcome = SiteVisit.Outcome
NEW_OWNER = Owner("مريم بنت حمد البلوشية", "+96893123456")


@pytest.fixture(autouse=True)
def unsigned(monkeypatch: pytest.MonkeyPatch) -> None:
    w.unsigned(monkeypatch)


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(CannotMove) as caught:
        act()
    return caught.value.words.en


def texts(works: Construction) -> list[str]:
    rows = Message.objects.filter(about=works.case.stream).order_by("pk")
    return [row.text for row in rows]


def test_a_permit_opens_its_works_with_the_same_people_and_ground() -> None:
    town = w.a_works_town()
    works = w.begun(town)
    first = works.permit.application.case
    assert works.case.state == "building" and works.case.kind == "construction"
    assert works.case.plot_id == first.plot_id and works.case.number.startswith("CW-")
    names = [party.name for party in works.case.parties.order_by("role")]
    assert names == [party.name for party in first.parties.order_by("role")]
    assert works.stages == ["setting_out", "footings", "structure", "completion"]
    assert len(texts(works)) == 2  # office and owner hear that the works begin


def test_a_villa_is_inspected_stage_by_stage_and_certified() -> None:
    town = w.a_works_town()
    works = w.begun(town)
    w.passed(town, works, 3)
    assert next_stage(works).code == "completion"
    assert "as-built" in refused(lambda: w.step(town, works, "ask_visit"))
    w.surveyed(town, works)
    w.step(town, works, "ask_visit")
    assert w.found(town, works) == "certificate"
    w.step(town, works, "certify", "approver")
    stamp_certificate.call(works.case_id)
    stamp_certificate.call(works.case_id)  # asked twice: the second finds nothing to do
    works.refresh_from_db()
    works.case.refresh_from_db()
    assert works.case.state == "completed" and works.case.closed_at is not None
    assert works.permit.state == "completed"
    assert IssuedPaper.objects.filter(about=works.case.stream).count() == 1
    code = works.certificate.code
    template, shown = details_of(paper_of_code(code))
    assert template.endswith("verified.html") and len(shown["parts"]) == 3
    assert "شهادة الإتمام" in texts(works)[-1]


def test_what_was_built_takes_its_place_in_the_register() -> None:
    town = w.a_works_town()
    works = w.begun(town)
    w.passed(town, works, 3)
    w.surveyed(town, works)
    w.step(town, works, "ask_visit")
    w.found(town, works)
    w.step(town, works, "certify", "approver")
    stamp_certificate.call(works.case_id)
    built = Building.objects.get(plot=town.plot)
    assert built.register_key == f"permit/{works.permit.number}" and built.floors == 2
    assert built.footprint.area == pytest.approx(13 * 15, abs=0.1)


@pytest.mark.parametrize(("covered", "kept"), [(1.0, True), (0.3, False)])
def test_a_building_that_stood_there_takes_the_new_footprint_and_keeps_its_key(
    covered: float, kept: bool
) -> None:
    from plots.register.as_built import AsBuilt, keep_as_built

    town = w.a_works_town()
    held = s.a_neighbours_building(b.square(3.5, 6, 10, 10), town.plot)
    new = b.square(3.5 + 10 * (1 - covered), 6, 10, 10)
    made = keep_as_built(AsBuilt("permit/1", new, (town.plot.pk,), 2, 9.5, "certificate"))
    assert (made.pk == held.pk) is kept
    assert made.register_key == ("b1" if kept else "permit/1")


def test_stages_are_passed_in_order_by_the_inspector_alone() -> None:
    town = w.a_works_town()
    works = w.begun(town)
    assert "cannot be done" in refused(lambda: w.step(town, works, "finish", "site_inspector"))
    w.step(town, works, "ask_visit")
    visit = works.visits.get(outcome="")
    assert visit.stage == "setting_out"
    for role in ("office", "approver", "architect"):
        by = town.as_office() if role == "office" else town.officer(role)
        refused(lambda by=by: decide(
            case_id=works.case_id, found=Found(Outcome.PASSED, "", w.ON_SITE), by=by,
            at=w.later(works), seen=None,
        ))  # fmt: skip
        visit.refresh_from_db()
        assert visit.outcome == ""  # nothing was written
    # the edge without its visit is no edge: a stage is never passed by a button alone
    assert "cannot be done" in refused(lambda: w.step(town, works, "pass_stage", "site_inspector"))


def test_the_control_an_edge_without_its_condition_passes_a_stage_nobody_saw(monkeypatch) -> None:
    from plots.building_permits.construction.transitions import MACHINE

    town = w.a_works_town()
    works = w.begun(town)
    w.step(town, works, "ask_visit")
    edge = MACHINE.edge("pass_stage", state="visit")
    held = edge.only_if
    object.__setattr__(edge, "only_if", None)
    try:
        assert w.step(town, works, "pass_stage", "site_inspector").state == "building"
    finally:
        object.__setattr__(edge, "only_if", held)
    assert next_stage(works).code == "setting_out"  # and yet no visit passed it


@pytest.mark.parametrize(
    ("fix", "placed"),
    [
        (w.ON_SITE, "inside"), (w.at_metres(-3.0, 12.0), "near_edge"),
        (w.at_metres(400.0, 12.0), "outside"), (None, ""),
        (w.at_metres(10.0, 12.0, 500.0), "near_edge"),  # half a kilometre: anywhere
    ],
)  # fmt: skip
def test_an_inspector_who_is_not_on_the_plot_says_how_it_was_seen(fix, placed: str) -> None:
    town = w.a_works_town()
    works = w.begun(town)
    w.step(town, works, "ask_visit")
    if placed in ("outside", "") or fix.accuracy_m == 500:
        assert "position" in refused(lambda: w.found(town, works, fix=fix))
    w.found(town, works, text="عوينت من صور المكتب", fix=fix)
    visit = works.visits.get()
    assert visit.placed == placed and visit.outcome == "passed"
    assert (visit.place is None) is (fix is None)


def test_the_control_without_a_bound_a_fix_of_half_a_kilometre_puts_an_inspector_on_the_plot(
    monkeypatch,
) -> None:
    monkeypatch.setattr(visits, "COARSE_M", 1e9)
    town = w.a_works_town()
    works = w.begun(town)
    w.step(town, works, "ask_visit")
    assert w.found(town, works, fix=w.at_metres(300.0, 12.0, 500.0)) == "building"


def test_a_stage_that_does_not_pass_is_told_and_asked_for_again() -> None:
    town = w.a_works_town()
    works = w.begun(town)
    w.step(town, works, "ask_visit")
    assert "reason" in refused(lambda: w.found(town, works, Outcome.FAILED)).lower()
    assert w.found(town, works, Outcome.FAILED, "تسليح القواعد ناقص") == "building"
    assert "تسليح القواعد ناقص" in texts(works)[-1]
    assert next_stage(works).code == "setting_out"
    w.passed(town, works, 1)
    assert next_stage(works).code == "footings"


def test_a_stopped_work_stays_stopped_until_an_inspector_lifts_the_order() -> None:
    town = w.a_works_town()
    works = w.begun(town)
    w.step(town, works, "stop", "site_inspector", text="عمل ليلي دون موافقة")
    assert works.case.state == "stopped"
    stop = works.visits.get()
    assert (stop.outcome, stop.asked_at) == ("stopped", None)
    assert "cannot be done" in refused(lambda: w.step(town, works, "ask_visit"))
    w.step(town, works, "ask_release", text="أوقفنا العمل الليلي")
    # under an order nothing passes: the inspector lifts it or leaves it
    refused(lambda: w.found(town, works))
    assert w.found(town, works, Outcome.FAILED, "ما زال العمل ليلًا") == "stopped"
    w.step(town, works, "ask_release", text="أزيلت")
    assert w.found(town, works, Outcome.RELEASED) == "building"
    w.passed(town, works, 1)


def test_a_stop_at_a_visit_keeps_where_the_inspector_stood() -> None:
    town = w.a_works_town()
    works = w.begun(town)
    w.step(town, works, "ask_visit")
    assert w.found(town, works, Outcome.STOPPED, "حفر خارج القطعة") == "stopped"
    visit = works.visits.get()
    assert visit.place is not None and visit.placed == "inside"


def test_what_stands_beyond_the_approved_plan_is_measured_and_not_certified() -> None:
    town = w.a_works_town()
    works = w.begun(town)
    w.passed(town, works, 3)
    survey = w.surveyed(town, works, s.a_villa(width=13.6), *s.bays())
    assert survey.number == 1
    told = refused(lambda: w.step(town, works, "ask_visit"))
    assert "8.9" in told and "0.60 m" in told
    again = w.surveyed(town, works, s.a_villa(width=13.08), *s.bays())  # within a survey's error
    assert again.number == 1  # what no inspector has seen gives way
    w.step(town, works, "ask_visit")
    with pytest.raises(NotSaid):
        w.surveyed(town, works)  # it does not change under who inspects
    assert w.found(town, works) == "certificate"


def test_a_smaller_building_than_approved_is_told_and_certified() -> None:
    town = w.a_works_town()
    works = w.begun(town)
    w.passed(town, works, 3)
    w.surveyed(town, works, s.a_villa(width=12.0), *s.bays())
    w.step(town, works, "ask_visit")
    assert w.found(town, works) == "certificate"


def test_a_permit_that_runs_out_halts_the_works_until_it_is_renewed() -> None:
    town = w.a_works_town()
    works = w.begun(town)
    w.passed(town, works, 1)
    BuildingPermit.objects.filter(pk=works.permit_id).update(
        valid=(dt.date(2020, 1, 1), dt.date(2022, 1, 1))
    )
    works.permit.refresh_from_db()
    assert "renew" in refused(lambda: w.step(town, works, "ask_visit"))  # before the clock comes by
    expire_permits()
    assert opening.pause_works(at=w.later(works)) == 1
    assert opening.pause_works(at=w.later(works)) == 0
    works.case.refresh_from_db()
    assert works.case.state == "paused" and "انتهت إباحة" in texts(works)[-1]
    case = o.an_application(town, Work.RENEWAL, permit=works.permit)
    o.moved(town, case, "submit")
    o.moved(town, case, "accept_fee", "registrar")
    o.paid(case)
    o.moved(town, case, "approve", "approver")
    w.issued(case)
    works.case.refresh_from_db()
    assert works.case.state == "building" and Construction.objects.count() == 1
    assert [one.code for one in progress(works) if one.passed_by] == ["setting_out"]


def a_modification(town: o.PermitTown, permit: BuildingPermit, **villa: float) -> BuildingPermit:
    case = o.an_application(town, Work.MODIFICATION, permit=permit)
    o.completed(town, case)
    o.drawn(town, case, s.a_villa(**villa), *s.bays())
    for edge, role in (("submit", "office"), ("accept", "registrar")):
        o.moved(town, case, edge, role)
    o.approved(town, case)
    o.moved(town, case, "pass_architecture", "architect")
    o.approved(town, case)
    case = o.moved(town, case, "pass_structure", "structural")
    o.paid(case)
    o.moved(town, case, "approve", "approver")
    return w.issued(case)


def test_a_modification_carries_the_works_on_and_has_its_stages_looked_at_again() -> None:
    town = w.a_works_town()
    works = w.begun(town)
    w.passed(town, works, 3)
    first = works.permit
    second = a_modification(town, first, height=17.0)
    works.refresh_from_db()
    assert works.permit_id == second.pk and Construction.objects.count() == 1
    assert [one.code for one in progress(works) if one.passed_by] == ["setting_out", "footings"]
    w.passed(town, works, 1)
    w.surveyed(town, works, s.a_villa(height=17.0), *s.bays())  # beyond the first, not the second
    w.step(town, works, "ask_visit")
    assert w.found(town, works) == "certificate"


def test_a_certificate_approved_meanwhile_is_looked_at_again_where_the_permit_changed() -> None:
    town = w.a_works_town()
    works = w.begun(town)
    w.passed(town, works, 3)
    w.surveyed(town, works)
    w.step(town, works, "ask_visit")
    w.found(town, works)
    w.step(town, works, "certify", "approver")
    a_modification(town, works.permit, height=14.0)
    stamp_certificate.call(works.case_id)
    works.case.refresh_from_db()
    assert works.case.state == "certificate" and works.certificate is None
    assert "left" in refused(lambda: w.step(town, works, "certify", "approver"))
    w.step(town, works, "return_works", "approver", text="تغيرت الإباحة")
    assert works.case.state == "building" and next_stage(works).code == "structure"


def test_what_the_approver_sends_back_is_inspected_again() -> None:
    town = w.a_works_town()
    works = w.begun(town)
    w.passed(town, works, 3)
    w.surveyed(town, works)
    w.step(town, works, "ask_visit")
    w.found(town, works)
    w.step(town, works, "return_works", "approver", text="السور غير مكتمل")
    assert next_stage(works).code == "completion"
    w.step(town, works, "ask_visit")
    assert w.found(town, works) == "certificate"


def test_a_new_office_takes_its_place_in_the_works() -> None:
    town = w.a_works_town()
    works = w.begun(town)
    old = town.member
    town.office, town.member = o.an_office("office2")
    case = o.an_application(town, Work.CONSULTANT_CHANGE, permit=works.permit)
    o.attached(town, case, "cancellation")
    o.moved(town, case, "submit")
    o.moved(town, case, "accept_free", "registrar")
    o.moved(town, case, "approve", "approver")
    w.issued(case)
    office = Party.objects.get(case=works.case, role="office")
    assert office.consultancy_id == town.office.pk
    w.step(town, works, "ask_visit")  # the new office asks
    assert old.pk != town.member.pk


def test_a_revoked_permit_ends_the_works_and_takes_its_papers_back() -> None:
    town = w.a_works_town()
    works = w.begun(town)
    w.step(town, works, "revoke", "approver", text="طلب المالك إلغاءها")
    works.permit.refresh_from_db()
    assert works.permit.state == "revoked" and works.case.state == "revoked"
    papers = IssuedPaper.objects.filter(about=works.permit.application.case.stream)
    assert {one.state for one in papers} == {"revoked"} and papers.count() == 3
    with pytest.raises(Problem):
        o.an_application(town, Work.RENEWAL, permit=works.permit)


def test_a_revocation_locks_the_permit_before_its_works() -> None:
    town = w.a_works_town()
    works = w.begun(town)
    with connection.execute_wrapper(_locks := Locks()):
        w.step(town, works, "revoke", "approver", text="سبب")
    assert _locks.order[0] == "plots_buildingpermit"


class Locks:
    """The tables whose rows are locked, in order."""

    def __init__(self) -> None:
        self.order: list[str] = []

    def __call__(self, execute, sql, params, many, context):
        if "FOR UPDATE" in sql or "FOR NO KEY UPDATE" in sql:
            self.order.append(sql.split('FROM "')[1].split('"')[0])
        return execute(sql, params, many, context)


@pytest.mark.parametrize("work", [Work.DEMOLITION, Work.EXCAVATION])
def test_works_that_leave_no_building_are_certified_without_a_survey(work: Work) -> None:
    town = w.a_works_town()
    works = w.begun(town, work)
    assert len(works.stages) == 2
    with pytest.raises(NotSaid):
        w.surveyed(town, works)
    w.passed(town, works, 1)
    w.step(town, works, "ask_visit")
    assert w.found(town, works) == "certificate"
    w.step(town, works, "certify", "approver")
    stamp_certificate.call(works.case_id)
    works.refresh_from_db()
    assert works.certificate is not None and not Building.objects.exists()


def test_a_permit_in_force_claims_its_ground_until_it_is_built() -> None:
    town = w.a_works_town()
    works = w.begun(town)
    other = o.an_application(town)
    site = o.drawn(town, other)
    assert {row["rule"]: row["status"] for row in site.sheet}["overlap"] == "fail"
    change = o.an_application(town, Work.MODIFICATION, permit=works.permit)
    mine = o.drawn(town, change)
    assert {row["rule"]: row["status"] for row in mine.sheet}["overlap"] != "fail"
    ending.revoke_permit(case=works.case, by=town.officer("approver"), at=w.later(works), text="x")
    assert {row["rule"]: row["status"] for row in o.drawn(town, other).sheet}["overlap"] != "fail"


def test_a_permit_is_changed_on_its_own_ground_alone() -> None:
    town = w.a_works_town()
    works = w.begun(town)
    other = s.a_building_plot("k9", b.square(200, 0, 20, 30), number="3050", area=town.plot.area)
    for work in (Work.MODIFICATION, Work.RENEWAL, Work.CONSULTANT_CHANGE):
        with pytest.raises(Problem) as caught:
            o.an_application(town, work, permit=works.permit, plots=(other.pk,))
        assert "other ground" in repr(caught.value.errors)
    beside = s.a_building_plot("k8", b.square(20, 0, 20, 30), number="3042", area=town.plot.area)
    both = (town.plot.pk, beside.pk)
    o.an_application(town, Work.ADDITION, permit=works.permit, plots=both)  # it was given more
    with pytest.raises(Problem):
        o.an_application(town, Work.RENEWAL, permit=works.permit, plots=both)


def test_a_permit_revoked_meanwhile_is_not_changed_any_more_though_it_was_paid() -> None:
    town = w.a_works_town()
    works = w.begun(town)
    case = o.an_application(town, Work.RENEWAL, permit=works.permit)
    o.moved(town, case, "submit")
    o.moved(town, case, "accept_fee", "registrar")
    o.paid(case)
    o.moved(town, case, "approve", "approver")
    w.step(town, works, "revoke", "approver", text="سبب")
    from plots.building_permits.jobs import stamp_permit

    stamp_permit.call(case.pk)
    case.refresh_from_db()
    assert case.state == "approval"  # the approver sees why and gives the fee back
    assert "Revoked" in refused(lambda: o.moved(town, case, "approve", "approver"))
    left = [edge.name for edge in edges_for(case, town.officer("approver"), at=MORNING)]
    assert "refuse_paid" in left


def test_an_addition_joins_its_stages_and_a_new_owner_stands_in_the_works() -> None:
    town = w.a_works_town()
    works = w.begun(town)
    w.passed(town, works, 1)
    case = o.an_application(town, Work.OWNER_CHANGE, permit=works.permit, owner=NEW_OWNER)
    o.attached(town, case, "title_deed")
    o.moved(town, case, "submit")
    o.moved(town, case, "accept_fee", "registrar")
    o.paid(case)
    o.moved(town, case, "approve", "approver")
    w.issued(case)
    assert Party.objects.get(case=works.case, role="owner").name == NEW_OWNER.name
    case = o.an_application(town, Work.ADDITION, permit=works.permit)
    permit = w.issued(o.until(town, case, "stamping"))
    works.refresh_from_db()
    assert works.permit_id == permit.pk and permit.rank == "major"
    assert works.stages == ["setting_out", "footings", "structure", "completion"]
    assert next_stage(works).code == "setting_out"  # the addition is set out anew
