"""What the pages of money refuse: days to come, other halls' terminals, unknown words."""

import datetime as dt

import pytest
from django.test import Client

from municipality.actor import Actor
from municipality.asked import today
from municipality.billing.models import Charge, DayClose, Receipt, Refund, Shift
from municipality.billing.payments import charging, refunds
from municipality.billing.payments.settling import take_answer
from municipality.cases.models import Case
from municipality.problems import Problem
from tests.billing.builders import (
    NOON,
    a_bill,
    a_branch,
    a_cashier,
    a_shift,
    a_terminal,
    a_user,
    an_online_charge,
    asked,
    captured,
    minutes,
    pay_cash,
)
from tests.cases.builders import a_town, an_extract

pytestmark = pytest.mark.django_db


def signed_in(name: str, *roles: str) -> Client:
    """A browser of someone with these roles."""
    client = Client()
    client.force_login(a_user(name, *(roles or (name,))))
    return client


def test_a_day_to_come_is_not_closed_and_a_day_closed_says_so() -> None:
    supervisor, branch = signed_in("supervisor"), a_branch()
    tomorrow = today() + dt.timedelta(days=1)
    form = {"branch": branch.pk, "day": tomorrow.isoformat()}
    refused = supervisor.post("/en/takings/close-day", form)
    assert refused.status_code == 422 and "has not come yet" in refused.content.decode()
    assert not DayClose.objects.exists()
    assert "/takings/close-day" not in supervisor.get(f"/takings/?day={tomorrow}").content.decode()
    form["day"] = today().isoformat()
    done = supervisor.post("/en/takings/close-day", form, follow=True)
    assert f"Hall: the day {today():%d/%m/%Y} is closed" in done.content.decode()
    again = supervisor.post("/en/takings/close-day", form, follow=True)
    assert "day is closed." in again.content.decode() and 'role="alert"' in again.content.decode()
    assert DayClose.objects.count() == 1


def test_a_shift_is_opened_at_a_terminal_of_its_own_branch_only() -> None:
    cashier, branch = signed_in("cashier"), a_branch()
    elsewhere = a_terminal("T-09", a_branch("ruwi"))
    off = a_terminal("T-10")
    off.is_active = False
    off.save()
    for form, words in (
        ({"branch": branch.pk, "terminal": elsewhere.pk}, "stands in another branch"),
        ({"branch": branch.pk, "terminal": 987_654}, "No such terminal"),
        ({"branch": branch.pk, "terminal": off.pk}, "No such terminal"),
        ({"branch": 987_654}, "no such branch"),
        ({"branch": 2**53, "terminal": 2**53}, "no such branch"),
        ({"branch": "hall"}, "choose from the list"),
        ({"branch": branch.pk, "terminal": "T-01"}, "choose from the list"),
        ({"branch": branch.pk, "terminal": "\x00"}, "choose from the list"),
    ):
        answer = cashier.post("/en/cashier/open", {"float": "50", **form})
        assert answer.status_code == 422 and words in answer.content.decode(), form
    assert not Shift.objects.exists()
    mine = a_terminal("T-11")
    cashier.post("/cashier/open", {"float": "50", "branch": branch.pk, "terminal": mine.pk})
    assert Shift.objects.get().terminal_id == mine.pk


@pytest.mark.parametrize("branch", ["987654", "", "hall", str(2**53)])
def test_a_day_of_no_branch_is_not_closed(branch: str) -> None:
    answer = signed_in("supervisor").post("/takings/close-day", {"branch": branch})
    assert answer.status_code == 422 and not DayClose.objects.exists()


@pytest.mark.parametrize("kind", ["", "voids", "VOID", "second_capture", "wrong_amount"])
def test_an_unknown_kind_of_return_is_not_guessed(kind: str) -> None:
    a_shift()
    receipt = Receipt.objects.get(charge=pay_cash(a_bill()))
    form = {"kind": kind, "reason": "x"}
    answer = signed_in("cashier").post(f"/cashier/receipts/{receipt.public_id}/back", form)
    assert answer.status_code == 422 and not Refund.objects.exists()


