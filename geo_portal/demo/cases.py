"""Demo cases: extracts at every stage, so that lists, desks and boards have something to show.

Unlike the city itself they stand in the days before the demo was built: a due time of last year
would show nothing.  They are made by the actions that people use, in the order of time.
"""

import datetime as dt
from dataclasses import dataclass

from municipality.actor import Actor
from municipality.billing.bills.models import Bill
from municipality.billing.payments.charging import Asked, take_cash
from municipality.billing.payments.models import Charge
from municipality.billing.shifts.actions import open_shift
from municipality.billing.terminals.models import Terminal
from municipality.cases.actions import move
from municipality.cases.conversation import say
from municipality.cases.models import Case
from municipality.cases.worklist import claim
from municipality.city_time import city_day
from municipality.people.delegations import Wish, delegate
from municipality.people.models import User
from municipality.places.models import Branch
from plots.extracts.actions import Wanted, request_extract
from plots.models import Plot
from plots.register.queries import plot_on

WHAT_LACKS = "أرفق رقم الكروكي كما في سند الملكية، فالرقم المذكور لقطعة مجاورة."
QUESTION = "هل يصلح المستخرج لتقديمه إلى شركة الكهرباء؟"
ANSWER = "نعم، تتحقق الشركة منه بالرمز المطبوع عليه."
FLOAT_BAISA = 50_000


@dataclass(frozen=True, slots=True)
class _Story:
    """One extract: who asks, how many hours ago, and how far it has come since."""

    who: str
    hours_ago: float
    until: str
    asker: str = ""  # their delegate, where one asks


STORIES = (
    _Story("citizen", 100.0, "issued"),
    _Story("citizen", 52.0, "fee_due"),
    _Story("citizen", 30.0, "returned"),
    _Story("citizen", 2.0, "registration"),
    _Story("citizen", 1.0, "registration", "citizen2"),
    _Story("citizen2", 98.0, "late"),
    _Story("citizen2", 75.0, "refused"),
    _Story("citizen2", 28.0, "claimed"),
    _Story("citizen2", 5.0, "registration"),
    _Story("citizen2", 4.0, "registration"),
    _Story("citizen2", 3.0, "fee_due"),
)


@dataclass(frozen=True, slots=True)
class _Cast:
    registrar: Actor
    cashier: Actor
    people: dict[str, User]


def _actor(name: str) -> Actor:
    person = User.objects.get(username=name)
    return Actor(person.pk, person.full_name, person.roles[0])


def _pay(case: Case, cast: _Cast, *, at: dt.datetime) -> None:
    """Take the fee in cash in a shift of the first hall."""
    hall = Branch.objects.order_by("pk")[0]
    terminal = Terminal.objects.get(branch=hall)  # the simulator's: tills.write_terminals
    open_shift(
        branch_id=hall.pk, terminal_id=terminal.pk, float_baisa=FLOAT_BAISA, by=cast.cashier, at=at
    )  # fmt: skip
    bill = Bill.objects.get(subject=case.stream, state=Bill.State.DUE)
    asked = Asked(bill.pk, Charge.Channel.CASH, f"demo/{case.number}", bill.total_baisa)
    take_cash(asked=asked, tendered_baisa=5_000, by=cast.cashier, at=at + dt.timedelta(minutes=5))


def _tell(story: _Story, plot: Plot, cast: _Cast, *, at: dt.datetime) -> None:
    person = cast.people[story.who]
    applicant = Actor(person.pk, person.full_name, "citizen")
    if story.asker:
        asker = cast.people[story.asker]
        applicant = Actor(asker.pk, asker.full_name, "citizen", person.pk)
    begun = at - dt.timedelta(hours=story.hours_ago)
    found = plot_on(plot_id=plot.pk, on=city_day(at))
    if found is None:
        return
    case = request_extract(plot=found, person=person, wanted=Wanted(), by=applicant, at=begun)
    soon = begun + dt.timedelta(hours=1)
    if story.until == "claimed":
        claim(case_id=case.pk, by=cast.registrar, at=soon)
    elif story.until == "returned":
        move(case_id=case.pk, edge="return", by=cast.registrar, at=soon, text=WHAT_LACKS)
    elif story.until == "refused":
        move(case_id=case.pk, edge="refuse", by=cast.registrar, at=soon, text=WHAT_LACKS)
    elif story.until in ("fee_due", "issued"):
        move(case_id=case.pk, edge="accept", by=cast.registrar, at=soon)
    if story.until == "issued":
        say(case_id=case.pk, text=QUESTION, by=applicant, at=soon)
        say(case_id=case.pk, text=ANSWER, by=cast.registrar, at=soon)
        _pay(case, cast, at=at - dt.timedelta(hours=1))


def _let_act(giver: User, taker: User, *, at: dt.datetime) -> None:
    """Let a citizen's neighbour ask for extracts for them, since a week and for half a year."""
    on = city_day(at)
    first, last = on - dt.timedelta(days=7), on + dt.timedelta(days=180)
    wish = Wish(str(taker.phone), ("plot_extract",), first, last)
    delegate(giver, wish, by=Actor(giver.pk, giver.full_name, "citizen"), at=at, on=on)


def write_cases(*, at: dt.datetime) -> int:
    """Write the cases of the days before a moment; returns how many."""
    known = Plot.objects.filter(number="2417", area__code="al_hail_north").order_by("pk")
    plots = [*known[:1], *Plot.objects.exclude(pk__in=known[:1]).order_by("pk")[: len(STORIES)]]
    people = {name: User.objects.get(username=name) for name in ("citizen", "citizen2")}
    cast = _Cast(_actor("registrar"), _actor("cashier"), people)
    _let_act(people["citizen"], people["citizen2"], at=at)
    for story, plot in zip(STORIES, plots, strict=False):
        _tell(story, plot, cast, at=at)
    return len(STORIES)
