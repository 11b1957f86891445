"""Demo building permits: one application at every stage, drawn on real plots of the demo city.

Made by the actions that people use, in the order of time; the drawings are sheets of our own.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from django.template.loader import render_to_string
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from municipality.actor import Actor
from municipality.billing.bills.models import Bill
from municipality.billing.payments.charging import Asked, take_cash
from municipality.billing.payments.models import Charge
from municipality.cases.actions import move
from municipality.cases.conversation import Sheet, attach_sheet, current_documents, say
from municipality.cases.models import Case
from municipality.cases.remarks import About, Pin, remark
from municipality.city_time import city_day
from municipality.conf import PROFILE
from municipality.documents import store
from municipality.documents.models import RetentionClass, StoredFile
from municipality.documents.printing import fonts, pdf_of
from municipality.people.models import Consultancy, User
from plots.building_permits.actions import Owner, Wanted, open_application
from plots.building_permits.approvals import AUDITORS, approve, subjects
from plots.building_permits.issuing import MAJOR, VALID_YEARS, years_on
from plots.building_permits.models import BuildingPermit, SiteVersion, Work
from plots.building_permits.queries import application_of
from plots.building_permits.site_versions import Drawn, draw
from plots.building_permits.sites.checking import check
from plots.building_permits.sites.context import site_of
from plots.building_permits.sites.envelope import Envelope, envelope_of
from plots.building_permits.sites.frontage import Side
from plots.building_permits.sites.parts import Part, Role, Site
from plots.building_permits.sites.rules.verdict import Outcome
from plots.building_permits.works import NEEDS
from plots.models import Plot
from plots.register.limits import MeasuredPlot, measured_plots
from plots.restrictions.sheet import drawing, path_of, to_paper

REMARK = "أظهروا عرض الدرج ومكان خزان المياه في هذه اللوحة."
WHAT_LACKS = "أرفقوا سند ملكية واضحًا؛ النسخة المرفقة لا تُقرأ."
QUESTION = "هل يكفي موقفان لفيلا من طابقين؟"
ANSWER = "نعم، موقفان داخل القطعة لكل فيلا."
BAY_M = (2.5, 4.6)
SHEETS = {"architectural_drawing": "A-101", "structural_drawing": "S-101"}
SHARE = 0.94  # of what coverage allows, so that no villa stands on its limit
EARLIER = 240  # permits of earlier years in the public register
TRIED = 60  # plots looked at to find those on which a villa keeps every rule
STAGES = (
    "draft", "registration", "architecture", "returned", "structure", "fee_due", "approval",
    "stamping",
)  # fmt: skip
DAYS_AGO = (1, 1, 2, 3, 4, 6, 8, 12)


@dataclass(frozen=True, slots=True)
class _Cast:
    office: Consultancy
    member: Actor
    owner: User
    officers: dict[str, Actor]
    cashier: Actor
    models: dict[str, bytes]  # printed once: every sheet but the architectural one, by its number


def _actor(name: str) -> Actor:
    person = User.objects.get(username=name)
    return Actor(person.pk, person.full_name, person.roles[0])


def _cast(plot: MeasuredPlot, parts: list[Part]) -> _Cast:
    roles = ("registrar", "architect", "structural", "approver")
    return _Cast(
        Consultancy.objects.get(licence_number="ENG-0417"), _actor("office"),
        User.objects.get(username="citizen"), {role: _actor(role) for role in roles},
        _actor("cashier"),
        {number: _sheet(number, "-", plot, parts)
         for kind in NEEDS[Work.NEW].papers
         if kind != "architectural_drawing" and (number := SHEETS.get(kind, kind))},
    )  # fmt: skip


def _villa(found: Envelope, plot_m2: float, coverage_pct: float) -> BaseGeometry:
    """The ground that setbacks leave, made smaller until coverage allows it."""
    most = SHARE * plot_m2 * coverage_pct / 100
    factor = min(0.97, (most / found.ground.area) ** 0.5)
    return affinity.scale(found.ground, factor, factor, origin=found.ground.centroid)


def _bays(found: Envelope, inside: BaseGeometry) -> list[BaseGeometry]:
    """Two parking bays in the front yard, along the longest front."""
    fronts = [edge for edge in found.edges if edge.side is Side.FRONT]
    ends = shapely.get_coordinates(max(fronts, key=lambda edge: edge.length_m).line)
    start, end = ends[0], ends[-1]
    along = (end - start) / np.hypot(*(end - start))
    into = np.array([-along[1], along[0]])
    middle = np.array(inside.centroid.coords[0])
    if np.dot(middle - start, into) < 0:
        into = -into
    width, depth = BAY_M

    def bay(at: float) -> BaseGeometry:
        corner = start + along * at + into * 0.2
        return shapely.Polygon(
            [corner, corner + along * width, corner + along * width + into * depth,
             corner + into * depth]
        )  # fmt: skip

    return [bay(2.0), bay(2.3 + width)]


def _parts(plot: MeasuredPlot, site: Site) -> list[Part] | None:
    """A villa of two floors with two bays; none where the plot gives no usable envelope."""
    found = envelope_of(site)
    coverage = plot.limits["coverage_pct"]
    has_front = any(edge.side is Side.FRONT for edge in found.edges)
    if coverage is None or not (found.is_whole and has_front):
        return None
    if found.ground.geom_type != "Polygon" or found.ground.area < 60:
        return None
    villa = _villa(found, site.plot.area, coverage)
    parts = [Part(Role.MAIN, villa, floors=2, height_m=9.2, use="فيلا سكنية")]
    parts += [Part(Role.PARKING, bay) for bay in _bays(found, villa)]
    return parts


def _sheet(number: str, of: str, plot: MeasuredPlot, parts: list[Part]) -> bytes:
    """Print a drawing sheet of our own: the plan true to scale, its title block, its number."""
    paper, _ = to_paper(plot.shape)
    context = {
        "number": number, "plot": of, "fonts": fonts(),
        "drawing": drawing(plot.shape),
        "parts": [path_of(part.shape, paper) for part in parts],
    }  # fmt: skip
    return pdf_of(render_to_string("demo/drawing_sheet.html", context))


def kept_file(content: bytes, name: str, *, at: dt.datetime) -> StoredFile:
    """Keep a PDF that we printed ourselves: its clean copy is itself."""
    sha256, size = store.keep([content])
    return StoredFile.objects.create(
        name=name, kind="pdf", sha256=sha256, size=size, clean_kind="pdf", clean_sha256=sha256,
        clean_size=size, pages=1, width=0, height=0, scan=StoredFile.Scan.OFF, at=at,
        retention=RetentionClass.CASE_FILES,
    )  # fmt: skip


def model_page() -> bytes:
    """Print the page that stands for any paper of a person's own."""
    context = {"number": "DEMO", "plot": "-", "fonts": fonts()}
    return pdf_of(render_to_string("demo/drawing_sheet.html", context))


