"""A cashier's shift: open, count and close, hand over; and the close of a branch's day."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Sum

from municipality.actor import Actor
from municipality.baisa import Baisa, as_rial
from municipality.billing.payments import graph
from municipality.billing.payments.models import Charge, LedgerEntry, Receipt
from municipality.billing.payments.receipts import counter
from municipality.billing.shifts.drawer import counted_baisa
from municipality.billing.shifts.models import DayClose, Shift
from municipality.billing.terminals.models import Terminal
from municipality.city_time import city_day
from municipality.history.actions import record
from municipality.places.models import Branch
from municipality.problems import Problem
from municipality.reach import acting
from municipality.words import Text

OPEN_ALREADY = Text("لك وردية مفتوحة.", "You already have an open shift.")
TERMINAL_TAKEN = Text(
    "هذا الجهاز عند وردية أخرى مفتوحة.", "This terminal stands at another open shift."
)
DAY_CLOSED = Text("أُغلق يوم هذا الفرع.", "This branch's day is closed.")
NO_BRANCH = Text("لا فرع بهذا الرقم.", "There is no such branch.")
TERMINAL_ELSEWHERE = Text(
    "هذا الجهاز في فرع آخر. اختر جهازًا من فرعك.",
    "This terminal stands in another branch. Choose one of your own branch.",
)
NO_SUCH_TERMINAL = Text("لا جهاز عاملًا بهذا الرقم.", "No such terminal is in service.")
DAY_AHEAD = Text(
    "هذا اليوم لم يأت بعد. يُغلق اليوم أو ما قبله.",
    "This day has not come yet. Close today or a day before it.",
)
CARD_UNDER_WAY = Text(
    "دفعة بالبطاقة لم تُعرف نتيجتها بعد. انتظرها قبل الإغلاق، أو أوقفها.",
    "A card payment has no result yet. Wait for it before you close, or stop it.",
)
REASON = Text(
    "في الدرج فرق قدره {amount}. اكتب السبب.", "The drawer differs by {amount}. Give the reason."
)
SHIFTS_OPEN = Text("في الفرع وردية لم تُغلق: {who}.", "A shift of this branch is still open: {who}.")
ANOTHER = Text("يؤكد الاستلام من سُلّمت إليه.", "Whoever takes over confirms it.")
NOT_OPEN = Text("هذه الوردية مغلقة.", "This shift is closed.")


OF_NO_PLACE = ("no_such_branch", "no_such_terminal", "terminal_elsewhere")


def expected_baisa(shift: Shift) -> int:
    """Return what the drawer should hold: the float and every cash entry of the ledger."""
    cash = LedgerEntry.objects.filter(shift=shift, account=Charge.Channel.CASH)
    return shift.float_baisa + (cash.aggregate(s=Sum("amount_baisa"))["s"] or 0)


@acting
def open_shift(
    *, branch_id: int, terminal_id: int | None, float_baisa: int, by: Actor, at: dt.datetime
) -> Shift:
    """Open a shift with the cash that lies in the drawer.

    Raises Problem 409: a shift is open, the terminal is taken, the branch's day is closed; 422: no
    such branch or terminal, or the terminal stands in another branch.
    """
    _branch(branch_id)
    _check_opening(branch_id, terminal_id, by.person_id, at=at)
    shift = Shift.objects.create(
        cashier_id=by.person_id or 0, cashier_name=by.name, branch_id=branch_id,
        terminal_id=terminal_id, day=city_day(at), float_baisa=float_baisa, opened_at=at,
    )  # fmt: skip
    _tell(shift, "open", by=by, at=at, amount_baisa=float_baisa)
    return shift


def _check_opening(
    branch_id: int, terminal_id: int | None, person_id: int | None, *, at: dt.datetime
) -> None:
    """Refuse a second shift, a terminal in use and a closed day; under the branch's lock."""
    open_now = Shift.objects.filter(state=Shift.State.OPEN)
    if person_id is None or open_now.filter(cashier_id=person_id).exists():
        raise Problem(409, "shift_open", OPEN_ALREADY)
    if terminal_id is not None:
        _terminal(terminal_id, branch_id)
        if open_now.filter(terminal_id=terminal_id).exists():
            raise Problem(409, "terminal_taken", TERMINAL_TAKEN)
    if DayClose.objects.filter(branch_id=branch_id, day=city_day(at)).exists():
        raise Problem(409, "day_closed", DAY_CLOSED)


def _branch(branch_id: int) -> Branch:
    """Lock a branch and read it; raises Problem 422 for none."""
    found = Branch.objects.select_for_update(of=("self",)).filter(pk=branch_id).first()  # unique
    if found is None:
        raise Problem(422, "no_such_branch", NO_BRANCH)
    return found


def _terminal(terminal_id: int, branch_id: int) -> None:
    """Lock a terminal of a branch; raises Problem 422 for none and for one of another branch."""
    terminals = Terminal.objects.select_for_update(of=("self",))
    found = terminals.filter(pk=terminal_id, is_active=True).first()  # unique
    if found is None:
        raise Problem(422, "no_such_terminal", NO_SUCH_TERMINAL)
    if found.branch_id != branch_id:
        raise Problem(422, "terminal_elsewhere", TERMINAL_ELSEWHERE)


def _tell(shift: Shift, act: str, *, by: Actor, at: dt.datetime, amount_baisa: int) -> None:
    facts = {"amount": as_rial(Baisa(amount_baisa)), "branch": shift.branch_id}
    record(stream=shift.stream, act=f"shift.{act}", by=by, at=at, facts=facts)


@dataclass(frozen=True, slots=True)
class Count:
    """What lies in the drawer, and why it differs where it does."""

    pieces: Mapping[int, int]
    reason: str = ""


