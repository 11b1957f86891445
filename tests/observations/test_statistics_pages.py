"""Statistics through the database, on the page, as CSV and on paper."""

import csv
import datetime as dt
import io
import re
import subprocess
import unicodedata
from typing import Any

import pytest
from django.test import Client

from municipality.actor import Actor
from municipality.cases.actions import move
from observations.models import Category, Observation, Submission
from observations.reports import actions
from observations.reports.models import Status
from observations.statistics.figures import Answer, Outcome
from observations.statistics.reading import statistics_of
from observations.statistics.rows import Asked
from tests.builders import (
    a_directorate,
    a_person,
    a_wilayat,
    an_area,
    the_office_hours,
    the_weekends,
)
from tests.observations.builders import (
    AGENT,
    NOON,
    a_category,
    a_report,
    a_reporter,
    a_sender,
    a_target,
    gps,
)
from tests.observations.conftest import report

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
YEAR = Asked(dt.date(2026, 1, 1), dt.date(2027, 1, 1))
PAGE = "/observations/statistics/"
DEPARTMENT = Actor(902, "Officer", "department")


@pytest.fixture
def city() -> dict[str, Any]:
    the_weekends()
    the_office_hours()
    wilayat = a_wilayat(population=20_000)
    return {
        "wilayat": wilayat, "area": an_area(wilayat), "directorate": a_directorate(wilayat),
        "target": a_target(), "category": a_category(),
    }  # fmt: skip


def sent(number: int = 0, at: dt.datetime = NOON) -> Submission:
    person = a_reporter(f"+9689990{number:04d}")
    return a_report(gps(), sender=a_sender(person=person), at=at)


def from_file(day: dt.date, category: Category, **facts: Any) -> Observation:
    made = report(0, 0, day, category.pk, **{"status": Status.CLOSED, **facts})
    made.save()
    return made


def as_somebody(*roles: str, directorate: Any = None, name: str = "reader") -> Client:
    person = a_person(name, *roles)
    person.directorate = directorate
    person.save()
    client = Client()
    client.force_login(person)
    return client


