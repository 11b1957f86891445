"""The life of a permit: asked for, checked, paid, issued; its vehicle, its paper, its end."""

import datetime as dt

import pytest

from municipality.billing.models import Bill, Refund
from municipality.cases.actions import CannotMove, move
from municipality.cases.jobs import expire
from municipality.documents.models import IssuedPaper
from municipality.notices.models import Message
from municipality.problems import Problem
from parking_zones.models import ParkingPermit, PermitRequest
from parking_zones.parking_permits.fees import refund_of
from parking_zones.parking_permits.queries import permits_of
from parking_zones.parking_permits.requests import decide_place, hand_in
from parking_zones.parking_permits.terms import midnight
from tests import builders as b
from tests.cases.builders import MORNING, acting
from tests.parking_permits import town as t
from tests.parking_permits.builders import a_bay, a_permit

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def told(step: str) -> str:
    return Message.objects.filter(template=f"parking_permit.{step}.applicant").latest("pk").text


def rights(plate: str, at: dt.datetime) -> list[str]:
    return [one.number for one in permits_of(plate_key=plate, at=at)]


def test_a_resident_gets_a_permit_for_the_zone_of_the_plot() -> None:
    town = t.a_permit_town()
    case = t.submitted(town)
    assert case.state == "registration" and case.number in told("submit")
    request = PermitRequest.objects.get(case=case)
    assert (request.zone_id, request.zone_answer) == (town.zone.pk, "inside")
    case = move(
        case_id=case.pk, edge="accept_registration", by=town.as_officer("registrar"), at=MORNING
    )
    bill = Bill.objects.get(subject=case.stream)
    assert bill.total_baisa == 45_000 and bill.plate == "1111B"
    assert "7" in bill.lines.get().text_en and bill.lines.get().source
    assert not ParkingPermit.objects.exists()
    t.paid(case)
    permit = ParkingPermit.objects.get()
    assert permit.number.startswith("PP-2026-") and permit.person_id == town.citizen.pk
    assert (permit.starts_on, permit.ends_on) == (dt.date(2026, 11, 22), dt.date(2027, 2, 22))
    assert rights(t.PLATE, MORNING) == [permit.number]  # before any paper is printed
    t.printed(permit)
    case.refresh_from_db()
    assert case.state == "issued" and permit.number in told("issue")
    paper = IssuedPaper.objects.get(kind="parking_permit")
    assert permit.paper == paper and "1111 B" in str(paper.facts)
    assert "سالم" not in str(paper.facts) and "92123456" not in str(paper.facts)


def test_nothing_is_handed_in_without_its_papers_and_what_lacks_is_named() -> None:
    town = t.a_permit_town()
    case = t.a_draft(town)
    with pytest.raises(CannotMove) as refused:
        hand_in(case_id=case.pk, by=town.as_citizen(), at=MORNING)
    assert "Vehicle ownership" in refused.value.words.en
    assert "البطاقة الشخصية" in refused.value.words.ar
    t.attached(town, case)
    assert hand_in(case_id=case.pk, by=town.as_citizen(), at=MORNING).state == "registration"


def test_a_request_goes_back_with_what_lacks_and_returns_to_who_asked() -> None:
    town = t.a_permit_town()
    case = t.submitted(town)
    back = "عقد الإيجار غير واضح"
    move(case_id=case.pk, edge="return_registration", by=town.as_officer("registrar"), at=MORNING,
         text=back)  # fmt: skip
    assert back in told("return_registration")
    case = move(case_id=case.pk, edge="resubmit", by=town.as_citizen(), at=MORNING, text="أرفقته")
    assert case.state == "registration"
    case = move(case_id=case.pk, edge="refuse_registration", by=town.as_officer("registrar"),
                at=MORNING, text="القطعة لغيره")  # fmt: skip
    assert case.state == "refused" and "القطعة لغيره" in told("refuse_registration")


