"""What every object of APDS is made of: ids, references, words in two languages, money, moments.

Amounts are in the unit of the currency (0.1 for 100 baisa), not in its smallest coin as in CDS:
AmountInCurrency is "the amount of currency specified in the given currency code".  They are
written from whole coins and have no more decimals than the currency.
"""

import datetime as dt
import uuid
from typing import Any

from municipality.conf import PROFILE
from municipality.moments import utc_text
from municipality.words import Text

Json = dict[str, Any]

OF_CITY = uuid.uuid5(uuid.NAMESPACE_DNS, f"{PROFILE.code}.apds")
FIRST_DAY = dt.date(1970, 1, 1)  # written for a span that is open to the past


def id_of(name: str) -> str:
    """Return the id of a thing by its stable name; the same in every answer, never reused."""
    return str(uuid.uuid5(OF_CITY, name))


ISSUER: Json = {"id": id_of("organisation"), "version": 1, "className": "Organisation"}
CITY_ID = id_of("place/city")


def reference(id_: str, version: int, class_name: str) -> Json:
    """Write a versioned reference."""
    return {"id": id_, "version": version, "className": class_name}


def in_words(text: Text) -> list[Json]:
    """Write a text in both languages, Arabic first."""
    return [{"language": "ar", "string": text.ar}, {"language": "en", "string": text.en}]


def begins(day: dt.date | None) -> str:
    """Write the moment in which a day of the city begins."""
    return utc_text(dt.datetime.combine(day or FIRST_DAY, dt.time(), PROFILE.time_zone))


def in_currency(coins: int) -> float:
    """Turn whole smallest coins into the currency's unit.

    The shortest text of the float is the exact decimal, for amounts below 10**12 coins.
    """
    return coins / float(10**PROFILE.currency_exponent)


def amount(coins: int) -> Json:
    """Write an amount of whole smallest coins."""
    return {"currencyType": PROFILE.currency, "currencyValue": in_currency(coins)}


def minutes(count: int) -> str:
    """Write a length of whole minutes as a duration (ISO 8601)."""
    return f"PT{count}M"


def listed(rows: list[Json], *, at: dt.datetime) -> Json:
    """Write a whole list in one page: the specification names no parameter to ask for another."""
    meta = {
        "referenceInstant": int(at.timestamp()), "offset": 0, "pageSize": len(rows),
        "total": len(rows),
    }  # fmt: skip
    return {"meta": meta, "data": rows}
