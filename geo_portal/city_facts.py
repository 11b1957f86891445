"""Facts of the city that any deployment of its profile begins with: calendar, prices, places.

They stand beside the profile as TOML (``municipality/profiles/<city>_*.toml``), each row with
its source, and are loaded by ``manage.py load_city_facts``.  Loading adds what is missing and
never touches what a municipality has entered: a fact whose days are already covered, or whose
holiday of that year is already known, is left as it stands.
"""

import datetime as dt
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Model
from hijridate import Gregorian, Hijri

from geo_portal.category_reaches import fill_in
from municipality import profiles
from municipality.billing.tariffs.models import Tariff
from municipality.calendar.models import Holiday, OfficeHours, Ramadan, Weekend
from municipality.conf import PROFILE
from municipality.documents.models import RetentionRule
from municipality.places.models import Directorate, Population, Wilayat
from observations.replies.models import Reply
from observations.reports.models import Category, Target
from observations.routing.models import Body
from parking_zones.pricing.models import PaidHours, TicketTerms
from parking_zones.tickets.models import GoodIn
from parking_zones.violations.models import Offence
from plots.restrictions.models import Theme

SAME_EVENT_DAYS = 20  # a move by announcement is shorter; lunar years are 354 days apart
RAMADAN = 9
ONE_DAY = dt.timedelta(days=1)

Row = dict[str, Any]


def load_city_facts() -> dict[str, int]:
    """Add the facts that are missing, in one transaction; return the new rows by table."""
    with transaction.atomic():
        calendar = _file("calendar")
        tariffs = _file("tariffs")
        places = _file("places")
        reports = _file("categories")
        return {
            "wilayats": _wilayats(places.get("wilayats", [])),
            "populations": _populations(places.get("populations", [])),
            "directorates": _directorates(places.get("directorates", [])),
            "bodies": _bodies(_file("bodies").get("bodies", [])),
            "weekends": _dated(Weekend, list(_weekends()), by={}),
            "holidays": _events(Holiday, list(_holidays(calendar))),
            "ramadans": _events(Ramadan, list(_ramadans(calendar))),
            "office_hours": _dated(
                OfficeHours, _spans(calendar.get("office_hours", [])), by={"in_ramadan": False}
            ),
            "tariffs": _dated(
                Tariff, _spans(tariffs.get("tariffs", [])), by={"kind": "", "zone_code": ""}
            ),
            "paid_hours": _dated(
                PaidHours,
                _spans(tariffs.get("paid_hours", [])),
                by={"part": 1, "zone": None, "in_ramadan": False},
            ),
            "ticket_terms": _dated(
                TicketTerms, _spans(tariffs.get("ticket_terms", [])), by={"zone": None}
            ),
            "good_in": _dated(
                GoodIn,
                _spans(tariffs.get("good_in", [])),
                by={"ticket_zone": None, "in_zone": None},
            ),
            "offences": _dated(Offence, _spans(tariffs.get("offences", [])), by={"code": ""}),
            "themes": _themes(),
            "categories": _categories(reports.get("categories", [])),
            "categories_filled_in": fill_in(reports.get("categories", [])),
            "targets": _dated(
                Target, _spans(reports.get("targets", [])), by={"priority": 0, "category": None}
            ),
            "replies": _replies(_file("replies").get("replies", [])),
            "retention": _retention(_file("retention").get("rules", [])),
        }


def _file(part: str) -> Row:
    """Read one file of facts; a city without it has none."""
    path = Path(profiles.__file__).parent / f"{PROFILE.code}_{part}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _range(row: Row) -> DateRange:
    last = row.get("to")
    return DateRange(row["from"], last + ONE_DAY if last else None)


def _spans(rows: list[Row]) -> list[Row]:
    """Turn inclusive ``from`` and ``to`` of the files into half-open ``valid``."""
    kept = [{key: row[key] for key in row if key not in ("from", "to")} for row in rows]
    return [fields | {"valid": _range(row)} for fields, row in zip(kept, rows, strict=True)]


def _weekends() -> Iterator[Row]:
    rules = sorted(PROFILE.calendar.get("weekends", []), key=lambda rule: rule["from"])
    begins = [dt.date.fromisoformat(rule["from"]) for rule in rules]
    for rule, begin, end in zip(rules, begins, [*begins[1:], None], strict=False):
        yield {
            "valid": DateRange(begin, end),
            "weekdays": rule["days"],
            "source": f"{PROFILE.code}.toml [calendar]",
        }


def _event(row: Row, first: dt.date, last: dt.date, *, provisional: bool, source: str) -> Row:
    return {
        "code": row["code"],
        "name_ar": row["name_ar"],
        "name_en": row["name_en"],
        "valid": DateRange(first, last + ONE_DAY),
        "provisional": provisional,
        "source": source,
    }


def _holidays(calendar: Row) -> Iterator[Row]:
    """Make the holidays in order of certainty: announced, fixed by law, computed."""
    for row in calendar.get("announced", []):
        yield _event(row, row["from"], row["to"], provisional=False, source=row["source"])
    for row in calendar.get("fixed", []):
        for year in range(row["first_year"], row["last_year"] + 1):
            first = dt.date.fromisoformat(f"{year}-{row['day']}")
            last = first + dt.timedelta(days=row["days"] - 1)
            yield _event(row, first, last, provisional=False, source=row["source"])
    for year, source in _lunar_years(calendar):
        for row in calendar.get("lunar", []):
            first, last = _western(year, row["first"]), _western(year, row["last"])
            yield _event(row, first, last, provisional=True, source=source)