def test_a_reserved_bay_is_checked_by_the_zone_manager_and_held_by_one_permit() -> None:
    town = t.a_permit_town()
    bay = a_bay(zone=town.zone)
    values = {"kind": "reserved_bay", "bay_id": bay.pk, "plot": None, "company": t.COMPANY,
              "plate_key": "", "months": 2}  # fmt: skip
    case = t.submitted(town, **values)
    assert case.state == "zoning"
    with pytest.raises(CannotMove):
        move(case_id=case.pk, edge="accept_zoning", by=town.as_officer("registrar"), at=MORNING)
    case = move(
        case_id=case.pk, edge="accept_zoning", by=town.as_officer("zone_manager"), at=MORNING
    )
    assert Bill.objects.get(subject=case.stream).total_baisa == 100_000
    pin = b.square(10, 10, 2.5, 5).centroid  # the officer may still set the same bay for another
    second = t.submitted(town, **{**values, "bay_id": None, "bay_place": pin})
    decide_place(case_id=second.pk, zone_id=None, bay_id=bay.pk, at=MORNING,
                 by=town.as_officer("zone_manager"))  # fmt: skip
    with pytest.raises(CannotMove) as refused:
        move(
            case_id=second.pk, edge="accept_zoning", by=town.as_officer("zone_manager"), at=MORNING
        )
    assert case.number in refused.value.words.en
    t.paid(case)
    assert ParkingPermit.objects.get().bay == bay
    with pytest.raises(CannotMove) as refused:
        move(
            case_id=second.pk, edge="accept_zoning", by=town.as_officer("zone_manager"), at=MORNING
        )
    assert "held by another permit until 21/01/2027" in refused.value.words.en


def test_a_bay_is_registered_where_the_applicant_put_the_pin() -> None:
    town = t.a_permit_town()
    pin = b.square(30, 30, 1).centroid
    case = t.submitted(
        town, kind="reserved_bay", bay_place=pin, plot=None, company=t.COMPANY, plate_key=""
    )
    manager = town.as_officer("zone_manager")
    with pytest.raises(CannotMove):
        move(case_id=case.pk, edge="accept_zoning", by=manager, at=MORNING)
    with pytest.raises(Problem):
        decide_place(case_id=case.pk, zone_id=None, bay_id=None, by=town.as_citizen(), at=MORNING)
    request = decide_place(case_id=case.pk, zone_id=None, bay_id=None, by=manager, at=MORNING)
    assert request.bay.kind == "reserved" and request.zone_id == town.zone.pk
    case = move(case_id=case.pk, edge="accept_zoning", by=manager, at=MORNING)
    assert Bill.objects.get(subject=case.stream).total_baisa == 150_000


def test_a_special_permit_names_its_zone_and_purpose_and_is_for_a_year() -> None:
    town = t.a_permit_town()
    values = {"kind": "special", "months": 12, "plot": None, "zone_id": town.zone.pk}
    with pytest.raises(Problem):
        t.a_draft(town, **values)
    permit = t.granted(town, purpose="رعاية مريض", **values)
    assert permit.ends_on == dt.date(2027, 11, 22)
    assert Bill.objects.get(subject=permit.case.stream).total_baisa == 15_000


def test_another_vehicle_has_the_permit_from_the_second_its_fee_is_paid() -> None:
    town = t.a_permit_town()
    permit = t.printed(t.granted(town))
    first = permit.paper
    case = t.asked_about(town, permit, "vehicle", plate_key=t.OTHER_PLATE)
    assert case.state == "draft"
    hand_in(case_id=t.attached(town, case).pk, by=town.as_citizen(), at=MORNING)
    move(case_id=case.pk, edge="accept_registration", by=town.as_officer("registrar"), at=MORNING)
    assert Bill.objects.get(subject=case.stream).total_baisa == 2_000
    later = MORNING + dt.timedelta(days=3, seconds=17)
    assert rights(t.PLATE, later) == [permit.number]
    t.paid(case, at=later)
    tick = dt.timedelta(microseconds=1)
    assert rights(t.PLATE, later - tick) == [permit.number] and rights(t.PLATE, later) == []
    assert rights(t.OTHER_PLATE, later - tick) == []
    assert rights(t.OTHER_PLATE, later) == [permit.number]
    from parking_zones.parking_permits.jobs import issue_permit

    issue_permit.call(case.pk)
    issue_permit.call(case.pk)  # asked twice: the second finds nothing to do
    first.refresh_from_db()
    permit.refresh_from_db()
    assert first.state == "superseded" and permit.paper != first
    assert ParkingPermit.objects.count() == 1


def test_a_vehicle_is_changed_before_the_permit_begins_and_the_first_never_had_it() -> None:
    town = t.a_permit_town()
    permit = t.granted(town, starts_on=dt.date(2026, 12, 10))
    case = t.attached(town, t.asked_about(town, permit, "vehicle", plate_key=t.OTHER_PLATE))
    hand_in(case_id=case.pk, by=town.as_citizen(), at=MORNING)
    move(case_id=case.pk, edge="accept_registration", by=town.as_officer("registrar"), at=MORNING)
    t.paid(case)
    begins = midnight(dt.date(2026, 12, 10))
    assert rights(t.PLATE, begins) == [] and rights(t.OTHER_PLATE, begins) == [permit.number]
    assert permit.vehicles.count() == 1


