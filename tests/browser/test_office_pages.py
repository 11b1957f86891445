"""The pages of verification, the calendar and the jobs: accessible in both languages and sizes."""

from pathlib import Path

import pytest
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from geo_portal.city_facts import load_city_facts
from municipality.calendar.models import Holiday
from municipality.documents import papers
from municipality.jobs.models import JobProgress, Schedule
from municipality.jobs.worker import Worker
from municipality.people.models import User
from tests.browser.driver import Visit
from tests.browser.looks import LOOKS, seen
from tests.builders import a_person
from tests.documents.builders import AT, a_paper, a_pdf, one_byte_changed
from tests.jobs.builders import counted, fail

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def files_of_this_test(settings, tmp_path: Path) -> None:
    """Keep files in a folder of the test."""
    settings.MEDIA_ROOT = tmp_path / "media"


def looked_at(visit: Visit, name: str) -> None:
    seen(visit, name)
    visit.page.close()


def test_a_paper_and_a_wrong_code(look, small_city) -> None:
    path = reverse("home:verify", args=[papers.shown(a_paper().code)])
    for prefix, size, theme in LOOKS:
        visit = look(size=size, theme=theme)
        looked_at(visit.go(prefix + path), f"verify-{prefix[1:]}-{size}-{theme}")
    visit = look().go("/en/verify/?code=7K2M", expect=(404,))
    assert "No paper has this code" in visit.page.inner_text("main")
    looked_at(visit, "verify-unknown")


def test_a_file_is_compared_in_the_page(look, small_city, tmp_path) -> None:
    import random

    pdf = a_pdf()
    path = reverse("home:verify", args=[papers.shown(a_paper(pdf).code)])
    for data, words in (
        (pdf, "Yes, this is the issued file"),
        (one_byte_changed(pdf, random.Random(1)), "No, this is not the issued file"),
    ):
        held = tmp_path / "held.pdf"
        held.write_bytes(data)
        visit = look().go("/en" + path)
        visit.page.set_input_files("#file", held)
        assert visit.page.inner_text("[data-picked=file]").strip() == "held.pdf"
        visit.page.click("#file-check button[type=submit]")
        visit.page.wait_for_load_state()
        assert words in visit.page.inner_text("#file-check")
        looked_at(visit, f"verify-{words[:3]}")


def test_the_calendar_is_confirmed_by_hand(look, small_city) -> None:
    load_city_facts()
    for prefix, size, theme in LOOKS:
        visit = look(size=size, theme=theme, who="admin")
        looked_at(
            visit.go(f"{prefix}/staff/calendar/2026/"), f"calendar-{prefix[1:]}-{size}-{theme}"
        )
        if not User.objects.filter(username="zone_manager").exists():
            a_person("zone_manager")
        reader = look(size=size, theme=theme, who="zone_manager")
        reader.go(f"{prefix}/staff/calendar/2026/")
        assert reader.page.locator("#who-changes").count() == 1
        looked_at(reader, f"calendar-read-{prefix[1:]}-{size}-{theme}")
    eid = Holiday.objects.get(code="eid_al_adha", valid__startswith__year=2026)
    visit = look(who="admin").go(f"/en/staff/calendar/holidays/{eid.pk}/")
    visit.page.click("text=Confirm these days")
    visit.page.wait_for_load_state()
    assert "Fill in this field" in visit.page.inner_text("main")
    visit.page.fill("#source", "إعلان 20/05/2026")
    visit.expected = (422,)
    visit.page.click("text=Confirm these days")
    visit.page.wait_for_url("**/staff/calendar/2026/")
    eid.refresh_from_db()
    assert not eid.provisional


def test_the_page_of_jobs_and_running_one_again(look, small_city) -> None:
    fail.enqueue()
    for _ in range(3):
        DBTaskResult.objects.update(run_after=AT)
        Worker().run(until_empty=True)
    running = counted.enqueue(10)
    DBTaskResult.objects.filter(pk=running.id).update(
        status="RUNNING", worker_ids=["worker:42"], started_at=AT
    )
    JobProgress.objects.create(job_id=running.id, done=4, total=10, stage_ar="عدّ", stage_en="x")
    Schedule.objects.create(name="municipality.documents.jobs.sweep", ran_at=AT, error="gone")
    for prefix, size, theme in LOOKS:
        visit = look(size=size, theme=theme, who="admin")
        looked_at(visit.go(f"{prefix}/jobs/"), f"jobs-{prefix[1:]}-{size}-{theme}")
    visit = look(who="admin").go("/en/jobs/")
    visit.page.click("text=Run again")
    visit.page.wait_for_load_state()
    assert "No job has failed" in visit.page.inner_text("main")
