"""The fee of an extract: one line from the tariff of the day, issued when the facts are right."""

import datetime as dt
from decimal import Decimal

from municipality.actor import Actor
from municipality.billing.bills.actions import issue
from municipality.billing.bills.facts import Payer, tariff_line
from municipality.billing.tariffs.models import TariffKind
from municipality.billing.tariffs.queries import price_on
from municipality.cases.models import Case
from municipality.city_time import city_day
from municipality.words import Text
from plots.case_fees import CaseFee, claim_of

PURPOSE = "plot_extract_fee"
FEE = CaseFee(PURPOSE)
LINE = Text("رسم مستخرج قطعة أرض معتمد", "Fee of a certified plot extract")


def issue_fee(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Bill the applicant by the tariff of the day; raises NoTariff, and nothing moves then."""
    day = city_day(at)
    tariff = price_on(kind=TariffKind.PLOT_EXTRACT, zone_code="", day=day)
    applicant = next(party for party in case.parties.all() if party.role == "applicant")
    issue(
        claim=claim_of(case, PURPOSE),
        payer=Payer(
            name=applicant.name, phone=applicant.phone, person_id=applicant.person_id
        ),
        lines=[tariff_line(tariff=tariff, text=LINE, quantity=Decimal(1))],
        by=by,
        at=at,
    )  # fmt: skip