def test_a_lost_paper_is_paid_and_replaced_and_the_old_one_says_so() -> None:
    town = t.a_permit_town()
    permit = t.printed(t.granted(town))
    lost = permit.paper
    case = t.asked_about(town, permit, "lost")
    assert case.state == "fee_due"
    assert Bill.objects.get(subject=case.stream).total_baisa == 2_000
    t.paid(case)
    from parking_zones.parking_permits.jobs import issue_permit

    issue_permit.call(case.pk)
    lost.refresh_from_db()
    assert lost.state == "superseded" and "lost" in lost.reason
    assert rights(t.PLATE, MORNING) == [permit.number]


def test_a_permit_is_renewed_without_a_gap_and_its_bill_ends_with_it() -> None:
    town = t.a_permit_town()
    permit = t.granted(town)
    soon = midnight(dt.date(2027, 2, 10)) + dt.timedelta(hours=9)
    case = t.asked_about(town, permit, "renew", months=6, at=soon)
    assert case.state == "fee_due"
    again = t.asked_about(town, permit, "renew", months=2, at=soon)
    assert again.pk == case.pk  # asked twice is asked once
    bill = Bill.objects.get(subject=case.stream)
    assert bill.total_baisa == 90_000 and bill.expires_at == midnight(permit.ends_on)
    t.paid(case, at=soon + DAY)
    renewal = ParkingPermit.objects.get(renews=permit)
    assert (renewal.starts_on, renewal.ends_on) == (permit.ends_on, dt.date(2027, 8, 22))
    last = midnight(permit.ends_on) - dt.timedelta(microseconds=1)
    assert rights(t.PLATE, last) == [permit.number]
    assert rights(t.PLATE, midnight(permit.ends_on)) == [renewal.number]
    t.printed(renewal)
    with pytest.raises(Problem) as refused:
        t.asked_about(town, permit, "renew", at=soon + 2 * DAY)
    assert "renewed already" in refused.value.detail.en


def test_a_renewal_that_is_paid_for_gets_the_other_vehicle_too() -> None:
    town = t.a_permit_town()
    permit = t.printed(t.granted(town, months=1))
    t.paid(t.asked_about(town, permit, "renew"))
    case = t.attached(town, t.asked_about(town, permit, "vehicle", plate_key=t.OTHER_PLATE))
    hand_in(case_id=case.pk, by=town.as_citizen(), at=MORNING)
    move(case_id=case.pk, edge="accept_registration", by=town.as_officer("registrar"), at=MORNING)
    t.paid(case, at=MORNING + DAY)
    renewal = ParkingPermit.objects.get(renews=permit)
    begins = midnight(renewal.starts_on)
    assert rights(t.PLATE, begins) == [] and rights(t.OTHER_PLATE, begins) == [renewal.number]


def test_a_permit_that_is_over_is_neither_renewed_nor_changed() -> None:
    town = t.a_permit_town()
    permit = t.granted(town)
    over = midnight(permit.ends_on)
    for act, values in (("renew", {}), ("lost", {}), ("end", {}), ("vehicle", {"plate_key": "x"})):
        with pytest.raises(Problem):
            t.asked_about(town, permit, act, at=over, **values)
    soon = over - 5 * DAY
    case = t.asked_about(town, permit, "renew", at=soon)
    with pytest.raises(CannotMove):  # the money of a bill that is paid too late goes back
        t.settled_bare(case, at=over)
    expire(at=over + dt.timedelta(minutes=1))
    case.refresh_from_db()
    assert case.state == "expired"
    assert Bill.objects.get(subject=case.stream).state == "cancelled"


def test_the_control_an_edge_without_its_condition_renews_what_is_over() -> None:
    from parking_zones.parking_permits.transitions import MACHINE

    town = t.a_permit_town()
    permit = t.granted(town)
    case = t.asked_about(town, permit, "renew", at=midnight(permit.ends_on) - 5 * DAY)
    settle = MACHINE.edge("settle_fee", state="fee_due")
    held = settle.guard
    object.__setattr__(settle, "guard", None)
    try:
        assert t.settled_bare(case, at=midnight(permit.ends_on)).state == "issuing"
    finally:
        object.__setattr__(settle, "guard", held)


def test_too_early_a_renewal_is_told_its_first_day() -> None:
    town = t.a_permit_town()
    permit = t.granted(town)
    with pytest.raises(Problem) as refused:
        t.asked_about(town, permit, "renew")
    assert "24/12/2026" in refused.value.detail.en


