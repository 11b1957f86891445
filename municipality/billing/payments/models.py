"""The tables of payments.  What they must not hold, the database refuses (migration 0005)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from municipality.billing.payments import graph
from municipality.people.models import new_public_id


class Charge(models.Model):
    """One attempt to take the amount of one bill by one channel.

    ``amount_baisa`` is the bill's total, read under its lock; ``captured_baisa`` what the world
    says was taken, which is the same but for a fault of theirs.
    """

    class Channel(models.TextChoices):
        """How the money comes."""

        TERMINAL = "terminal", "جهاز البطاقة"
        ONLINE = "online", "إلكتروني"
        CASH = "cash", "نقدًا"
        CHEQUE = "cheque", "شيك"

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    bill = models.ForeignKey("billing.Bill", on_delete=models.PROTECT, related_name="charges")
    channel = models.CharField(max_length=8, choices=Channel)
    state = models.CharField(max_length=10, choices=[(s, s) for s in graph.STATES])
    amount_baisa = models.BigIntegerField()
    captured_baisa = models.BigIntegerField(null=True, blank=True)
    idempotency_key = models.CharField(max_length=80, unique=True)
    body_hash = models.CharField(max_length=64, help_text="SHA-256 of what was asked")
    asked_by_id = models.BigIntegerField(null=True, blank=True)
    asked_by_name = models.CharField(max_length=150)
    asked_by_role = models.CharField(max_length=20)
    shift = models.ForeignKey(
        "billing.Shift", null=True, blank=True, on_delete=models.PROTECT, related_name="charges"
    )
    terminal = models.ForeignKey(
        "billing.Terminal", null=True, blank=True, on_delete=models.PROTECT, related_name="charges"
    )
    token = models.CharField(
        max_length=22, unique=True, default=new_public_id, editable=False,
        help_text="what the terminal's answer is bound to",
    )  # fmt: skip
    foreign_id = models.CharField(
        max_length=80, null=True, blank=True, help_text="the gateway's or the bank's own number"
    )
    second_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="the charge under whose reference this one was captured as well",
    )  # fmt: skip
    page_url = models.URLField(max_length=500, blank=True, help_text="the gateway's hosted page")
    auth_code = models.CharField(max_length=20, blank=True)
    rrn = models.CharField(max_length=20, blank=True, help_text="retrieval reference number")
    card_last4 = models.CharField(max_length=4, blank=True)
    card_scheme = models.CharField(max_length=20, blank=True)
    cheque_number = models.CharField(max_length=30, blank=True)
    cheque_bank = models.CharField(max_length=80, blank=True)
    cheque_date = models.DateField(null=True, blank=True)
    tendered_baisa = models.BigIntegerField(null=True, blank=True)
    why = models.CharField(max_length=200, blank=True, help_text="in their words, or ours")
    corrected_why = models.CharField(max_length=200, blank=True)
    stated_by_id = models.BigIntegerField(
        null=True, blank=True, help_text="who settled it by the bank's statement"
    )
    stated_for_id = models.BigIntegerField(null=True, blank=True)
    stated_by_name = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    inquired_at = models.DateTimeField(null=True, blank=True)
    captured_at = models.DateTimeField(null=True, blank=True)
    wipe_asked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["bill"],
                condition=Q(state__in=graph.IN_FLIGHT),
                name="charge_one_in_flight_a_bill",
                violation_error_message="Another payment of this bill is under way.",
            ),
            models.UniqueConstraint(
                fields=["channel", "foreign_id"],
                name="charge_foreign_id_once",
                violation_error_message="This number of the bank belongs to another payment.",
            ),
            models.UniqueConstraint(
                fields=["cheque_bank", "cheque_number"],
                condition=~Q(cheque_number=""),
                name="charge_cheque_once",
                violation_error_message="This cheque was taken before.",
            ),
            models.CheckConstraint(
                name="charge_asks_for_something",
                condition=Q(amount_baisa__gt=0),
                violation_error_message="A payment is of more than nothing.",
            ),
            models.CheckConstraint(
                name="charge_captured_says_how_much",
                condition=~Q(state__in=graph.TAKEN)
                | Q(captured_baisa__gt=0, captured_at__isnull=False),
                violation_error_message="A captured payment says how much was taken, and when.",
            ),
            models.CheckConstraint(
                name="charge_cash_covers_the_amount",
                condition=Q(tendered_baisa=None) | Q(tendered_baisa__gte=F("amount_baisa")),
                violation_error_message="The cash given does not cover the amount.",
            ),
            models.CheckConstraint(
                name="charge_cheque_is_described",
                condition=~Q(channel="cheque")
                | (~Q(cheque_number="") & ~Q(cheque_bank="") & Q(cheque_date__isnull=False)),
                violation_error_message="A cheque has a number, a bank and a date.",
            ),
            models.CheckConstraint(
                name="charge_counter_has_a_shift",
                condition=Q(channel="online") | Q(shift__isnull=False),
                violation_error_message="Money over the counter belongs to a shift.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "channel"], name="charge_by_state"),
            models.Index(fields=["captured_at"], name="charge_by_capture"),
        ]

    @property
    def reference(self) -> str:
        """What the gateway and the terminal know it by: their second capture has the first's."""
        return self.public_id if self.second_of is None else self.second_of.public_id

    def __str__(self) -> str:
        return f"{self.channel} {self.public_id} {self.state}"

    @property
    def change_baisa(self) -> int:
        """What goes back over the counter."""
        return (self.tendered_baisa or self.amount_baisa) - self.amount_baisa


