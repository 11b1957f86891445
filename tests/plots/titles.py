"""Title deeds for tests: in the database, and as the files a ministry would send."""

import csv
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import transaction

from plots.models import Plot, Title, TitleShare
from tests.builders import ALWAYS

HALVES = (("سالم بن سعيد الحارثي", "12345678", 1, 2), ("مريم بنت علي البلوشية", "", 1, 2))
COLUMNS = (
    "رقم سند الملكية", "رقم القطعة", "المنطقة", "اسم المالك", "الرقم المدني", "الحصة",
    "تاريخ السند",
)  # fmt: skip


@transaction.atomic
def a_title(
    plot: Plot, deed: str = "D-1", shares: Sequence[tuple[str, str, int, int]] = HALVES,
    **values: Any,
) -> Title:  # fmt: skip
    """A title of a plot with its shares, not yet asked whether they are the whole."""
    facts = {"valid": ALWAYS, "source": "test", "as_of": dt.date(2026, 1, 1), **values}
    title = Title.objects.create(plot=plot, deed_number=deed, **facts)
    TitleShare.objects.bulk_create(
        TitleShare(
            title=title, position=position, owner_name=name, civil_number=civil,
            numerator=above, denominator=below,
        )
        for position, (name, civil, above, below) in enumerate(shares, start=1)
    )  # fmt: skip
    return title


def a_row(deed: str = "D-1", **values: str) -> list[str]:
    """A row as the Arabic columns have it: one share of a deed."""
    row = {
        "number": "2417", "area": "", "owner": "سالم بن سعيد الحارثي", "civil": "12345678",
        "share": "1", "since": "03/02/2015", **values,
    }  # fmt: skip
    return [deed, *row.values()]


def a_file(
    folder: Path, rows: Sequence[Sequence[str]], *, encoding: str = "utf-8-sig", mark: str = ","
) -> Path:
    """A table as an office program saves it."""
    path = folder / "titles.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=mark)
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    return path