def table(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_what_became_of_a_case_is_counted(city) -> None:
    first, second, third = sent(1), sent(2), sent(3)
    actions.merge(
        case_id=second.case_id, into=first.observation, by=AGENT, at=NOON + HOUR
    )  # fmt: skip
    move(case_id=third.case_id, edge="not_ours", by=AGENT, at=NOON + 2 * HOUR, text="للكهرباء")
    case = first.case
    case.directorate, case.state = city["directorate"], "in_progress"
    case.save()
    move(case_id=case.pk, edge="resolve", by=DEPARTMENT, at=NOON + 3 * HOUR, text="سُوّيت")
    found = statistics_of(YEAR, at=NOON + DAY).whole
    assert found.outcomes[Outcome.DUPLICATE] == found.outcomes[Outcome.NOT_OURS] == 1
    assert (found.closed, found.open, found.rejected) == (1, 0, 2)
    assert found.answers[Answer.ANSWERED] == 3 and found.answer_h.median == 2
    assert found.close_h.median == 3 and found.close_days.median == 0
    assert found.kept == 1 and found.reopened == 0
    owner = Actor(first.person_id, "Sender", "applicant")
    move(case_id=case.pk, edge="reopen", by=owner, at=NOON + 4 * HOUR, text="بقيت حفرة")
    found = statistics_of(YEAR, at=NOON + DAY).whole
    assert (found.closed, found.open, found.reopened) == (0, 1, 1)


def test_a_report_from_a_file_says_what_it_does_not_know(city) -> None:
    from_file(dt.date(2026, 3, 1), city["category"], wilayat=city["wilayat"])
    from_file(
        dt.date(2026, 3, 2), city["category"], wilayat=city["wilayat"],
        closed_at=dt.datetime(2026, 3, 3, 8, tzinfo=dt.UTC),
    )  # fmt: skip
    from_file(dt.date(2025, 12, 31), city["category"])
    found = statistics_of(YEAR, at=NOON)
    assert found.whole.answers == (0, 0, 2) and found.from_files == 2
    assert found.whole.close_h.known == 1 and found.whole.close_unknown == 1
    assert found.whole.promises[3] == 2
    assert found.before.received == 1
    assert [line.figures.received for line in found.months] == [0, 0, 2] + [0] * 9
    assert found.wilayats[0].code == "seeb" and found.population[city["wilayat"].pk] == 20_000
    for _, lines in found.tables():
        assert sum(line.figures.received for line in lines) == 2


def test_a_day_belongs_to_one_span(city) -> None:
    for day in (28, 29, 30):
        from_file(dt.date(2026, 6, day), city["category"])
    asked = Asked(dt.date(2026, 6, 29), dt.date(2026, 6, 30))
    found = statistics_of(asked, at=NOON)
    assert (found.whole.received, found.before.received) == (1, 1)


def test_filters_narrow_and_what_is_not_listed_is_refused(city) -> None:
    from_file(dt.date(2026, 3, 1), city["category"], channel=3, wilayat=city["wilayat"])
    from_file(dt.date(2026, 3, 1), a_category("waste", name_en="Waste"), channel=1)
    client = as_somebody("planner")
    days = "from=2026-01-01&to=2026-12-31"
    for narrowed, count in (
        ("", 2), ("&category=waste", 1), ("&channel=phone", 1), ("&wilayat=seeb", 1),
        ("&area=hail", 0), ("&channel=phone&category=waste", 0),
    ):  # fmt: skip
        rows = table(client.get(f"/observations/statistics.csv?{days}{narrowed}"))
        assert rows[0]["table"] == "all" and rows[0]["received"] == str(count)
        assert client.get(f"{PAGE}?{days}{narrowed}").status_code == 200
    for wrong in ("category=x", "channel=9", "wilayat=%00", "from=2026-02-30", "area=1"):
        assert client.get(f"{PAGE}?{wrong}").status_code == 422
    assert client.get(f"{PAGE}?from=2026-03-02&to=2026-03-01").status_code == 422
    assert client.get(f"{PAGE}?what=1").status_code == 400


def test_csv_holds_no_formula_and_adds_up(city) -> None:
    evil = a_category("evil", name_ar="=1+1", name_en="@SUM(A1)")
    from_file(dt.date(2026, 3, 1), evil)
    rows = table(
        as_somebody("agent").get("/observations/statistics.csv?from=2026-01-01&to=2026-12-31")
    )
    line = next(row for row in rows if row["code"] == "evil")
    assert line["name_ar"] == "'=1+1" and line["name_en"] == "'@SUM(A1)"
    for name in ("category", "wilayat", "area", "channel", "month"):
        assert sum(int(row["received"]) for row in rows if row["table"] == name) == 1


def test_a_department_counts_the_reports_of_its_directorate_alone(city) -> None:
    own = sent(1)
    own.case.directorate = city["directorate"]
    own.case.save()
    other = sent(2)
    other.case.directorate = a_directorate(city["wilayat"], "other")
    other.case.save()
    from_file(NOON.date(), city["category"])
    days = f"?from={NOON.date()}&to={NOON.date()}"
    client = as_somebody("department", directorate=city["directorate"])
    assert table(client.get(f"/observations/statistics.csv{days}"))[0]["received"] == "1"
    assert "مديرية السيب" in client.get(PAGE + days).content.decode()
    client = as_somebody("department", name="lost")
    assert table(client.get(f"/observations/statistics.csv{days}"))[0]["received"] == "0"
    assert "لستَ من مديرية" in client.get(PAGE + days).content.decode()
    client = as_somebody("department", "planner", name="both")
    assert table(client.get(f"/observations/statistics.csv{days}"))[0]["received"] == "3"


def test_nobody_else_comes_in() -> None:
    for path in (PAGE, "/observations/statistics.csv", "/observations/statistics/report/2020.pdf"):
        turned = Client().get(path)
        assert turned.status_code == 302 and "sign-in" in turned["Location"]
    client = as_somebody("citizen", "cashier")
    assert client.get(PAGE).status_code == 404


def test_an_empty_span_says_so(city) -> None:
    client = as_somebody("supervisor")
    arabic = client.get(PAGE).content.decode()
    english = client.get(f"/en{PAGE}").content.decode()
    assert 'id="empty"' in arabic and "لا ملاحظة في هذه الأيام" in arabic
    assert "No report on these days" in english


def told(pdf: bytes, tmp_path: Any) -> tuple[str, int]:
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True, text=True)
    info = subprocess.run(["pdfinfo", str(path)], capture_output=True, check=True, text=True)
    pages = int(re.search(r"Pages:\s+(\d+)", info.stdout)[1])
    return plain(done.stdout), pages


def plain(text: str) -> str:
    """Text without blanks, vowel signs and marks of direction, which a search looks past."""
    return "".join(
        one for one in unicodedata.normalize("NFKC", text)
        if not one.isspace() and unicodedata.category(one) not in ("Cf", "Mn")
    )  # fmt: skip


def test_the_report_of_a_year_is_searchable_in_both_languages(city, tmp_path) -> None:
    for n in range(3):
        from_file(dt.date(2025, 3, 1 + n), city["category"], wilayat=city["wilayat"])
    client = as_somebody("planner")
    arabic, pages = told(
        client.get("/observations/statistics/report/2025.pdf").content, tmp_path
    )  # fmt: skip
    for words in ("التقرير السنوي", "بالشهر", "كيف حُسبت", "السيب", "حفر الطرق"):  # fmt: skip
        assert plain(words) in arabic, words
    assert pages <= 10 and f"صفحة{pages}من{pages}" in arabic
    assert "0.2" in arabic  # 3 of 20,000 residents
    english, pages = told(
        client.get("/observations/statistics/report/2025.pdf?lang=en").content, tmp_path
    )
    for words in ("Yearly report", "The year in numbers", "Potholes", "Seeb", f"Page 1 of {pages}"):
        assert plain(words) in english, words
    assert plain("made-up city") not in english


def test_a_year_that_has_not_come_has_no_report() -> None:
    client = as_somebody("planner")
    for year in ("1", "1899", "3000", "9" * 30):
        assert client.get(f"/observations/statistics/report/{year}.pdf").status_code == 404
    assert client.get("/observations/statistics/report/2025.pdf?lang=fr").status_code == 422
