"""The certified plot extract from request to verified paper, and what may go wrong between."""

import hashlib
from typing import Any

import pytest
from django.test import Client

from municipality.cases.actions import CannotMove, move
from municipality.cases.models import Case
from municipality.documents.papers import facts_of, paper
from municipality.documents.store import open_kept
from plots.case_fees import PAID
from plots.extracts.jobs import issue_extract
from plots.extracts.models import PlotExtract
from plots.models import Plot
from tests import builders as b
from tests.cases.builders import MORNING, a_town, acting, an_extract

pytestmark = pytest.mark.django_db


def paid(town) -> Case:
    case = an_extract(town)
    move(case_id=case.pk, edge="accept", by=acting(town.registrar), at=MORNING)
    return move(case_id=case.pk, edge="settle_fee", by=PAID, at=MORNING)


def test_a_paid_extract_is_issued_once_with_a_code_and_facts_anyone_may_check() -> None:
    town = a_town()
    case = paid(town)
    assert case.state == "issuing"
    issue_extract.call(case.pk)
    issue_extract.call(case.pk)  # asked twice: the second finds nothing to do
    case.refresh_from_db()
    extract = PlotExtract.objects.get(case=case)
    assert case.state == "issued" and extract.paper is not None
    held = paper(extract.paper.code)
    assert held is not None and held.number == case.number
    facts = {label.en: value.en for label, value in facts_of(held)}
    assert facts["Plot number"] == "2417" and facts["Measured area"] == "400.00 m²"
    with open_kept(held.sha256) as file:
        content = file.read()
    assert content.startswith(b"%PDF") and hashlib.sha256(content).hexdigest() == held.sha256
    assert "سالم" not in str(held.facts)


def test_a_plot_that_changed_after_the_payment_is_checked_again_and_costs_nothing_more() -> None:
    from municipality.billing.bills.models import Bill

    town = a_town()
    case = paid(town)
    Bill.objects.filter(subject=case.stream).update(state="paid")
    Plot.objects.filter(pk=town.plot.pk).update(version=2)
    issue_extract.call(case.pk)
    case.refresh_from_db()
    assert case.state == "registration"
    with pytest.raises(CannotMove):  # what was paid is not billed again
        move(case_id=case.pk, edge="accept", by=acting(town.registrar), at=MORNING)
    assert case.plot_version == 2  # what is checked now is the plot as it is now
    Plot.objects.filter(pk=town.plot.pk).update(version=3)
    with pytest.raises(CannotMove):
        move(case_id=case.pk, edge="confirm", by=acting(town.registrar), at=MORNING)
    Plot.objects.filter(pk=town.plot.pk).update(version=2)
    move(case_id=case.pk, edge="confirm", by=acting(town.registrar), at=MORNING)
    issue_extract.call(case.pk)
    case.refresh_from_db()
    assert case.state == "issued" and Bill.objects.count() == 1


def test_a_withdrawn_case_cancels_its_bill_and_cannot_be_paid() -> None:
    from municipality.billing.bills.models import Bill

    town = a_town()
    case = an_extract(town)
    move(case_id=case.pk, edge="accept", by=acting(town.registrar), at=MORNING)
    move(case_id=case.pk, edge="withdraw", by=acting(town.citizen), at=MORNING)
    assert Bill.objects.get().state == "cancelled"
    with pytest.raises(CannotMove):
        move(case_id=case.pk, edge="settle_fee", by=PAID, at=MORNING)


def test_messages_follow_every_stage_to_the_end() -> None:
    from municipality.notices.models import Message

    town = a_town()
    case = paid(town)
    issue_extract.call(case.pk)
    codes = (
        Message.objects.filter(about=case.stream).order_by("pk").values_list("template", flat=True)
    )
    assert [code.split(".")[1] for code in codes] == ["submit", "accept", "issue"]


def test_a_paid_case_that_is_refused_gives_the_fee_back_with_two_pairs_of_eyes() -> None:
    from municipality.billing.models import Refund
    from municipality.billing.payments import refunds
    from municipality.billing.payments.charging import Asked, take_cash
    from municipality.problems import Problem
    from tests.billing.builders import NOON, SUPERVISOR, a_cashier, a_shift

    town = a_town()
    case = an_extract(town)
    move(case_id=case.pk, edge="accept", by=acting(town.registrar), at=MORNING)
    from municipality.billing.bills.models import Bill

    bill = Bill.objects.get()
    a_shift(a_cashier())
    asked = Asked(bill.pk, "cash", "k1", bill.total_baisa)
    take_cash(asked=asked, tendered_baisa=2000, by=a_cashier(), at=NOON)
    Plot.objects.filter(pk=town.plot.pk).update(version=2)
    issue_extract.call(case.pk)
    registrar = acting(town.registrar)
    move(case_id=case.pk, edge="refuse_paid", by=registrar, at=NOON, text="قُسمت القطعة")
    case.refresh_from_db()
    refund = Refund.objects.get()
    assert case.state == "refused" and refund.amount_baisa == 2000
    boss = Client()
    boss.force_login(b.a_person("boss", "supervisor"))
    page = boss.get("/takings/").content.decode()
    assert case.number in page and "رُفض" in page  # what the money was for, and its stage
    with pytest.raises(Problem):  # who asked does not approve
        refunds.approve(refund_id=refund.pk, by=acting(town.registrar, "supervisor"), at=NOON)
    refunds.approve(refund_id=refund.pk, by=SUPERVISOR, at=NOON)
    refunds.paid_back(refund_id=refund.pk, by=a_cashier(), at=NOON)
    bill.refresh_from_db()
    assert bill.state == "refunded"