def _ramadans(calendar: Row) -> Iterator[Row]:
    for year, source in _lunar_years(calendar):
        valid = DateRange(_western(year, (RAMADAN, 1)), _western(year, (RAMADAN + 1, 1)))
        yield {"valid": valid, "provisional": True, "source": source}


def _lunar_years(calendar: Row) -> Iterator[tuple[int, str]]:
    """Yield the Islamic years that touch the years of the file."""
    years = calendar.get("lunar_years")
    if years:
        first = Gregorian(years["first"], 1, 1).to_hijri().year
        last = Gregorian(years["last"], 12, 31).to_hijri().year
        for year in range(first, last + 1):
            yield year, years["source"]


def _western(year: int, month_day: tuple[int, int]) -> dt.date:
    """Return the Western date of an Islamic one (Umm al-Qura)."""
    found = Hijri(year, *month_day).to_gregorian()
    return dt.date(found.year, found.month, found.day)


def _dated(model: type[Model], rows: list[Row], *, by: Row) -> int:
    """Insert the rows whose days are not covered yet for the same ``by`` (with its defaults)."""
    added = 0
    for row in rows:
        same = {key: row.get(key, default) for key, default in by.items()}
        if not model._default_manager.filter(valid__overlap=row["valid"], **same).exists():
            model._default_manager.create(**row)
            added += 1
    return added


def _events(model: type[Model], rows: list[Row]) -> int:
    """Insert events that are not known within ``SAME_EVENT_DAYS``: moved ones stay moved."""
    known: list[tuple[str, dt.date]] = [
        (getattr(row, "code", ""), row.valid.lower)  # type: ignore[attr-defined]  # both have it
        for row in model._default_manager.all()
    ]
    new = []
    for row in rows:
        key, begin = row.get("code", ""), row["valid"].lower
        if any(code == key and abs(day - begin).days < SAME_EVENT_DAYS for code, day in known):
            continue
        known.append((key, begin))
        new.append(model(**row))
    model._default_manager.bulk_create(new)
    return len(new)


def _wilayats(rows: list[Row]) -> int:
    made = [
        Wilayat.objects.get_or_create(
            code=row["code"], defaults={key: row[key] for key in row if key != "code"}
        )[1]
        for row in rows
    ]
    return sum(made)


def _populations(rows: list[Row]) -> int:
    made = [
        Population.objects.get_or_create(
            wilayat=Wilayat.objects.get(code=row["wilayat"]),
            as_of=row["as_of"],
            defaults={key: row[key] for key in ("residents", "omanis", "source")},
        )[1]
        for row in rows
    ]
    return sum(made)


def _directorates(rows: list[Row]) -> int:
    added = 0
    for row in rows:
        directorate, made = Directorate.objects.get_or_create(
            code=row["code"], defaults={"name_ar": row["name_ar"], "name_en": row["name_en"]}
        )
        if made:
            directorate.wilayats.set(Wilayat.objects.filter(code__in=row["wilayats"]))
            added += 1
    return added


def _bodies(rows: list[Row]) -> int:
    """Add the bodies that deal with reports; one of the municipality is its directorate."""
    directorates = {row.code: row for row in Directorate.objects.all()}
    made = []
    for row in rows:
        ours = directorates[row["directorate"]] if "directorate" in row else None
        names = row if ours is None else vars(ours)
        defaults = {
            "name_ar": names["name_ar"],
            "name_en": names["name_en"],
            "directorate": ours,
            "is_outside": ours is None,
            "source": row["source"],
        }
        code = row["code"] if ours is None else ours.code
        made.append(Body.objects.get_or_create(code=code, defaults=defaults)[1])
    return sum(made)


def _themes() -> int:
    made = [
        Theme.objects.get_or_create(
            code=code,
            defaults={
                "name_ar": theme["name_ar"],
                "name_en": theme["name_en"],
                "position": position,
            },
        )[1]
        for position, (code, theme) in enumerate(PROFILE.themes.items())
    ]
    return sum(made)


def _retention(rows: list[Row]) -> int:
    made = [RetentionRule.objects.get_or_create(code=row["code"], defaults=row)[1] for row in rows]
    return sum(made)


def _categories(rows: list[Row]) -> int:
    made = [
        Category.objects.get_or_create(
            code=row["code"],
            defaults={
                "name_ar": row["ar"],
                "name_en": row["en"],
                "priority": row["priority"],
                "public": row.get("public", True),
                "footprint_m": row.get("footprint_m", 50),
                "kin": row.get("kin", ""),
                "position": position,
            },
        )[1]
        for position, row in enumerate(rows)
    ]
    return sum(made)


def _replies(rows: list[Row]) -> int:
    """Add the ready answers that are missing; one that was worded anew keeps its words."""
    categories = {row.code: row for row in Category.objects.all()}
    made = [
        Reply.objects.get_or_create(
            code=row["code"],
            defaults={
                "edge": row["edge"],
                "ar": row["ar"],
                "en": row["en"],
                "category": categories[row["category"]] if "category" in row else None,
            },
        )[1]
        for row in rows
    ]
    return sum(made)
