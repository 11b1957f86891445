"""Who hears that money went back: the payer, in the transaction that closed it."""

import datetime as dt

from municipality.baisa import Baisa, as_rial
from municipality.billing.bills.models import Bill
from municipality.billing.payments.models import Refund
from municipality.conf import CURRENCY, PROFILE
from municipality.notices.outbox import Recipient, queue
from municipality.notices.templates import Template
from municipality.people.models import User

_CITY_AR, _CITY_EN = PROFILE.municipality_ar, PROFILE.municipality_en
_AR, _EN = CURRENCY.ar, CURRENCY.en
_LONGEST = {"amount": "999999.999", "bill": "INV-2026-000123"}

PAID_BACK = Template(
    code="billing.paid_back",
    ar=f"{_CITY_AR}: أُعيد إليك {{amount}} {_AR} عن الفاتورة {{bill}}، ولم يعد إيصالها صالحًا.",
    en=f"{_CITY_EN}: {{amount}} {_EN} of bill {{bill}} went back to you; its receipt is void.",
    longest=_LONGEST,
)
SURPLUS_BACK = Template(
    code="billing.surplus_back",
    ar=f"{_CITY_AR}: أُعيد إليك {{amount}} {_AR} أُخذت فوق المستحق عن الفاتورة {{bill}}.",
    en=f"{_CITY_EN}: {{amount}} {_EN} taken beyond bill {{bill}} went back to you.",
    longest=_LONGEST,
)
PART_BACK = Template(
    code="billing.part_back",
    ar=f"{_CITY_AR}: أُعيد إليك {{amount}} {_AR} عما لم يُستعمل من الفاتورة {{bill}}.",
    en=f"{_CITY_EN}: {{amount}} {_EN} for the unused part of bill {{bill}} went back to you.",
    longest=_LONGEST,
)
LINE_BACK = Template(
    code="billing.line_back",
    ar=f"{_CITY_AR}: أُعيد إليك {{amount}} {_AR} من الفاتورة {{bill}}، وما بقي منها مدفوع.",
    en=f"{_CITY_EN}: {{amount}} {_EN} of bill {{bill}} went back to you; the rest stays paid.",
    longest=_LONGEST,
)
TEMPLATES = (PAID_BACK, SURPLUS_BACK, PART_BACK, LINE_BACK)


def tell_paid_back(bill: Bill, refund: Refund, *, told: Template, at: dt.datetime) -> None:
    """Queue the payer's message; nobody is told where the bill names no phone."""
    if not bill.payer_phone:
        return
    payer = User.objects.filter(pk=bill.payer_person_id or 0).first()  # unique
    queue(
        template=told.code,
        to=Recipient(
            phone=bill.payer_phone,
            language=payer.language if payer else "ar",
            person_id=bill.payer_person_id,
        ),
        values={"amount": as_rial(Baisa(refund.amount_baisa)), "bill": bill.number},
        key=f"refund/{refund.pk}/done",
        at=at,
        about=bill.subject,
    )