class Receipt(models.Model):
    """The one receipt of a paid bill (إيصال), numbered without gaps per branch and city day."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    number = models.CharField(max_length=60, unique=True)
    bill = models.OneToOneField("billing.Bill", on_delete=models.PROTECT, related_name="receipt")
    charge = models.OneToOneField(Charge, on_delete=models.PROTECT, related_name="receipt")
    branch_code = models.CharField(max_length=40)
    day = models.DateField()
    seq = models.PositiveIntegerField()
    amount_baisa = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["branch_code", "day", "seq"],
                name="receipt_number_once",
                violation_error_message="This number of the day is taken.",
            ),
            models.CheckConstraint(
                name="receipt_is_of_something",
                condition=Q(amount_baisa__gt=0, seq__gte=1),
                violation_error_message="A receipt is of more than nothing.",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ReceiptCounter(models.Model):
    """The last number of a branch and day; its row is the queue of those who settle there."""

    branch_code = models.CharField(max_length=40)
    day = models.DateField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["branch_code", "day"], name="receipt_counter_once")
        ]


class Refund(models.Model):
    """Money on its way back: asked by one person, approved by another.

    A void undoes a payment of the same day at the same counter; a refund gives it back later.
    A second capture and a wrong amount are asked by the platform itself.  ``line`` is what goes
    back of a joint bill's payment, each line once; what goes back of a charge is never more than
    was captured (``billing_refund_is_within_its_charge``).
    """

    class Kind(models.TextChoices):
        """Why it goes back."""

        REFUND = "refund", "رد"
        VOID = "void", "إلغاء إيصال"
        SECOND_CAPTURE = "second_capture", "دفعة ثانية لفاتورة واحدة"
        WRONG_AMOUNT = "wrong_amount", "خُصم مبلغ غير المطلوب"

    class State(models.TextChoices):
        """How far it is; ``unknown``: the gateway did not answer."""

        ASKED = "asked", "بانتظار الموافقة"
        REFUSED = "refused", "لم يوافق عليه"
        APPROVED = "approved", "ووفق عليه"
        SENT = "sent", "أُرسل إلى البنك"
        UNKNOWN = "unknown", "لا جواب من البنك"
        DONE = "done", "تم"

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="refunds")
    line = models.ForeignKey(
        "billing.BillLine", null=True, blank=True, on_delete=models.PROTECT, related_name="refunds",
        help_text="the line of a joint bill that goes back; empty: the payment itself",
    )  # fmt: skip
    kind = models.CharField(max_length=16, choices=Kind)
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    amount_baisa = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    asked_by_id = models.BigIntegerField(null=True, blank=True, help_text="empty: the platform")
    asked_for_id = models.BigIntegerField(null=True, blank=True)
    asked_by_name = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True, blank=True)
    decided_for_id = models.BigIntegerField(null=True, blank=True)
    decided_by_name = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    shift = models.ForeignKey(
        "billing.Shift", null=True, blank=True, on_delete=models.PROTECT, related_name="refunds",
        help_text="the drawer cash is paid back from",
    )  # fmt: skip
    foreign_id = models.CharField(max_length=80, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["charge"],
                condition=Q(line=None) & ~Q(state="refused"),
                name="refund_one_a_charge",
                violation_error_message="This payment is already going back.",
            ),
            models.UniqueConstraint(
                fields=["line"],
                condition=~Q(state="refused"),
                name="refund_one_a_line",
                violation_error_message="This part of the payment is already going back.",
            ),
            models.CheckConstraint(
                name="refund_has_a_reason",
                condition=~Q(reason=""),
                violation_error_message="A refund needs a reason.",
            ),
            models.CheckConstraint(
                name="refund_is_of_something",
                condition=Q(amount_baisa__gt=0),
                violation_error_message="A refund is of more than nothing.",
            ),
            models.CheckConstraint(
                name="refund_decided_by_someone",
                condition=Q(state="asked", decided_by_id=None) | Q(decided_by_id__isnull=False),
                violation_error_message="Someone decides on a refund.",
            ),
            models.CheckConstraint(
                name="refund_two_pairs_of_eyes",
                condition=Q(decided_by_id=None)
                | (
                    (Q(asked_by_id=None) | ~Q(decided_by_id=F("asked_by_id")))
                    & (Q(asked_for_id=None) | ~Q(decided_by_id=F("asked_for_id")))
                    & (
                        Q(decided_for_id=None)
                        | (
                            (Q(asked_by_id=None) | ~Q(decided_for_id=F("asked_by_id")))
                            & (Q(asked_for_id=None) | ~Q(decided_for_id=F("asked_for_id")))
                        )
                    )
                ),
                violation_error_message="Another person than the one who asks decides.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id} {self.state}"


class LedgerEntry(models.Model):
    """One side of a posting; debits are positive, and every posting sums to nothing.

    Accounts: ``cash``, ``cheque``, ``terminal``, ``online`` (what we hold or the bank owes us),
    ``revenue/<purpose>``, ``refund_due`` (what we owe back).
    """

    posting = models.UUIDField()
    account = models.CharField(max_length=60)
    amount_baisa = models.BigIntegerField()
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="entries")
    refund = models.ForeignKey(
        Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="entries"
    )
    shift = models.ForeignKey(
        "billing.Shift", null=True, blank=True, on_delete=models.PROTECT, related_name="entries"
    )
    branch_code = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="ledger_entry_of_something",
                condition=~Q(amount_baisa=0),
                violation_error_message="An entry is not of nothing.",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["posting"], name="ledger_by_posting"),
            models.Index(fields=["account", "at"], name="ledger_by_account"),
        ]


class SeenWebhook(models.Model):
    """A message of the gateway that has had its effect; the same id has none again."""

    id = models.CharField(max_length=100, primary_key=True)
    seen_at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=40)
    effect = models.CharField(max_length=20)
