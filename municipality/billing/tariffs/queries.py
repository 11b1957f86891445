"""The price in force."""

import datetime as dt

from municipality.billing.tariffs.models import Tariff, TariffKind


class NoTariff(LookupError):
    """No price is in force: a gap in the table, to be reported and never guessed."""


def price_on(*, kind: TariffKind, zone_code: str, day: dt.date) -> Tariff:
    """Return the one price in force on a day of the city.

    There is at most one (``tariff_one_price_a_day``); there is no fall-back to the latest or
    the nearest.  An empty ``zone_code`` asks for the price of the whole city.  Raises NoTariff
    if the table has a gap that day.
    """
    try:
        return Tariff.objects.get(kind=kind, zone_code=zone_code, valid__contains=day)
    except Tariff.DoesNotExist:
        raise NoTariff(f"no {kind} price for zone {zone_code or 'any'} on {day}") from None
