"""A building permit from its draft to the stamp, and what stops it between."""

import datetime as dt
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from geo_portal.permits.shown import sheet_of
from municipality.billing.bills.models import Bill
from municipality.billing.bills.queries import explain
from municipality.cases.actions import CannotMove
from municipality.cases.conversation import NotSaid
from municipality.cases.remarks import About, answer_remark, remark, settle_remark
from municipality.cases.rights import Side
from municipality.conf import PROFILE
from municipality.documents.models import IssuedPaper
from municipality.documents.papers import papers_about
from municipality.documents.signing.examining import examine
from municipality.documents.signing.folder import the_folder
from municipality.documents.store import open_kept
from municipality.notices.models import Message
from municipality.problems import Problem
from plots.building_permits import issuing
from plots.building_permits.approvals import approve, open_subjects, subjects
from plots.building_permits.jobs import stamp_permit
from plots.building_permits.models import (
    Approval,
    BuildingPermit,
    SiteFailure,
    SiteVersion,
    Work,
)
from plots.building_permits.queries import application_of
from plots.building_permits.works import NEEDS
from plots.models import Plot
from tests import builders as b
from tests.building_permits import builders as s
from tests.building_permits import office as o
from tests.cases.builders import MORNING
from tests.documents.signing.builders import pdfsig

pytestmark = pytest.mark.django_db


def refused(town: o.PermitTown, case, edge: str, role: str = "office", **values) -> str:
    """Why a step is refused, in English."""
    with pytest.raises(CannotMove) as refusal:
        o.moved(town, case, edge, role, **values)
    return refusal.value.words.en


def test_an_undisturbed_application_reaches_the_stamp_with_a_message_to_both_at_each_move() -> None:
    town = o.a_permit_town()
    case = o.until(town, o.an_application(town), "stamping")
    told = Message.objects.filter(about=case.stream).order_by("pk")
    moves = [message.template for message in told]
    assert moves[:2] == ["building_permit.submit.office", "building_permit.submit.owner"]
    assert {code.split(".")[1] for code in moves} == {
        "submit", "accept", "pass_architecture", "pass_structure", "settle_fee", "approve",
    }  # fmt: skip
    assert len(moves) == 12


def test_the_fee_is_explained_by_the_area_of_the_geometry() -> None:
    town = o.a_permit_town()
    case = o.until(town, o.an_application(town), "fee_due")
    bill = Bill.objects.get(subject=case.stream)
    lines = [(line.quantity, line.rate_baisa, line.amount_baisa) for line in explain(bill)]
    area = SiteVersion.objects.get().floor_area_m2  # two floors of 13 × 15 m, 200 m² are free
    assert area == pytest.approx(390, abs=0.1)
    assert lines[0][1:] == (100, 100) and lines[1][1:] == (5000, 5000)
    assert lines[2][2] == pytest.approx(20 * (area - 200), abs=1)
    assert bill.total_baisa == sum(line[2] for line in lines) and bill.payer_name.startswith("سالم")


def test_nothing_is_handed_in_without_its_site_plan_and_papers() -> None:
    town = o.a_permit_town()
    case = o.an_application(town)
    assert refused(town, case, "submit") == "Draw the site plan first."
    o.drawn(town, case)
    said = refused(town, case, "submit")
    assert "Title deed" in said and "Structural drawing" in said
    o.completed(town, case)
    assert o.moved(town, case, "submit").state == "registration"


def test_a_drawing_off_the_plot_is_never_handed_in_and_a_setback_only_with_a_reason() -> None:
    town = o.a_permit_town()
    case = o.completed(town, o.an_application(town))
    o.drawn(town, case, s.a_villa(x=12.0), *s.bays())  # reaches over the east line
    assert "Building within the plot" in refused(town, case, "submit")
    o.drawn(town, case, s.a_villa(x=2.0), *s.bays())  # 2 m from the west line, 3 m permitted
    assert "write why it fails: Side setback" in refused(town, case, "submit")
    site = o.drawn(
        town, case, s.a_villa(x=2.0), *s.bays(), reasons={"setback.side": "جدار مشترك قائم"}
    )
    assert SiteFailure.objects.filter(site=site).count() == 1
    assert o.moved(town, case, "submit").state == "registration"


def test_a_drawing_without_floors_is_not_handed_in() -> None:
    town = o.a_permit_town()
    case = o.completed(town, o.an_application(town))
    o.drawn(town, case, s.part("main", 3.5, 6, 13, 15), *s.bays())
    assert "floors" in refused(town, case, "submit")


