"""Bills: frozen, explained, versioned, found by what a payer remembers."""

from typing import Any

import psycopg2
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from geo_portal.settings import environment
from municipality.billing.bills import actions
from municipality.billing.bills.actions import NothingOwed, UnknownPurpose
from municipality.billing.bills.facts import Claim, Payer
from municipality.billing.bills.models import STATE_EDGES, Bill, BillLine
from municipality.billing.bills.queries import explain, find
from municipality.billing.payments import charging, graph
from municipality.history import queries as history
from municipality.problems import Problem
from municipality.reach import Viewer
from tests.billing.builders import (
    NOON,
    SUPERVISOR,
    a_bill,
    a_cashier,
    a_line,
    a_shift,
    a_terminal,
    asked,
    minutes,
    pay_cash,
)

pytestmark = pytest.mark.django_db


def check_now() -> None:
    """Let deferred checks speak now instead of at commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_a_bill_has_a_number_its_lines_and_a_history() -> None:
    bill = a_bill(6_195)
    assert bill.number.startswith("INV-2026-") and len(bill.public_id) == 22
    assert [line.amount_baisa for line in explain(bill)] == [6_195]
    assert [entry.act for entry in history.entries(bill.stream)] == ["issue"]
    check_now()


def test_numbers_follow_each_other() -> None:
    first, second = a_bill(), a_bill()
    assert int(second.number[-6:]) == int(first.number[-6:]) + 1


def test_a_purpose_nobody_answers_for_is_not_billed() -> None:
    with pytest.raises(UnknownPurpose):
        actions.issue(
            claim=Claim(purpose="other", subject="case/1"), payer=Payer("x"), lines=[a_line()],
            by=SUPERVISOR, at=NOON,
        )  # fmt: skip


def test_nothing_owed_is_not_billed() -> None:
    with pytest.raises(NothingOwed):
        actions.issue(
            claim=Claim(purpose="test_fee", subject="case/1"), payer=Payer("x"),
            lines=[a_line(100), a_line(-100)], by=SUPERVISOR, at=NOON,
        )  # fmt: skip


def test_lines_that_do_not_add_up_are_refused_by_the_database() -> None:
    with pytest.raises(IntegrityError, match="come to"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO billing_bill (public_id, number, purpose, subject, version, payer_name,"
                " payer_phone, plate, plot_number, state, total_baisa, issued_at)"
                " VALUES ('p', 'n', 'x', 'case/1', 1, '', '', '', '', 'due', 500, now())"
            )
        check_now()


@pytest.mark.parametrize(
    "change",
    ["total_baisa = 1", "payer_phone = '+96899999999'", "subject = 'case/2'", "version = 9",
     "state = 'refunded'", "expires_at = now()"],
)  # fmt: skip
def test_a_bill_is_frozen(change: str) -> None:
    bill = a_bill()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE billing_bill SET {change} WHERE id = %s", [bill.pk])


@pytest.mark.parametrize("statement", ["UPDATE billing_billline SET rate_baisa = 1",
                                       "DELETE FROM billing_billline", "DELETE FROM billing_bill"])  # fmt: skip
def test_lines_and_bills_are_never_altered_or_deleted(statement: str) -> None:
    a_bill()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_a_line_cannot_be_added_later() -> None:
    bill = a_bill()
    line = explain(bill)[0]
    line.pk, line.position, line.amount_baisa = None, 2, 0
    with pytest.raises(IntegrityError, match="with their bill"):
        BillLine.objects.bulk_create([line])


def test_the_database_knows_the_same_edges_as_the_code() -> None:
    with connection.cursor() as cursor:
        cursor.execute('SELECT thing, start, "end", correction FROM billing_edge')
        found = set(cursor.fetchall())
    bills = {("bill", start, end, False) for start, end in STATE_EDGES}
    charges = {("charge", e.start, e.end, False) for e in graph.EDGES}
    assert found == bills | charges | {("charge", e.start, e.end, True) for e in graph.CORRECTIONS}


def test_a_revision_is_a_new_number_and_the_old_takes_no_money() -> None:
    a_shift()
    old = a_bill(6_195)
    new = actions.revise(
        bill_id=old.pk, lines=[a_line(7_000)], by=SUPERVISOR, at=minutes(5), why="wrong area"
    )
    third = actions.revise(
        bill_id=new.pk, lines=[a_line(8_000)], by=SUPERVISOR, at=minutes(6), why="again"
    )
    old.refresh_from_db()
    assert (old.state, new.version, new.root_id, third.root_id) == ("superseded", 2, old.pk, old.pk)
    assert len({old.number, new.number, third.number}) == 3
    with pytest.raises(Problem) as refused:
        pay_cash(old)
    assert refused.value.code == "bill_not_due"
    assert pay_cash(third).state == "captured"


def test_a_bill_is_not_revised_while_a_payment_is_under_way_or_made() -> None:
    a_shift(terminal=a_terminal())
    bill = a_bill()
    charging.ask_terminal(asked=asked(bill, "terminal"), by=a_cashier(), at=minutes(1))
    with pytest.raises(Problem) as refused:
        actions.revise(bill_id=bill.pk, lines=[a_line()], by=SUPERVISOR, at=minutes(2), why="x")
    assert refused.value.code == "payment_under_way"
    paid = a_bill()
    pay_cash(paid)
    with pytest.raises(Problem) as refused:
        actions.revise(bill_id=paid.pk, lines=[a_line()], by=SUPERVISOR, at=minutes(2), why="x")
    assert refused.value.code == "bill_not_due"


def test_cancelling_a_bill_takes_it_from_a_terminal_that_has_not_shown_it() -> None:
    a_shift(terminal=a_terminal())
    bill = a_bill()
    charge = charging.ask_terminal(asked=asked(bill, "terminal"), by=a_cashier(), at=minutes(1))
    actions.cancel(bill_id=bill.pk, by=SUPERVISOR, at=minutes(2), why="withdrawn")
    charge.refresh_from_db()
    assert charge.state == "cancelled"
    with pytest.raises(Problem):
        actions.cancel(bill_id=bill.pk, by=SUPERVISOR, at=minutes(3), why="again")


@pytest.mark.parametrize(
    "text",
    ["{number}", "{spaced}", "٩٢١٢٣٤٥٦", "+968 9212 3456", "۹۲۱۲۳۴۵۶", "1234 ab", "١٢٣٤AB", "٢٤١٧", "2417"],
)  # fmt: skip
def test_a_bill_is_found_by_number_phone_plate_and_plot_in_any_digits(text: str) -> None:
    bill = a_bill(plate="1234 AB", plot_number="2417")
    arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    year, number = bill.number.split("-")[1:]
    asked_for = text.format(
        number=bill.number.lower(), spaced=f"{year}-{int(number)}".translate(arabic)
    )
    assert list(find(asked_for, year=2026)) == [bill]


@pytest.mark.parametrize("text", ["", " ", "\x00", "9999", "INV-2026-999999", "%"])
def test_nothing_is_found_for_what_is_not_there(text: str) -> None:
    a_bill(plate="1", plot_number="2")
    assert not find(text, year=2026).exists()


def test_a_serial_alone_is_that_of_a_bill_of_the_year() -> None:
    bill = a_bill()
    serial = int(bill.number.split("-")[2])
    for text in (f"{serial}", f"inv {serial}", f"INV-{serial}", f"{serial:06d}"):
        assert list(find(text, year=2026)) == [bill], text
        assert not find(text, year=2025).exists()


def test_a_bill_is_found_by_what_it_is_for() -> None:
    bill, _ = a_bill(subject="case/24"), a_bill(subject="case/25")
    assert list(find("PX-2026-000024", year=2026, subjects=["case/24"])) == [bill]


def test_due_bills_are_found_before_the_others() -> None:
    a_shift()
    paid, due = a_bill(), a_bill()
    pay_cash(due)
    due, paid = paid, due
    assert [bill.pk for bill in find("92123456", year=2026)] == [due.pk, paid.pk]


def as_application(viewer: Viewer) -> list[int]:
    """Count the rows of money that the application's own role sees as someone."""
    at = {**connection.settings_dict, **application_role()}
    told = psycopg2.connect(
        dbname=at["NAME"], user=at["USER"], password=at["PASSWORD"], host=at["HOST"],
        port=at["PORT"] or None,
    )  # fmt: skip
    try:
        with told.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('geo.reach', %s, false), set_config('geo.person', %s, false)",
                [viewer.reach, str(viewer.person_id or "")],
            )
            counts = []
            for table in ("bill", "billline", "charge", "receipt", "refund", "ledgerentry"):
                cursor.execute(f"SELECT count(*) FROM billing_{table}")
                counts.append(cursor.fetchone()[0])
        return counts
    finally:
        told.close()


def application_role() -> dict[str, Any]:
    """The name and password of the application's role."""
    found = environment.database(
        environment.text("DATABASE_URL") or environment._cluster().get("database_url", "")
    )
    return {name: found[name] for name in ("USER", "PASSWORD")}


@pytest.mark.django_db(transaction=True)
def test_the_second_wall_shows_money_to_its_payer_and_to_staff_only() -> None:
    a_shift()
    pay_cash(a_bill(payer=Payer("A", person_id=7)))
    pay_cash(a_bill(payer=Payer("B", person_id=8)))
    assert as_application(Viewer()) == [0] * 6
    assert as_application(Viewer("own", 7)) == [1, 1, 1, 1, 0, 0]
    assert as_application(Viewer("own", 9)) == [0] * 6
    assert as_application(Viewer("staff", 9)) == [2, 2, 2, 2, 0, 4]


def test_states_of_a_bill_are_the_ones_of_the_pages() -> None:
    assert {state.value for state in Bill.State} == {
        "due", "paid", "cancelled", "superseded", "refunded",
    }  # fmt: skip