def a_bill_whose_case_has_ended(town):
    """The bill of a case that was ended behind its back: by hand, by another service's fault."""
    from municipality.billing.bills.models import Bill

    case = an_extract(town)
    move(case_id=case.pk, edge="accept", by=acting(town.registrar), at=MORNING)
    Case.objects.filter(pk=case.pk).update(state="withdrawn")
    return Bill.objects.get()


def test_money_taken_for_a_case_that_has_ended_is_written_down_and_goes_back() -> None:
    from municipality.billing.models import Receipt, Refund
    from municipality.billing.payments.charging import Asked, begin_online
    from municipality.billing.payments.queries import sums
    from municipality.billing.payments.settling import take_answer
    from tests.billing.builders import NOON, captured

    town = a_town()
    bill = a_bill_whose_case_has_ended(town)
    asked = Asked(bill.pk, "online", "k1", bill.total_baisa)
    charge = begin_online(asked=asked, by=acting(town.citizen), at=NOON)
    for _ in range(2):
        answer = captured(bill.total_baisa, "G1")
        take_answer(charge_id=charge.pk, outcome=answer, by=acting(town.citizen), at=NOON)
    charge.refresh_from_db()
    bill.refresh_from_db()
    assert (charge.state, bill.state) == ("captured", "cancelled")
    assert Refund.objects.get().amount_baisa == bill.total_baisa and not Receipt.objects.exists()
    assert (sums().captured, sums().ledger) == (sums().without_receipt, 0)


def test_over_the_counter_no_money_is_taken_for_a_case_that_has_ended() -> None:
    from municipality.billing.models import Charge
    from municipality.billing.payments.charging import Asked, take_cash
    from municipality.problems import Problem
    from tests.billing.builders import NOON, a_cashier, a_shift

    bill = a_bill_whose_case_has_ended(a_town())
    a_shift(a_cashier())
    with pytest.raises(Problem) as refused:
        take_cash(
            asked=Asked(bill.pk, "cash", "k1", bill.total_baisa), tendered_baisa=5000,
            by=a_cashier(), at=NOON,
        )  # fmt: skip
    assert refused.value.code == "not_served" and not Charge.objects.exists()


def test_asked_again_with_its_key_a_request_is_one_case() -> None:
    town = a_town()
    first = an_extract(town, key="k1")
    again = an_extract(town, key="k1")
    assert again.pk == first.pk and again.number == first.number
    assert an_extract(town, key="k2").pk != first.pk
    assert an_extract(town).pk != an_extract(town).pk  # without a key each request is its own
    assert Case.objects.count() == 4


def test_a_double_click_on_the_page_is_one_case_and_leads_to_it_twice() -> None:
    town = a_town()
    client = Client()
    client.force_login(town.citizen)
    address = f"/plots/{town.plot.pk}/extract/"
    key = client.get(address).context["key"]
    answers = [client.post(address, {"language": "ar", "key": key}) for _ in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert Case.objects.count() == 1
    client.post(address, {"language": "ar", "key": client.get(address).context["key"]})
    assert Case.objects.count() == 2  # a page opened anew is a new wish


def test_the_api_takes_the_key_of_a_client_that_lost_the_answer() -> None:
    town = a_town()
    client = Client()
    client.force_login(town.citizen)
    address = f"/api/plots/{town.plot.pk}/extracts"
    made = [_post(client, address, {"key": "mine"}) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json()["number"] == made[1].json()["number"] and Case.objects.count() == 1
    assert _post(client, address, {"key": "x" * 41}).status_code == 422


def test_control_without_the_key_a_client_that_tries_again_opens_two(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    town = a_town()
    field = PlotExtract._meta.get_field("request_key")
    monkeypatch.setattr(field, "pre_save", lambda *_, **__: None)
    assert an_extract(town, key="k1").pk != an_extract(town, key="k1").pk


def _post(client: Client, address: str, body: object) -> Any:
    client.get("/api/session")
    token = {"X-CSRFToken": client.cookies["csrftoken"].value}
    return client.post(address, body, content_type="application/json", headers=token)
