"""The auditor's screen of an application that came back with another site plan and drawing."""

import io
import re
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pytest
import shapely

from municipality.cases.models import Case, Remark
from municipality.cases.remarks import About, Pin, answer_remark, remark
from municipality.stored import shape_of
from plots.building_permits.models import SiteVersion, Work
from plots.building_permits.works import NEEDS
from tests.browser.driver import Visit
from tests.browser.looks import LOOKS, seen
from tests.building_permits import builders as s
from tests.building_permits import office as o
from tests.cases.builders import MORNING

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WALLS = b"2 w 80 120 430 600 re S 80 420 m 510 420 l S "
STAIR = b"0.2 g 300 480 120 160 re f "
ADDED, REMOVED = 0.5 * 14.8, 0.2 * 13  # wider by half a metre, shallower by a fifth
AREA = re.compile(r"\d+\.\d+")


@dataclass(frozen=True)
class Audited:
    """The application, and the remark that its office answered."""

    town: o.PermitTown
    case: Case
    answered: Remark

    def open(self, visit: Visit, prefix: str) -> Visit:
        visit.go(f"{prefix}/cases/{self.case.public_id}/audit/")
        visit.page.wait_for_selector(".pdf-sheet canvas")
        return visit


def a_plan(*strokes: bytes) -> bytes:
    """A page of A4 with something drawn on it."""
    made = pikepdf.new()
    page = made.add_blank_page(page_size=(595, 842))
    page.contents_add(b"".join(strokes))
    out = io.BytesIO()
    made.save(out, deterministic_id=True)
    return out.getvalue()


@pytest.fixture
def audited(settings, tmp_path: Path) -> Audited:
    """Returned once by the architect with a remark, handed in again with what changed."""
    settings.MEDIA_ROOT = tmp_path / "media"
    town = o.a_permit_town()
    case = o.an_application(town)
    o.drawn(town, case)
    drawing = o.attached(town, case, "architectural_drawing", "A-101", content=a_plan(WALLS))
    for kind in NEEDS[Work.NEW].papers:
        if kind != drawing.kind:
            o.attached(town, case, kind)
    o.moved(town, case, "submit")
    o.moved(town, case, "accept", "registrar")
    made = remark(
        case_id=case.pk, text="أين الدرج؟", at=MORNING, by=town.officer("architect"),
        about=About(document=drawing, pin=Pin(1, 0.6, 0.3)),
    )  # fmt: skip
    o.moved(town, case, "return_architecture", "architect", text="انظروا الملاحظة")
    o.drawn(town, case, s.a_villa(x=3.0, width=13.5, height=14.8), *s.bays())
    o.attached(town, case, drawing.kind, "A-101", content=a_plan(WALLS, STAIR))
    answer_remark(remark_id=made.pk, text="رسمنا الدرج", by=town.as_office(), at=MORNING)
    o.moved(town, case, "resubmit")
    return Audited(town, case, made)


def test_the_auditor_sees_what_changed_in_square_metres(look, audited: Audited) -> None:
    before, after = (shape_of(row.buildings) for row in SiteVersion.objects.order_by("number"))
    changed = [float(one.area) for one in (after - before, before - after)]
    assert changed == pytest.approx([ADDED, REMOVED], abs=0.06)  # corners are whole centimetres
    for prefix, size, theme in LOOKS:
        visit = audited.open(look(size=size, theme=theme, who="architect"), prefix)
        told = [float(area) for area in AREA.findall(visit.page.inner_text("[data-change]"))]
        assert told == pytest.approx(changed, abs=0.006)
        seen(visit, f"audit-{prefix[1:]}-{size}-{theme}")
        visit.page.close()


def test_two_versions_of_a_drawing_are_seen_side_by_side_and_over_each_other(
    look, audited: Audited
) -> None:
    visit = audited.open(look(who="architect"), "/en")
    page = visit.page
    page.click("[data-mode=beside]")
    page.wait_for_selector(".pdf-frame:nth-child(2) canvas")
    assert page.locator("figcaption").all_inner_texts() == ["Present version", "Earlier version"]
    seen(visit, "audit-beside")
    page.click("[data-mode=over]")
    page.wait_for_selector("#pdf-told:not(:empty)")
    assert page.inner_text("#pdf-told") == "Places changed on this page: 1"
    assert page.locator(".pdf-sheet").count() == 1
    assert page.locator("[data-mode=over]").get_attribute("aria-pressed") == "true"
    seen(visit, "audit-over")


def test_a_remark_is_pinned_to_a_place_of_the_map(look, audited: Audited) -> None:
    visit = audited.open(look(who="architect"), "/en")
    page = visit.page
    page.click("#pin")
    page.locator("#map canvas").first.click()  # the middle of the map: of the plot
    assert page.inner_text("#remark-where") == "On the map"
    page.fill("#remark-text", "أبعدوا الخزان عن هذا الموضع")
    page.click("#remark-form button[type=submit]")
    row = page.locator("li.remark", has_text="أبعدوا الخزان")
    row.wait_for()
    assert "on the map" in row.inner_text()
    made = Remark.objects.get(case=audited.case, document=None)
    plot = shape_of(audited.town.plot.boundary)
    assert made.place is not None
    assert shapely.distance(shape_of(made.place), plot.centroid) < 1
    assert row.locator("button.linkish").evaluate("it => it === document.activeElement")
    row.locator("button.linkish").click()
    visit.settle()
    seen(visit, "audit-placed")


def test_a_remark_on_the_whole_drawing_says_so(look, audited: Audited) -> None:
    visit = audited.open(look(who="architect"), "/en")
    visit.page.click("#whole")
    assert visit.page.inner_text("#remark-where").startswith("On the whole of Architectural")
    visit.page.fill("#remark-text", "مقياس الرسم غير مكتوب")
    visit.page.click("#remark-form button[type=submit]")
    visit.page.locator("li.remark", has_text="مقياس الرسم").wait_for()
    made = Remark.objects.latest("pk")
    assert made.document is not None and (made.document.version, made.page) == (2, None)
    visit.assert_clean()


def test_an_answer_that_is_not_enough_is_asked_again(look, audited: Audited) -> None:
    visit = audited.open(look(size="phone", who="architect"), "")
    page, kept = visit.page, audited.answered
    row = page.locator(f"#remark-{kept.pk}")
    assert "رسمنا الدرج" in row.inner_text()
    row.locator("summary").click()
    page.fill(f"#ask_again-{kept.pk}", "وأين عرض الدرج؟")
    row.locator("form button[type=submit]").click()
    page.wait_for_selector(f"#remark-{kept.pk}[data-state=open]")
    assert "وأين عرض الدرج؟" in row.inner_text() and "رسمنا الدرج" not in row.inner_text()
    kept.refresh_from_db()
    assert (kept.text, kept.answer, kept.answered_at) == ("وأين عرض الدرج؟", "", None)
    seen(visit, "audit-asked-again")