def test_an_early_end_gives_the_unused_whole_months_back_by_four_eyes() -> None:
    town = t.a_permit_town()
    permit = t.printed(t.granted(town))
    on = MORNING + 35 * DAY  # in the second month
    assert refund_of(permit, on=on.date()) == (1, 15_000)
    case = t.asked_about(town, permit, "end", at=on, reason="بعت المركبة")
    assert case.state == "ended" and permit.number in told("end")
    permit.refresh_from_db()
    assert permit.ends_on == on.date() + DAY and permit.ended_why == "بعت المركبة"
    refund = Refund.objects.get()
    assert (refund.amount_baisa, refund.state) == (15_000, "asked")
    assert refund.asked_by_id == town.citizen.pk
    assert rights(t.PLATE, on) == [permit.number]
    assert rights(t.PLATE, midnight(permit.ends_on)) == []
    permit.paper.refresh_from_db()
    assert permit.paper.state == "revoked"
    with pytest.raises(Problem):
        t.asked_about(town, permit, "renew", at=on + DAY)


def test_a_permit_that_has_not_begun_is_given_back_whole() -> None:
    town = t.a_permit_town()
    permit = t.granted(town, starts_on=dt.date(2026, 12, 10))
    t.asked_about(town, permit, "end")
    permit.refresh_from_db()
    assert permit.starts_on == permit.ends_on and not permit.vehicles.exists()
    assert Refund.objects.get().amount_baisa == 45_000


def test_an_earlier_record_ends_without_a_refund() -> None:
    town = t.a_permit_town()
    permit = a_permit(person_id=town.citizen.pk)
    t.asked_about(town, permit, "end")
    assert not Refund.objects.exists()


def test_only_the_holder_asks_about_a_permit() -> None:
    town = t.a_permit_town()
    permit = t.granted(town)
    stranger = acting(b.a_person("stranger", "citizen"))
    from parking_zones.parking_permits.requests import About, ask_about

    for act in ("renew", "lost", "end"):
        with pytest.raises(Problem) as refused:
            ask_about(permit_id=permit.pk, about=About(act), by=stranger, at=MORNING)
        assert refused.value.status == 404
    assert PermitRequest.objects.filter(permit=permit).count() == 0


def test_a_second_permit_of_one_s_own_is_refused_and_a_stranger_s_plate_is_told_to_nobody() -> None:
    town = t.a_permit_town()
    permit = t.granted(town)
    with pytest.raises(Problem) as refused:
        t.a_draft(town)
    assert permit.number in refused.value.detail.en
    a_permit("PP-9", t.OTHER_PLATE, kind="one_zone", zone=town.zone, person_id=None)
    case = t.submitted(town, plate_key=t.OTHER_PLATE)  # the applicant learns nothing
    with pytest.raises(CannotMove) as told_to_officer:
        move(case_id=case.pk, edge="accept_registration", by=town.as_officer("registrar"),
             at=MORNING)  # fmt: skip
    assert "PP-9" in told_to_officer.value.words.en


def test_who_is_paid_for_second_gets_the_money_back_and_no_permit() -> None:
    """Two requests for one vehicle, both billed before either is paid."""
    town = t.a_permit_town()
    first, second = t.accepted(town), t.accepted(town)
    t.paid(first)
    with pytest.raises(CannotMove):
        t.settled_bare(second)
    assert ParkingPermit.objects.count() == 1


def test_a_request_is_withdrawn_until_it_is_paid() -> None:
    town = t.a_permit_town()
    case = t.accepted(town)
    case = move(case_id=case.pk, edge="withdraw", by=town.as_citizen(), at=MORNING)
    assert case.state == "withdrawn"
    assert Bill.objects.get(subject=case.stream).state == "cancelled"
    permit = t.granted(town)
    with pytest.raises(CannotMove):
        move(case_id=permit.case_id, edge="withdraw", by=town.as_citizen(), at=MORNING)


def test_the_clock_ends_a_draft_and_never_hands_it_in() -> None:
    town = t.a_permit_town()
    draft = t.a_draft(town)
    permit = t.granted(town, plate_key=t.OTHER_PLATE)
    expire(at=MORNING + 31 * DAY)
    draft.refresh_from_db()
    assert draft.state == "expired"
    assert ParkingPermit.objects.get() == permit


def test_the_same_request_sent_again_opens_one_case() -> None:
    town = t.a_permit_town()
    assert t.a_draft(town, key="k1").pk == t.a_draft(town, key="k1").pk
    assert t.a_draft(town, key="k2").pk != t.a_draft(town, key="k1").pk


def test_a_zone_that_is_gone_by_the_first_day_is_not_sold_and_not_renewed() -> None:
    town = t.a_permit_town()
    permit = t.granted(town, months=1)
    ends = permit.ends_on - dt.timedelta(days=2)
    town.zone.versions.update(valid=(dt.date(2016, 10, 16), ends))
    with pytest.raises(CannotMove) as refused:
        t.asked_about(town, permit, "renew")
    assert "Zone 7 no longer holds" in refused.value.words.en