def _papers(
    case: Case, plot: MeasuredPlot, parts: list[Part], cast: _Cast, *, at: dt.datetime
) -> None:
    """Attach what a new building needs: an architectural sheet of its own, the rest as a model."""
    for kind in NEEDS[Work.NEW].papers:
        is_own = kind == "architectural_drawing"
        number = SHEETS.get(kind, kind)
        content = _sheet(number, plot.number, plot, parts) if is_own else cast.models[number]
        attach_sheet(
            case_id=case.pk, paper=Sheet(kind, SHEETS.get(kind, "")),
            file=kept_file(content, f"{number}.pdf", at=at), by=cast.member, at=at,
        )  # fmt: skip


def _approve(case: Case, cast: _Cast, *, at: dt.datetime) -> None:
    for subject in subjects(application_of(case), stage=case.state):
        approve(
            case_id=case.pk, key=subject.key, sha256=subject.sha256,
            by=cast.officers[AUDITORS[case.state]], at=at,
        )  # fmt: skip


def _audited(case: Case, edge: str, cast: _Cast, *, at: dt.datetime) -> Case:
    _approve(case, cast, at=at)
    return move(case_id=case.pk, edge=edge, by=cast.officers[AUDITORS[case.state]], at=at)


def _remarked(case: Case, cast: _Cast, *, at: dt.datetime) -> Case:
    sheet = next(d for d in current_documents(case) if d.kind == "architectural_drawing")
    auditor = cast.officers["architect"]
    about = About(document=sheet, pin=Pin(1, 0.42, 0.38))
    remark(case_id=case.pk, text=REMARK, about=about, by=auditor, at=at)
    return move(case_id=case.pk, edge="return_architecture", by=auditor, at=at, text=WHAT_LACKS)


def _paid(case: Case, cast: _Cast, *, at: dt.datetime) -> Case:
    """Pay in cash, in the shift that the extracts have opened."""
    bill = Bill.objects.get(subject=case.stream, state=Bill.State.DUE)
    asked = Asked(bill.pk, Charge.Channel.CASH, f"demo/{case.number}", bill.total_baisa)
    take_cash(asked=asked, tendered_baisa=100_000, by=cast.cashier, at=at)
    case.refresh_from_db()
    return case


