"""Only imports the tables, so that Django finds them."""

from municipality.billing.bills.models import Bill, BillLine
from municipality.billing.payments.models import (
    Charge,
    LedgerEntry,
    Receipt,
    ReceiptCounter,
    Refund,
    SeenWebhook,
)
from municipality.billing.reconciliation.models import Difference, SettlementFile
from municipality.billing.shifts.models import DayClose, Shift
from municipality.billing.tariffs.models import Tariff
from municipality.billing.terminals.models import Terminal

__all__ = [
    "Bill",
    "BillLine",
    "Charge",
    "DayClose",
    "Difference",
    "LedgerEntry",
    "Receipt",
    "ReceiptCounter",
    "Refund",
    "SeenWebhook",
    "SettlementFile",
    "Shift",
    "Tariff",
    "Terminal",
]