def test_what_is_drawn_anew_replaces_what_was_not_handed_in_and_nothing_else() -> None:
    town = o.a_permit_town()
    case = o.completed(town, o.an_application(town))
    o.drawn(town, case, s.a_villa(x=4.0), *s.bays())
    assert [site.number for site in SiteVersion.objects.all()] == [1]
    o.moved(town, case, "submit")
    with pytest.raises(NotSaid):  # it is looked at now
        o.drawn(town, case)
    o.moved(town, case, "return_registration", "registrar", text="أين المواقف؟")
    o.drawn(town, case, s.a_villa(x=3.6), *s.bays())
    assert sorted(site.number for site in SiteVersion.objects.all()) == [1, 2]


@pytest.mark.parametrize(
    ("stage", "role"),
    [("registration", "registrar"), ("architecture", "architect"), ("structure", "structural"),
     ("approval", "approver")],
)  # fmt: skip
def test_returned_goes_back_to_its_stage(stage: str, role: str) -> None:
    town = o.a_permit_town()
    case = o.until(town, o.an_application(town), stage)
    o.moved(town, case, f"return_{stage}", role, text="صححوا الرسم")
    case.refresh_from_db()
    assert case.state == "returned" and case.origin == stage
    assert o.moved(town, case, "resubmit").state == stage


def test_every_remark_is_answered_before_the_case_comes_back_and_settled_before_it_goes_on() -> (
    None
):
    town = o.a_permit_town()
    case = o.until(town, o.an_application(town), "architecture")
    sheet = o.documents(case)["architectural_drawing"]
    auditor = town.officer("architect")
    made = remark(
        case_id=case.pk, text="أين الدرج؟", about=About(document=sheet), by=auditor, at=MORNING
    )
    o.approved(town, case)
    assert "1 remarks of your stage" in refused(town, case, "pass_architecture", "architect")
    o.moved(town, case, "return_architecture", "architect", text="انظروا الملاحظة")
    assert "Answer each remark" in refused(town, case, "resubmit")
    answer_remark(remark_id=made.pk, text="أضفنا الدرج", by=town.as_office(), at=MORNING)
    o.moved(town, case, "resubmit")
    settle_remark(remark_id=made.pk, by=auditor, at=MORNING)
    assert o.moved(town, case, "pass_architecture", "architect").state == "structure"


def test_a_remark_sent_twice_is_written_once_and_another_of_its_words_elsewhere_too() -> None:
    town = o.a_permit_town()
    case = o.until(town, o.an_application(town), "architecture")
    sheets, auditor = o.documents(case), town.officer("architect")

    def asked(kind: str) -> None:
        about = About(document=sheets[kind])
        remark(case_id=case.pk, text="أين الدرج؟", about=about, by=auditor, at=MORNING)

    asked("architectural_drawing")
    with pytest.raises(NotSaid, match="written a moment ago"):
        asked("architectural_drawing")
    asked("structural_drawing")
    assert case.remarks.count() == 2


def test_the_reason_of_a_side_that_fails_is_not_given_to_the_side_that_passes() -> None:
    town = o.a_permit_town()
    case = o.completed(town, o.an_application(town))
    why = {"setback.side": "جدار مشترك قائم"}
    site = o.drawn(town, case, s.a_villa(x=2.0), *s.bays(), reasons=why)
    sides = [row for row in sheet_of(site, side=Side.MUNICIPALITY) if row["rule"] == "setback.side"]
    told = {row["status"]: row["reason"] for row in sides}
    assert told == {"fail": why["setback.side"], "pass": ""}


def test_a_new_version_loses_its_own_approval_and_no_other() -> None:
    town = o.a_permit_town()
    case = o.until(town, o.an_application(town), "structure")
    o.approved(town, case)
    before = Approval.objects.count()
    o.moved(town, case, "return_structure", "structural", text="غيّروا المسقط")
    o.attached(town, case, "architectural_drawing", content=o.pdf("changed"))
    o.moved(town, case, "resubmit")
    assert Approval.objects.count() == before
    left = open_subjects(application_of(case), ("architecture", "structure"))
    assert [one.document.version for one in left if one.document] == [2]
    assert "have changed" in refused(town, case, "pass_structure", "structural")
    o.moved(town, case, "reaudit", "structural", text="الرسم المعماري تغير")
    o.approved(town, case)
    o.moved(town, case, "pass_architecture", "architect")
    assert o.moved(town, case, "pass_structure", "structural").state == "fee_due"