def _tell(stage: str, plot: MeasuredPlot, parts: list[Part], cast: _Cast, at: dt.datetime) -> None:
    """Take one application as far as a stage, an hour a step."""
    owner = Owner(cast.owner.full_name, cast.owner.phone or "", cast.owner.civil_number)
    wanted = Wanted(Work.NEW, (plot.plot_id,), owner, "فيلا سكنية", key=f"demo-{stage}")
    case = open_application(office_id=cast.office.pk, wanted=wanted, by=cast.member, at=at)
    drawn = Drawn(parts, SiteVersion.Origin.MAP, {})
    draw(case_id=case.pk, drawn=drawn, by=cast.member, at=at)
    if stage == "draft":
        return
    _papers(case, plot, parts, cast, at=at)
    steps: tuple[tuple[str, Callable[[Case, dt.datetime], Case]], ...] = (
        ("registration", lambda c, t: move(case_id=c.pk, edge="submit", by=cast.member, at=t)),
        ("architecture", lambda c, t: move(
            case_id=c.pk, edge="accept", by=cast.officers["registrar"], at=t)),
        ("returned", lambda c, t: _remarked(c, cast, at=t) if stage == "returned" else c),
        ("structure", lambda c, t: _audited(c, "pass_architecture", cast, at=t)),
        ("fee_due", lambda c, t: _audited(c, "pass_structure", cast, at=t)),
        ("approval", lambda c, t: _paid(c, cast, at=t)),
        ("stamping", lambda c, t: move(
            case_id=c.pk, edge="approve", by=cast.officers["approver"], at=t)),
    )  # fmt: skip
    for hours, (name, step) in enumerate(steps, start=1):
        case = step(case, at + dt.timedelta(hours=hours))
        if name == stage:
            break
    if stage == "structure":
        say(case_id=case.pk, text=QUESTION, by=cast.member, at=at + dt.timedelta(hours=6))
        answered = at + dt.timedelta(hours=7)
        say(case_id=case.pk, text=ANSWER, by=cast.officers["structural"], at=answered)


def _sites(*, on: dt.date) -> list[tuple[MeasuredPlot, list[Part]]]:
    """Find plots on which a villa can be drawn, in the order of their ids."""
    rows = Plot.objects.filter(use_class="residential", area__code="al_hail_north").order_by("pk")
    found = []
    for plot in measured_plots(list(rows.values_list("pk", flat=True)[20 : 20 + TRIED]), on=on):
        site = site_of(plots=[plot], buildings=plot.shape, on=on)
        parts = _parts(plot, site)
        if parts is not None and check(parts, site).verdict != Outcome.FAIL.word:
            found.append((plot, parts))
        if len(found) == len(STAGES):
            break
    return found


def _earlier(number: int, plot: Plot, since: dt.date, on: dt.date) -> BuildingPermit:
    """A permit from before the platform, as a file would bring it: most are built by now."""
    until = years_on(since, VALID_YEARS)
    state = BuildingPermit.State.VALID if on < until else BuildingPermit.State.EXPIRED
    if number % 10 in (1, 3, 4, 6, 8, 9) and since < on - dt.timedelta(days=300):
        state = BuildingPermit.State.COMPLETED
    elif number % 20 == 7:
        state = BuildingPermit.State.REVOKED
    work = (Work.NEW, Work.NEW, Work.ADDITION, Work.NEW, Work.MODIFICATION)[number % 5]
    rank = BuildingPermit.Rank.MAJOR if work in MAJOR else BuildingPermit.Rank.MINOR
    return BuildingPermit(
        number=f"{number}/{since.year}", work=work, rank=rank, state=state, valid=(since, until),
        issued_at=dt.datetime.combine(since, dt.time(10), PROFILE.time_zone),
        plot_numbers=plot.number, wilayat_id=plot.wilayat_id, area_id=plot.area_id,
        place=plot.boundary, source="بيانات تجريبية",
    )  # fmt: skip


def _write_earlier(*, at: dt.datetime) -> int:
    """Fill the public register with permits of four years, spread over the city."""
    on = city_day(at)
    ids = list(Plot.objects.filter(use_class="residential").values_list("pk", flat=True))
    rng = np.random.default_rng(7)
    chosen = rng.choice(sorted(ids), size=min(EARLIER, len(ids)), replace=False).tolist()
    plots = Plot.objects.in_bulk(chosen)
    days = rng.integers(20, 4 * 365, size=len(chosen)).tolist()
    BuildingPermit.objects.bulk_create(
        _earlier(1000 + n, plots[pk], on - dt.timedelta(days=ago), on)
        for n, (pk, ago) in enumerate(zip(chosen, days, strict=True))
    )
    return len(chosen)


def write_permits(*, at: dt.datetime) -> int:
    """Write an application a stage in the days before a moment; returns how many."""
    sites = _sites(on=city_day(at))
    if not sites:
        return 0
    cast = _cast(*sites[0])
    for stage, days, (plot, parts) in zip(STAGES, DAYS_AGO, sites, strict=False):
        _tell(stage, plot, parts, cast, at - dt.timedelta(days=days, hours=2))
    return len(sites) + _write_earlier(at=at)
