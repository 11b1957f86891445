"""What a staff form sent, read field by field: its values, and what is wrong with each."""

import datetime as dt
from dataclasses import dataclass, field

from django.http import HttpRequest

from municipality.digits import western
from municipality.names import tidy
from municipality.problems import bad_value
from municipality.words import Text

WRITE = Text("اكتب هذا الحقل.", "Fill in this field.")
TOO_LONG = Text("النص أطول من المسموح.", "The text is too long.")
WRONG_DAY = Text("اكتب التاريخ هكذا: 2026-01-31.", "Write the day like 2026-01-31.")
WRONG_TIME = Text("اكتب الوقت هكذا: 07:30.", "Write the time like 07:30.")
OPEN_ANEW = Text("افتح الصفحة من جديد ثم اختر.", "Open the page anew, then choose.")
FIRST_YEAR, LAST_YEAR = 2000, 2099


@dataclass(slots=True)
class Sent:
    """The fields of one form."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, Text] = field(default_factory=dict)

    @classmethod
    def of(cls, request: HttpRequest) -> "Sent":
        """Take the fields of a POST, without NUL, which no column takes."""
        return cls(
            {name: str(text).replace("\x00", "")[:2_000] for name, text in request.POST.items()}
        )

    def text(self, name: str, *, most: int = 200) -> str:
        """Return a text of one line that must be there, without letters that nobody sees."""
        found = tidy(self.values.get(name, ""))
        if not found:
            self.errors[name] = WRITE
        elif len(found) > most:
            self.errors[name] = TOO_LONG
        return found

    def wanted(self, *states: str) -> str:
        """Return the state that the form asks for, so that a form sent twice turns nothing back.

        Raises Problem 422 for a form that names none of them.
        """
        to = self.values.get("to", "")
        if to not in states:
            raise bad_value("to", OPEN_ANEW)
        return to

    def day(self, name: str) -> dt.date:
        """Return a day, in any digits; one that is no day is noted, and is one to reckon with."""
        try:
            found = dt.date.fromisoformat(western(self.values.get(name, "").strip()))
        except ValueError:
            found = dt.date.min
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            self.errors[name] = WRONG_DAY
            return dt.date(FIRST_YEAR, 1, 1)
        return found

    def time(self, name: str) -> dt.time:
        """Return a time of the day; what is none is noted."""
        try:
            return dt.time.fromisoformat(western(self.values.get(name, "").strip()))
        except ValueError:
            self.errors[name] = WRONG_TIME
            return dt.time.min
