"""Another city's GeoReport v2, asked by us: its requests of a span of days, and ours sent to it."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from municipality.far_web import Answer, NoAnswer, Web
from municipality.moments import utc_text
from observations.open311.foreign import ForeignRow, OtherForm, rows_of

SPAN = dt.timedelta(days=90)  # of the standard
PAGE = 1_000  # of the standard; most servers give fewer
MOST_ASKED = 2_000  # questions of one pull
MOST_ROWS = 500_000


class NotTold(Exception):
    """The other server did not tell: no answer, a refusal, or another form; the text says which."""


@dataclass(slots=True)
class Pulled:
    """What was asked and answered: ``repeated`` rows had come before."""

    asked: int = 0
    repeated: int = 0
    rows: dict[str, ForeignRow] = field(default_factory=dict)
    unnamed: list[ForeignRow] = field(default_factory=list)

    def take(self, rows: list[ForeignRow]) -> int:
        """Keep what is new, by its id; returns how many were.  Rows without one are all kept."""
        new = 0
        for row in rows:
            name = row.get("service_request_id")
            if name is None:
                if row in self.unnamed:
                    self.repeated += 1
                else:
                    self.unnamed.append(row)
                    new += 1
            elif name in self.rows:
                self.repeated += 1
            else:
                self.rows[name] = row
                new += 1
        return new

    def all_rows(self) -> list[ForeignRow]:
        """Return everything that came, once."""
        return [*self.rows.values(), *self.unnamed]


@dataclass(frozen=True, slots=True)
class FarCity:
    """A server: its address up to the version, the form it speaks best, its jurisdiction.

    ``key`` is the one that they gave us, for sending.
    """

    url: str
    web: Web
    form: str = "json"
    jurisdiction: str = ""
    key: str = ""

    def _address(self, path: str) -> str:
        return f"{self.url.rstrip('/')}/{path}.{self.form}"

    def _asked(self, path: str, question: Mapping[str, str]) -> list[ForeignRow]:
        city = {"jurisdiction_id": self.jurisdiction} if self.jurisdiction else {}
        try:
            return self._read(self.web.get(self._address(path), {**city, **question}))
        except NoAnswer as silence:
            raise NotTold(silence.why.value) from None

    def _read(self, answer: Answer) -> list[ForeignRow]:
        try:
            rows = rows_of(answer.body)
        except OtherForm as other:
            raise NotTold(f"{answer.status}: {other}") from None
        if answer.status not in (200, 201):
            said = "; ".join(row.get("description", "") for row in rows)[:300]
            raise NotTold(f"{answer.status}: {said}")
        return rows

    def services(self) -> dict[str, str]:
        """Return the names of its services by code; raises NotTold."""
        rows = self._asked("services", {})
        return {
            row["service_code"]: row.get("service_name", row["service_code"])
            for row in rows
            if "service_code" in row
        }

    def pull(
        self, *, since: dt.datetime, until: dt.datetime, updated_after: dt.datetime | None = None
    ) -> Pulled:
        """Ask for the requests made in [since, until], 90 days at a time; raises NotTold."""
        pulled = Pulled()
        for start, end in _spans(since, until):
            self._span(pulled, start, end, updated_after)
        return pulled

    def _span(
        self, pulled: Pulled, start: dt.datetime, end: dt.datetime, after: dt.datetime | None
    ) -> None:
        """Ask for a span, page by page; then for what lies before the oldest of it.

        Many servers know no pages and answer their latest fifty: asked again with an earlier
        end, they tell the rest.
        """
        while True:
            oldest = self._pages(pulled, start, end, after)
            if oldest is None or oldest <= start:
                return
            end = min(oldest, end - dt.timedelta(seconds=1))

    def _pages(
        self, pulled: Pulled, start: dt.datetime, end: dt.datetime, after: dt.datetime | None
    ) -> dt.datetime | None:
        """Ask page after page until one says nothing new; returns the oldest moment of those."""
        oldest: dt.datetime | None = None
        for page in range(1, MOST_ASKED):
            pulled.asked += 1
            if pulled.asked > MOST_ASKED or len(pulled.rows) > MOST_ROWS:
                raise NotTold("too_much")
            question = {
                "start_date": utc_text(start), "end_date": utc_text(end), "page": str(page),
                "page_size": str(PAGE),
            }  # fmt: skip
            if after is not None:
                question["updated_after"] = utc_text(after)
            rows = self._asked("requests", question)
            if not pulled.take(rows):
                break
            moments = [found for row in rows if (found := _moment(row)) is not None]
            oldest = min([*moments, *([oldest] if oldest else [])], default=None)
        return oldest

    def send(self, fields: Mapping[str, str]) -> ForeignRow:
        """Send a request; returns its id or its token.  Raises NoAnswer, and NotTold if refused."""
        city = {"jurisdiction_id": self.jurisdiction} if self.jurisdiction else {}
        answer = self.web.post(self._address("requests"), {**city, "api_key": self.key, **fields})
        rows = self._read(answer)
        if not rows or not {"service_request_id", "token"} & set(rows[0]):
            raise NotTold(f"{answer.status}: no id")
        return rows[0]

    def token(self, token: str) -> str | None:
        """Return the id that a token has become; None where it has none yet.  Raises NotTold."""
        rows = self._asked(f"tokens/{token}", {})
        return next((row.get("service_request_id") for row in rows), None)


def _spans(since: dt.datetime, until: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    while since < until:
        yield since, min(since + SPAN, until)
        since += SPAN


def _moment(row: ForeignRow) -> dt.datetime | None:
    """Read when a request was made, for paging only; None where it has no zone or is none."""
    try:
        found = dt.datetime.fromisoformat(row.get("requested_datetime", ""))
    except ValueError:
        return None
    return found if found.tzinfo else None
