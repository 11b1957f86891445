"""The pages of money: what a payer, a cashier and a supervisor see and can do."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from geo_portal.collection import screen_views
from municipality.actor import SYSTEM
from municipality.billing.bills import actions as bills
from municipality.billing.bills.facts import Payer
from municipality.billing.models import Bill, Charge, Receipt, Refund, Shift
from municipality.billing.payments import charging
from municipality.billing.payments.settling import take_answer
from municipality.billing.terminals.actions import Result, answered, pulled
from municipality.documents.papers import papers_about
from tests.billing import worlds
from tests.billing.builders import (
    NOON,
    SUPERVISOR,
    a_bill,
    a_branch,
    a_line,
    a_terminal,
    a_user,
    an_online_charge,
    captured,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def gateway(settings: Any) -> worlds.World:
    settings.GEO_GATEWAY = "tests.billing.worlds.world"
    settings.GEO_GATEWAY_URL = "http://127.0.0.1:1"
    worlds.WORLD = worlds.World()
    return worlds.WORLD


def signed_in(name: str, *roles: str) -> Client:
    """A browser of someone with these roles."""
    client = Client()
    client.force_login(a_user(name, *(roles or (name,))))
    return client


@pytest.fixture
def cashier() -> Client:
    """A cashier with an open shift and a terminal."""
    client = signed_in("cashier")
    terminal = a_terminal()
    answer = client.post(
        "/cashier/open", {"branch": a_branch().pk, "terminal": terminal.pk, "float": "٥٠"}
    )
    assert answer.status_code == 302 and Shift.objects.get().float_baisa == 50_000
    return client


def fields(page: Any, action: str) -> dict[str, str]:
    """The hidden fields of the form that posts to an address ending so."""
    form = re.search(rf'<form[^>]*action="[^"]*{action}".*?</form>', page.content.decode(), re.S)
    assert form is not None, action
    return dict(re.findall(r'name="(key|shown_baisa)" value="([^"]*)"', form[0]))


def text_of(answer: Any) -> str:
    return re.sub(r"<[^>]+>", "", answer.content.decode())


def test_the_payers_page_explains_the_amount_and_has_one_filled_button() -> None:
    bill = a_bill(6_195)
    page = Client().get(f"/pay/{bill.public_id}/")
    html = page.content.decode()
    assert "6.195" in html and "Administrative decision 1/2020" in html
    assert len(re.findall(r'class="btn grow"', html)) == 1 and 'class="btn"' not in html
    assert Client().get("/pay/AAAAAAAAAAAAAAAAAAAAAA/").status_code == 404


def test_pay_leads_to_the_banks_page_and_back(gateway: worlds.World) -> None:
    bill = a_bill()
    client = Client()
    address = f"/pay/{bill.public_id}/"
    answer = client.post(f"{address}start", fields(client.get(address), "start"))
    charge = Charge.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, charge.page_url)
    assert client.get(f"{address}state.json").json()["word"] == "under_way"
    gateway.capture(charge.public_id)
    take_answer(charge_id=charge.pk, outcome=captured(6_195, "tx"), by=SYSTEM, at=timezone.now())
    page = client.get(address)
    assert Receipt.objects.get().number in page.content.decode()


def test_unknown_says_do_not_pay_again(gateway: worlds.World) -> None:
    bill = a_bill()
    client, address = Client(), f"/pay/{bill.public_id}/"
    gateway.down = True
    answer = client.post(f"{address}start", fields(client.get(address), "start"))
    assert answer["Location"].endswith(address)
    page = client.get(address)
    assert "لا تدفع مرة أخرى" in page.content.decode() and "grow" not in page.content.decode()
    english = client.get(f"/en{address}")
    assert "Do not pay again" in english.content.decode()


def test_a_link_of_a_superseded_bill_leads_to_the_new_one() -> None:
    old = a_bill()
    new = bills.revise(bill_id=old.pk, lines=[a_line(7_000)], by=SUPERVISOR, at=NOON, why="x")
    answer = Client().get(f"/pay/{old.public_id}/")
    assert answer.status_code == 302 and new.public_id in answer["Location"]


def test_a_cashier_finds_a_bill_takes_cash_and_is_told_the_change(cashier: Client) -> None:
    bill = a_bill(6_195, plot_number="2417")
    assert bill.number in cashier.get("/cashier/?q=٢٤١٧").content.decode()
    address = f"/cashier/bills/{bill.public_id}/"
    page = cashier.get(address)
    answer = cashier.post(f"{address}cash", fields(page, "/cash") | {"tendered": "10"}, follow=True)
    assert "3.805" in text_of(answer) and Receipt.objects.get().number in text_of(answer)
    again = cashier.post(f"{address}cash", fields(page, "/cash") | {"tendered": "10"}, follow=True)
    assert Receipt.objects.count() == 1 and again.status_code == 200


def test_two_tabs_of_one_bill_take_the_money_once(cashier: Client) -> None:
    bill = a_bill()
    address = f"/cashier/bills/{bill.public_id}/"
    one, two = fields(cashier.get(address), "/cash"), fields(cashier.get(address), "/cash")
    cashier.post(f"{address}cash", one | {"tendered": "7"})
    answer = cashier.post(f"{address}cash", two | {"tendered": "7"}, follow=True)
    assert "SEEB" in text_of(answer) and Receipt.objects.count() == 1


def test_the_terminal_on_the_cashiers_screen_in_words(cashier: Client) -> None:
    bill = a_bill(6_195)
    address = f"/cashier/bills/{bill.public_id}/"

    def said() -> str:
        return cashier.get(f"/en{address}state.json").json()["said"]

    cashier.post(f"{address}terminal", fields(cashier.get(address), "/terminal"))
    charge = Charge.objects.get()
    assert "on its way to terminal T-01" in said()
    pulled(code="T-01", holding="", at=timezone.now())
    assert "stand on terminal T-01" in said()
    Charge.objects.update(state="unknown")
    assert "Do not take the money again" in said() and "has not answered since" in said()
    result = Result(token=charge.token, outcome="declined", why="insufficient funds")
    answered(code="T-01", result=result, at=timezone.now())
    assert "declined: insufficient funds" in said()
    page = cashier.get(address)
    cashier.post(f"{address}terminal", fields(page, "/terminal"))
    cashier.post(f"{address}stop")
    assert Charge.objects.order_by("-pk")[0].state == "cancelled"


def test_the_payers_screen_shows_what_the_terminal_shows_and_greets_the_next_one(
    cashier: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown() -> str:
        return str(cashier.get("/en/cashier/screen/").content.decode())

    def key() -> str:
        return str(cashier.get("/cashier/screen/state.json").json()["key"])

    bill = a_bill(6_195)
    assert "Welcome" in shown() and key() == ""
    address = f"/cashier/bills/{bill.public_id}/"
    cashier.post(f"{address}terminal", fields(cashier.get(address), "/terminal"))
    first = key()
    pulled(code="T-01", holding="", at=timezone.now())
    assert bill.number in shown() and "6.195" in shown() and "at the terminal" in shown()
    assert bill.payer_name not in shown() and key() != first
    assert "Welcome" in signed_in("other", "cashier").get("/en/cashier/screen/").content.decode()
    charge = Charge.objects.get()
    result = Result(token=charge.token, outcome="approved", amount_baisa=6_195, rrn="1")
    answered(code="T-01", result=result, at=timezone.now())
    assert "Paid. Thank you." in shown() and Receipt.objects.get().number in shown()
    monkeypatch.setattr(screen_views, "STAYS", dt.timedelta(0))
    assert "Welcome" in shown() and bill.number not in shown()


def test_another_cashier_does_not_stop_my_payment(cashier: Client) -> None:
    bill = a_bill()
    address = f"/cashier/bills/{bill.public_id}/"
    cashier.post(f"{address}terminal", fields(cashier.get(address), "/terminal"))
    assert signed_in("other", "cashier").post(f"{address}stop").status_code == 404
    assert Charge.objects.get().state == "created"


def test_a_receipt_is_a_pdf_printed_once_and_verified(cashier: Client) -> None:
    bill = a_bill(6_195)
    address = f"/cashier/bills/{bill.public_id}/"
    cashier.post(f"{address}cash", fields(cashier.get(address), "/cash") | {"tendered": "7"})
    receipt = Receipt.objects.get()
    files = [
        b"".join(Client().get(f"/receipts/{receipt.public_id}.pdf").streaming_content)
        for _ in range(2)
    ]
    assert files[0].startswith(b"%PDF") and files[0] == files[1]
    (paper,) = papers_about(bill.stream)
    page = Client().get(f"/verify/{paper.code}")
    assert page.status_code in (200, 302) and paper.number == receipt.number
    assert Client().get("/receipts/AAAAAAAAAAAAAAAAAAAAAA.pdf").status_code == 404


def test_void_with_two_pairs_of_eyes_from_ask_to_drawer(cashier: Client) -> None:
    bill = a_bill(6_195)
    address = f"/cashier/bills/{bill.public_id}/"
    cashier.post(f"{address}cash", fields(cashier.get(address), "/cash") | {"tendered": "7"})
    receipt = Receipt.objects.get()
    cashier.post(
        f"/cashier/receipts/{receipt.public_id}/back", {"kind": "void", "reason": "wrong bill"}
    )
    refund = Refund.objects.get()
    both = signed_in("both", "cashier", "supervisor")
    supervisor = signed_in("supervisor")
    assert "wrong bill" in supervisor.get("/takings/").content.decode()
    paid = f"/cashier/refunds/{refund.public_id}/paid"
    cashier.post(paid)
    assert Refund.objects.get().state == "asked"
    supervisor.post(f"/takings/refunds/{refund.public_id}/decide", {"decision": "approve"})
    cashier.post(paid)
    assert Refund.objects.get().state == "done"
    assert Bill.objects.get(pk=bill.pk).state == "refunded"
    assert both.get("/takings/exceptions/").status_code == 200


def test_nobody_approves_what_they_asked_for_not_even_by_a_direct_call(cashier: Client) -> None:
    both = signed_in("both", "cashier", "supervisor")
    bill = a_bill()
    address = f"/cashier/bills/{bill.public_id}/"
    cashier.post(f"{address}cash", fields(cashier.get(address), "/cash") | {"tendered": "7"})
    receipt = Receipt.objects.get()
    both.post(f"/cashier/receipts/{receipt.public_id}/back", {"kind": "refund", "reason": "x"})
    refund = Refund.objects.get()
    both.post(f"/takings/refunds/{refund.public_id}/decide", {"decision": "approve"})
    refund.refresh_from_db()
    assert refund.state == "asked"


def test_the_drawer_is_counted_on_screen(cashier: Client) -> None:
    page = cashier.get("/cashier/close/")
    assert 'name="pieces_50000"' in page.content.decode()
    short = cashier.post("/cashier/close/", {"pieces_20000": "٢"})
    assert short.status_code == 422 and "-10.000" in short.content.decode()
    done = cashier.post("/cashier/close/", {"pieces_20000": "2", "reason": "torn note"})
    assert done.status_code == 302 and Shift.objects.get().difference_baisa == -10_000


def test_the_supervisor_sees_what_hangs_and_what_closes_it() -> None:
    charge = an_online_charge(a_bill())
    Charge.objects.update(state="unknown")
    supervisor = signed_in("supervisor")
    page = supervisor.get("/en/takings/")
    assert "asked every minute" in page.content.decode()
    address = f"/takings/charges/{charge.public_id}/statement"
    supervisor.post(address, {"captured": "6.195", "how": ""})
    assert not Receipt.objects.exists()
    supervisor.post(address, {"captured": "6.195", "how": "statement of 25/11, line 4"})
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize("role", ["", "citizen", "auditor", "registrar"])
def test_money_is_taken_by_cashiers_only(role: str) -> None:
    client = signed_in(role) if role else Client()
    bill = a_bill()
    for path in ("/cashier/", f"/cashier/bills/{bill.public_id}/", "/takings/"):
        assert client.get(path).status_code == (404 if role else 302), path
    post = client.post(f"/cashier/bills/{bill.public_id}/cash", {"tendered": "7"})
    assert post.status_code in (302, 404) and not Charge.objects.exists()


def test_a_charge_begun_by_hand_shows_as_under_way_to_the_payer() -> None:
    from tests.billing.builders import a_cashier, a_shift, asked

    a_shift(terminal=a_terminal())
    bill = a_bill()
    charging.ask_terminal(asked=asked(bill, "terminal"), by=a_cashier(), at=NOON)
    page = Client().get(f"/en/pay/{bill.public_id}/").content.decode()
    assert "Payment under way" in page and "grow" not in page


def test_without_a_gateway_the_page_says_where_to_pay(settings: Any) -> None:
    settings.GEO_GATEWAY_URL = ""
    page = Client().get(f"/pay/{a_bill().public_id}/").content.decode()
    assert "ادفع في أي صالة خدمات" in page and "grow" not in page


def test_nobody_settles_their_own_unknown_payment_by_statement() -> None:
    supervisor = a_user("payer", "supervisor")
    charge = an_online_charge(a_bill(payer=Payer("x", person_id=supervisor.pk)))
    Charge.objects.update(state="unknown")
    client = Client()
    client.force_login(supervisor)
    client.post(
        f"/takings/charges/{charge.public_id}/statement", {"captured": "6.195", "how": "I say so"}
    )
    assert not Receipt.objects.exists()