def test_the_hash_that_was_looked_at_is_approved_or_nothing() -> None:
    town = o.a_permit_town()
    case = o.until(town, o.an_application(town), "architecture")
    old = subjects(application_of(case), stage="architecture")
    o.moved(town, case, "return_architecture", "architect", text="غيّروا")
    o.attached(town, case, "architectural_drawing", content=o.pdf("newer"))
    o.drawn(town, case, s.a_villa(x=3.6), *s.bays())
    o.moved(town, case, "resubmit")
    for subject in old:  # the page that the auditor still had open
        with pytest.raises(NotSaid, match="newer version"):
            approve(
                case_id=case.pk, key=subject.key, sha256=subject.sha256,
                by=town.officer("architect"), at=MORNING,
            )  # fmt: skip
    assert not Approval.objects.exists()


@pytest.mark.parametrize("role", ["structural", "registrar", "approver"])
def test_only_the_auditor_of_the_stage_approves(role: str) -> None:
    town = o.a_permit_town()
    case = o.until(town, o.an_application(town), "architecture")
    subject = subjects(application_of(case), stage="architecture")[0]
    with pytest.raises(NotSaid):
        approve(
            case_id=case.pk, key=subject.key, sha256=subject.sha256, by=town.officer(role),
            at=MORNING,
        )  # fmt: skip


def test_a_larger_building_after_the_payment_is_billed_by_its_difference() -> None:
    town = o.a_permit_town()
    case = o.until(town, o.an_application(town), "approval")
    first = Bill.objects.get(subject=case.stream).total_baisa
    o.moved(town, case, "return_approval", "approver", text="أضيفوا الجناح الموافق عليه")
    o.drawn(town, case, s.a_villa(height=17.0), *s.bays())
    o.moved(town, case, "resubmit")
    assert "Not all present versions" in refused(town, case, "approve", "approver")
    o.moved(town, case, "reaudit_approval", "approver", text="مسقط أكبر")
    o.approved(town, case)
    o.moved(town, case, "pass_architecture", "architect")
    assert o.moved(town, case, "pass_structure", "structural").state == "fee_due"
    second = Bill.objects.get(subject=case.stream, state="due")
    area = 2 * 13.0 * 2.0  # two floors of two metres more
    assert second.total_baisa == pytest.approx(20 * area, abs=2)
    assert first - sum(-x.amount_baisa for x in explain(second) if x.amount_baisa < 0) == 0


def test_nothing_is_billed_twice_where_the_building_stays_as_large() -> None:
    town = o.a_permit_town()
    case = o.until(town, o.an_application(town), "approval")
    o.moved(town, case, "reaudit_approval", "approver", text="نظرة أخرى")
    o.moved(town, case, "pass_architecture", "architect")
    assert o.moved(town, case, "pass_structure_paid", "structural").state == "approval"


def test_a_plot_that_changed_under_an_application_stops_registration_and_stamp() -> None:
    town = o.a_permit_town()
    case = o.until(town, o.an_application(town), "registration")
    Plot.objects.filter(pk=town.plot.pk).update(version=2)
    assert "has changed since" in refused(town, case, "accept", "registrar")
    o.moved(town, case, "return_registration", "registrar", text="تغيرت القطعة")
    assert "check the site plan again" in refused(town, case, "resubmit")
    o.drawn(town, case)
    o.moved(town, case, "resubmit")
    assert o.moved(town, case, "accept", "registrar").state == "architecture"


def test_a_second_application_on_the_same_ground_is_seen_and_its_drawing_is_not() -> None:
    town = o.a_permit_town()
    o.until(town, o.an_application(town), "registration")
    other = o.an_application(town, key="b")
    site = o.drawn(town, other)
    line = next(row for row in site.sheet if row["rule"] == "overlap")
    assert line["status"] == "fail" and line["provided"] == pytest.approx(195, abs=0.1)


def test_the_same_key_opens_one_application() -> None:
    town = o.a_permit_town()
    assert o.an_application(town, key="k").pk == o.an_application(town, key="k").pk
    assert o.an_application(town, key="k2").pk != o.an_application(town, key="k").pk


@pytest.mark.parametrize("what", ["suspended", "licence", "plot", "owner", "permit"])
def test_what_is_no_application_is_not_opened(what: str) -> None:
    town = o.a_permit_town()
    values: dict = {}
    work = Work.NEW
    if what == "suspended":
        type(town.office).objects.update(state="suspended", suspended_why="test")
    elif what == "licence":
        type(town.office).objects.update(licence_valid=(None, MORNING.date()))
    elif what == "plot":
        values["plots"] = (town.plot.pk, 10**9)
    elif what == "owner":
        values["owner"] = o.Owner("  ")
    else:
        work = Work.RENEWAL
    with pytest.raises(Problem):
        o.an_application(town, work, **values)