@pytest.mark.parametrize("decision", ["", "aprove", "yes", "REFUSE"])
def test_an_unknown_decision_is_not_guessed(decision: str) -> None:
    a_shift()
    refund = refunds.ask(
        charge_id=pay_cash(a_bill()).pk, kind="refund", reason="x",
        by=Actor(910, "Asker", "cashier"), at=minutes(2),
    )  # fmt: skip
    address = f"/takings/refunds/{refund.public_id}/decide"
    supervisor = signed_in("supervisor")
    assert supervisor.post(address, {"decision": decision}).status_code == 422
    assert Refund.objects.get().state == "asked"
    supervisor.post(address, {"decision": "refuse"})
    assert Refund.objects.get().state == "refused"


def test_a_cashier_finds_the_bill_by_the_number_of_the_transaction() -> None:
    case = an_extract(a_town())
    Case.objects.filter(pk=case.pk).update(number=f"PX-{today().year}-008731")
    bill, other = a_bill(subject=case.stream), a_bill(subject="case/0")
    cashier = signed_in("cashier")
    cashier.post("/cashier/open", {"branch": a_branch().pk, "float": "50"})
    for q in (f"PX-{today().year}-008731", f"px {today().year} ٨٧٣١", "8731"):
        page = cashier.get("/cashier/", {"q": q}).content.decode()
        assert bill.number in page and other.number not in page, q
    assert bill.number not in cashier.get("/cashier/", {"q": "8731 AB"}).content.decode()


@pytest.mark.parametrize(
    ("days", "taken"), [(0, True), (-184, True), (184, True), (-185, False), (185, False),
                        (-9_862, False), (-700_000, False)],
)  # fmt: skip
def test_a_cheque_is_of_these_months(days: int, taken: bool) -> None:
    a_shift()
    bill = a_bill()
    written = charging.Cheque("17", "Bank Muscat", NOON.date() + dt.timedelta(days=days))

    def take() -> None:
        charging.take_cheque(asked=asked(bill, "cheque"), cheque=written, by=a_cashier(), at=NOON)

    if taken:
        take()
    else:
        with pytest.raises(Problem) as refused:
            take()
        assert (refused.value.status, refused.value.code) == (422, "cheque_date")
    assert Receipt.objects.exists() is taken


def test_a_wrong_count_is_told_in_words_and_not_by_the_name_of_a_field() -> None:
    cashier = signed_in("cashier")
    cashier.post("/cashier/open", {"branch": a_branch().pk, "float": "50"})
    page = cashier.post("/en/cashier/close/", {"pieces_1000": "-3"})
    words = page.content.decode()
    assert page.status_code == 422 and "Note or coin of 1.000: write the pieces" in words
    assert "pieces_1000 is" not in words


def test_the_bill_stands_on_the_terminal_only_while_it_does() -> None:
    cashier, terminal, bill = signed_in("cashier"), a_terminal(), a_bill()
    cashier.post("/cashier/open", {"branch": a_branch().pk, "terminal": terminal.pk, "float": "5"})
    address = f"/en/cashier/bills/{bill.public_id}/"
    assert "As it stands on the terminal" not in cashier.get(address).content.decode()
    cashier.post(f"{address}terminal", {"key": "k", "shown_baisa": bill.total_baisa})
    assert "As it stands on the terminal" in cashier.get(address).content.decode()
    Charge.objects.update(state="sent")
    Charge.objects.update(state="declined", why="Insufficient funds")
    page = cashier.get(address).content.decode()
    assert "As it stands on the terminal" not in page and "insufficient funds" in page
    assert "الرصيد لا يكفي" in cashier.get(address.removeprefix("/en")).content.decode()
    Charge.objects.update(why="code 91")
    assert "\u2068code 91\u2069" in cashier.get(address).content.decode()


def test_what_the_platform_owes_by_itself_is_explained_in_both_languages() -> None:
    bill = a_bill()
    charge = an_online_charge(bill)
    take_answer(charge_id=charge.pk, outcome=captured(1, "tx"), by=a_cashier(), at=minutes(2))
    assert Refund.objects.get().kind == "wrong_amount"
    supervisor = signed_in("supervisor")
    assert "خُصم مبلغ غير المطلوب؛ يُرد كله." in supervisor.get("/takings/").content.decode()
    assert "all of it goes back" in supervisor.get("/en/takings/").content.decode()