def _locked(shift_id: int) -> Shift:
    shift = Shift.objects.select_for_update(of=("self",)).get(pk=shift_id)
    if shift.state != Shift.State.OPEN:
        raise Problem(409, "shift_closed", NOT_OPEN)
    return shift


def _count(shift: Shift, count: Count, *, at: dt.datetime) -> None:
    """Write the count down; the lock keeps any payment of this shift outside meanwhile."""
    hanging = Charge.objects.filter(
        shift=shift, state__in=(graph.CREATED, graph.SENT, graph.AUTHORISED)
    )
    if hanging.exists():
        raise Problem(409, "payment_under_way", CARD_UNDER_WAY)
    shift.counted = {str(value): pieces for value, pieces in count.pieces.items() if pieces}
    shift.counted_baisa = counted_baisa(count.pieces)
    shift.expected_baisa = expected_baisa(shift)
    shift.difference_reason = count.reason.strip()[:300]
    if shift.difference_baisa and not shift.difference_reason:
        differs = as_rial(Baisa(shift.difference_baisa))
        raise Problem(422, "reason_needed", REASON.with_values(amount=differs))
    shift.closed_at = at


@acting
def close_shift(*, shift_id: int, count: Count, by: Actor, at: dt.datetime) -> Shift:
    """Count the drawer and close the shift; a difference needs its reason.

    A card payment that is `unknown` does not hold a cashier back: reconciliation closes it.
    Raises Problem 409, 422.
    """
    shift = _locked(shift_id)
    _count(shift, count, at=at)
    shift.state = Shift.State.CLOSED
    shift.save()
    _tell(shift, "close", by=by, at=at, amount_baisa=shift.difference_baisa)
    return shift


@acting
def hand_over(
    *, shift_id: int, count: Count, to_person_id: int, by: Actor, at: dt.datetime
) -> Shift:
    """Count the drawer and hand it to another cashier, who confirms it (``confirm``)."""
    shift = _locked(shift_id)
    if to_person_id == shift.cashier_id:
        raise Problem(409, "another_person", ANOTHER)
    _count(shift, count, at=at)
    shift.state, shift.handed_to_id = Shift.State.HANDED, to_person_id
    shift.save()
    _tell(shift, "hand_over", by=by, at=at, amount_baisa=shift.counted_baisa or 0)
    return shift


@acting
def confirm(*, shift_id: int, by: Actor, at: dt.datetime) -> Shift:
    """Take a drawer over: the receiver's own shift begins with what was counted."""
    handed = Shift.objects.select_for_update(of=("self",)).get(pk=shift_id)
    if handed.state != Shift.State.HANDED or handed.handed_to_id != by.person_id:
        raise Problem(409, "another_person", ANOTHER)
    handed.state = Shift.State.CLOSED
    handed.save(update_fields=["state"])
    _check_opening(handed.branch_id, handed.terminal_id, by.person_id, at=at)
    shift = Shift.objects.create(
        cashier_id=by.person_id or 0, cashier_name=by.name, branch_id=handed.branch_id,
        terminal_id=handed.terminal_id, day=city_day(at), float_baisa=handed.counted_baisa or 0,
        opened_at=at, taken_over_from=handed,
    )  # fmt: skip
    _tell(shift, "take_over", by=by, at=at, amount_baisa=shift.float_baisa)
    return shift


@acting
def close_day(*, branch_id: int, day: dt.date, by: Actor, at: dt.datetime) -> DayClose:
    """Close a branch's day once all its shifts are closed; raises Problem 409, 422 ahead of it.

    Those that were opened on a day before count too: an open one still takes money on this day.
    """
    if day > city_day(at):
        raise Problem(422, "day_ahead", DAY_AHEAD)
    branch = _branch(branch_id)
    running = Shift.objects.filter(branch=branch, day__lte=day).exclude(state=Shift.State.CLOSED)
    if running.exists():
        who = "، ".join(running.order_by("pk").values_list("cashier_name", flat=True))
        raise Problem(409, "shifts_open", SHIFTS_OPEN.with_values(who=who))
    if DayClose.objects.filter(branch=branch, day=day).exists():
        raise Problem(409, "day_closed", DAY_CLOSED)
    counter(branch.code.upper(), day)  # what settles at this moment comes before or after
    receipts = Receipt.objects.filter(branch_code=branch.code.upper(), day=day)
    last = receipts.order_by("-seq").first()
    by_channel = receipts.values_list("charge__channel").annotate(s=Sum("amount_baisa"))
    closed = DayClose.objects.create(
        branch=branch, day=day, closed_at=at, closed_by_id=by.person_id or 0,
        closed_by_name=by.name, receipts=receipts.count(),
        last_number=last.number if last else "", takings=dict(by_channel.order_by()),
    )  # fmt: skip
    record(
        stream=f"branch/{branch.pk}", act="day.close", by=by, at=at, facts={"day": day.isoformat()}
    )
    return closed


MEANINGS: dict[str, Text] = {
    "shift_open": OPEN_ALREADY,
    "terminal_taken": TERMINAL_TAKEN,
    "day_closed": DAY_CLOSED,
    "day_ahead": DAY_AHEAD,
    "no_such_branch": NO_BRANCH,
    "no_such_terminal": NO_SUCH_TERMINAL,
    "terminal_elsewhere": TERMINAL_ELSEWHERE,
    "reason_needed": Text("في الدرج فرق يحتاج إلى سبب.", "A drawer that differs needs a reason."),
    "shifts_open": Text("أغلق كل ورديات الفرع أولًا.", "Close all shifts of the branch first."),
    "another_person": ANOTHER,
    "shift_closed": NOT_OPEN,
}