@pytest.mark.parametrize(
    ("work", "stages"),
    [(Work.DEMOLITION, ["structure", "fee_due"]), (Work.EXCAVATION, ["structure", "fee_due"])],
)
def test_demolition_and_excavation_are_kinds_of_the_same_machine(work: Work, stages) -> None:
    town = o.a_permit_town()
    case = o.completed(town, o.an_application(town, work))
    o.moved(town, case, "submit")
    assert o.moved(town, case, "accept_structure", "registrar").state == stages[0]
    assert o.moved(town, case, "pass_structure", "structural").state == stages[1]
    assert Bill.objects.get(subject=case.stream).total_baisa == 3_000


@pytest.fixture
def unsigned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Papers without their signature, where a test is about something else: it takes a second."""
    monkeypatch.setattr(issuing, "stamped", lambda pdf, **_: lambda code: pdf + code.encode())


def issued(town: o.PermitTown, case) -> BuildingPermit:
    """The permit that the worker issues for an approved case."""
    stamp_permit.call(case.pk)
    stamp_permit.call(case.pk)  # asked twice: the second finds nothing to do
    case.refresh_from_db()
    assert case.state == "issued"
    return BuildingPermit.objects.latest("pk")


def test_the_approved_drawings_and_the_permit_are_stamped_and_verifiable(tmp_path: Path) -> None:
    town = o.a_permit_town()
    case = o.until(town, o.an_application(town), "stamping")
    permit = issued(town, case)
    assert permit.rank == "major" and permit.plot_numbers == "3041"
    assert (permit.valid.upper.year - permit.valid.lower.year) == 2
    papers = papers_about(case.stream)
    assert sorted(one.kind for one in papers) == [
        "approved_drawing", "approved_drawing", "building_permit",
    ]  # fmt: skip
    for one in papers:
        with open_kept(one.sha256) as file:
            pdf = file.read()
        assert examine(pdf, folder=the_folder(), at=timezone.now()).holds
        assert "سالم" not in str(one.facts)
        told = pdfsig(pdf, tmp_path)
        assert "Signature is Valid" in told and "Total document signed" in told, one.kind


def test_a_version_that_arrives_between_approval_and_stamp_is_never_stamped() -> None:
    town = o.a_permit_town()
    case = o.until(town, o.an_application(town), "stamping")
    before = o.documents(case)["structural_drawing"]
    before.pk, before.public_id, before.version = None, "x" * 22, 2
    before.file = o.a_file(o.pdf("slipped in"))
    before.save(force_insert=True)  # past the door that refuses it
    stamp_permit.call(case.pk)
    case.refresh_from_db()
    assert case.state == "approval" and not BuildingPermit.objects.exists()


def test_a_renewal_extends_the_permit_and_its_lateness_is_billed_by_month(unsigned) -> None:
    town = o.a_permit_town()
    permit = issued(town, o.until(town, o.an_application(town), "stamping"))
    late = dt.datetime.combine(
        permit.valid.upper + dt.timedelta(days=40), dt.time(9), PROFILE.time_zone
    )
    case = o.an_application(town, Work.RENEWAL, permit=permit, at=late)
    o.moved(town, case, "submit", at=late)
    assert o.moved(town, case, "accept_fee", "registrar", at=late).state == "fee_due"
    bill = Bill.objects.get(subject=case.stream)
    assert [line.amount_baisa for line in explain(bill)] == [5_000, 2_000]  # two months begun
    o.paid(case, at=late)
    o.moved(town, case, "approve", "approver", at=late)
    again = issued(town, case)
    assert again.pk == permit.pk and again.state == "valid"
    assert again.valid.lower == permit.valid.lower and again.valid.upper > permit.valid.upper
    old = IssuedPaper.objects.get(pk=permit.paper_id)
    assert old.state == "superseded" and old.superseded_by_id == again.paper_id


def test_a_modification_puts_a_new_permit_in_the_place_of_the_old_one(unsigned) -> None:
    town = o.a_permit_town()
    first = issued(town, o.until(town, o.an_application(town), "stamping"))
    case = o.an_application(town, Work.MODIFICATION, permit=first)
    o.completed(town, case)
    o.drawn(town, case, s.a_villa(height=17.0), *s.bays())
    for edge, role in (("submit", "office"), ("accept", "registrar")):
        o.moved(town, case, edge, role)
    o.approved(town, case)
    o.moved(town, case, "pass_architecture", "architect")
    o.approved(town, case)
    o.moved(town, case, "pass_structure", "structural")
    lines = [line.amount_baisa for line in explain(Bill.objects.get(subject=case.stream))]
    assert lines[:2] == [100, 5000] and lines[2] == pytest.approx(20 * 52, abs=2)
    o.paid(case)
    o.moved(town, case, "approve", "approver")
    second = issued(town, case)
    first.refresh_from_db()
    assert second.pk != first.pk and first.state == "superseded"
    states = IssuedPaper.objects.filter(about=first.application.case.stream)
    assert {paper.state for paper in states} == {"superseded"}


def test_another_office_takes_a_permit_over_by_a_change_of_consultant_only(unsigned) -> None:
    town = o.a_permit_town()
    permit = issued(town, o.until(town, o.an_application(town), "stamping"))
    town.office, town.member = o.an_office("office2")
    with pytest.raises(Problem) as refusal:
        o.an_application(town, Work.RENEWAL, permit=permit)
    assert refusal.value.code == "other_office"
    case = o.completed(town, o.an_application(town, Work.CONSULTANT_CHANGE, permit=permit))
    o.moved(town, case, "submit")
    assert o.moved(town, case, "accept_free", "registrar").state == "approval"
    o.moved(town, case, "approve", "approver")
    assert issued(town, case).consultancy_id == town.office.pk


def test_an_owner_s_account_is_on_the_case_by_phone_and_civil_number_together() -> None:
    town = o.a_permit_town()
    stranger = b.a_person("stranger", "citizen")
    type(stranger).objects.filter(pk=stranger.pk).update(
        phone="+96892123456", civil_number="90000001"
    )
    typed_wrongly = o.an_application(town, owner=o.Owner("سالم", "+96892123456"), key="1")
    other = o.an_application(town, owner=o.Owner("سالم", "+96892123456", "90000002"), key="2")
    own = o.an_application(town, owner=o.Owner("سالم", "+96892123456", "90000001"), key="3")
    named = [case.parties.get(role="owner").person_id for case in (typed_wrongly, other, own)]
    assert named == [None, None, stranger.pk]


def test_two_merged_plots_go_from_drawing_to_one_permit(unsigned) -> None:
    town = o.a_permit_town()
    east = s.a_building_plot("k2", b.square(20, 0, 20, 30), number="3042", area=town.plot.area)
    both = (town.plot.pk, east.pk)
    case = o.an_application(town, plots=both)
    assert case.plot_number == "3041 + 3042"
    assert case.place.area == pytest.approx(2 * 20 * 30, abs=0.01)
    across = s.part("main", 5.0, 6.0, 30.0, 14.0, floors=2, height_m=9.5)  # over the line between
    site = o.drawn(town, case, across, *s.bays())
    told = {row["rule"]: row["status"] for row in site.sheet}
    assert told["inside_plot"] == told["coverage"] == "pass" and site.plot_m2 == pytest.approx(1200)
    assert "fail" not in {row["status"] for row in site.sheet if row["rule"].startswith("setback")}
    for kind in NEEDS[Work.NEW].papers:
        o.attached(town, case, kind)
    for edge, role in (("submit", "office"), ("accept", "registrar")):
        o.moved(town, case, edge, role)
    for edge, role in (("pass_architecture", "architect"), ("pass_structure", "structural")):
        o.approved(town, case)
        o.moved(town, case, edge, role)
    o.paid(case)
    o.moved(town, case, "approve", "approver")
    permit = issued(town, case)
    assert permit.plot_numbers == "3041 + 3042"
    assert permit.place.area == pytest.approx(1200, abs=0.01)
    other = s.a_building_plot("k3", b.square(60, 0, 20, 30), number="3050", area=town.plot.area)
    with pytest.raises(Problem):
        o.an_application(town, plots=(town.plot.pk, other.pk))  # they do not lie side by side


def test_a_completion_certificate_is_stamped_and_covers_its_whole_file(tmp_path: Path) -> None:
    from plots.building_permits.construction.jobs import stamp_certificate
    from tests.building_permits import works as w

    town = w.a_works_town()
    works = w.begun(town, Work.EXCAVATION)
    w.passed(town, works, 2)
    w.step(town, works, "certify", "approver")
    stamp_certificate.call(works.case_id)
    works.refresh_from_db()
    assert works.certificate is not None
    with open_kept(works.certificate.sha256) as file:
        pdf = file.read()
    told = pdfsig(pdf, tmp_path)
    assert "Signature is Valid" in told and "Total document signed" in told
    page = Client().get(f"/verify/{works.certificate.code}").content.decode()
    assert "شهادة إتمام أعمال" in page and "وثيقة سارية" in page
