"""Opening an application: an office, a kind of work, plots of one site, the owner as a party."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from django.db import connection
from django.db.models import Q

from municipality.actor import Actor
from municipality.cases.actions import NewCase, NewParty, Where, open_case
from municipality.cases.machine import FORMER_OWNER, OWNER
from municipality.cases.models import Case, Party
from municipality.city_time import city_day
from municipality.people.models import Consultancy, User
from municipality.people.offices import check_may_file
from municipality.problems import Problem, bad_value
from municipality.reach import acting
from municipality.stored import geos_of, shape_of
from municipality.words import Text
from plots.building_permits.changes import why_not_changed, why_not_taken_over
from plots.building_permits.models import (
    ApplicationPlot,
    BuildingPermit,
    PermitApplication,
    Work,
)
from plots.building_permits.sites.context import NotOneSite, as_one_site
from plots.building_permits.works import NEEDS
from plots.register.limits import measured_plots
from plots.register.models import Plot

KIND = "building_permit"
LOCK_CLASS = 0x70726D74  # "prmt": the first key of the locks on request keys
LONGEST_KEY = 40
NO_PLOT = Text("إحدى القطع ليست في السجل اليوم.", "One of the plots is not in the register today.")
NO_OWNER = Text("اكتب اسم المالك.", "Write the owner's name.")
WHICH_PERMIT = Text(
    "اختر الإباحة السارية التي تُغيَّر.", "Choose the permit in force that is changed."
)
OTHER_OFFICE = Text(
    "مكتبك ليس المشرف على هذه الإباحة.", "Your office does not supervise this permit."
)


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner as the office names them; the registration section compares with the title."""

    name: str
    phone: str = ""  # E.164
    civil_number: str = ""
    language: str = "ar"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; ``key`` is the office's own of this request, the same when repeated."""

    work: Work
    plot_ids: tuple[int, ...]
    owner: Owner
    use: str = ""
    permit: BuildingPermit | None = None
    key: str = ""


def _repeated(request_key: str) -> Case | None:
    """Return the case that this key opened before; who comes at the same moment waits here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_CLASS, request_key])
    before = PermitApplication.objects.select_related("case").filter(request_key=request_key)
    return next((one.case for one in before), None)


def _permit(wanted: Wanted, plots: Sequence[Plot]) -> BuildingPermit | None:
    """Return the permit that is changed; raises Problem 422 for none, an ended or another one."""
    if not NEEDS[wanted.work].changes:
        return None
    if wanted.permit is None:
        raise bad_value("permit", WHICH_PERMIT)
    grounds = [shape_of(plot.boundary) for plot in plots]
    if refused := why_not_changed(wanted.permit, wanted.work, grounds):
        raise bad_value("permit", refused)
    return wanted.permit


def _plots(wanted: Wanted, *, on: dt.date) -> list[Plot]:
    """Return the plots, in the order asked for; raises Problem 422 for none and no one site."""
    ids = list(dict.fromkeys(wanted.plot_ids))
    found = measured_plots(ids, on=on)
    if not ids or len(found) < len(ids):
        raise bad_value("plots", NO_PLOT)
    try:
        as_one_site(found)
    except NotOneSite as refusal:
        raise bad_value("plots", refusal.why) from None
    rows = Plot.objects.in_bulk(ids)
    return [rows[one] for one in ids]


def _account_of(owner: Owner) -> User | None:
    """Return the owner's account: a phone typed wrongly opens the file to no stranger."""
    if not owner.phone or not owner.civil_number:
        return None
    return User.objects.filter(phone=owner.phone, civil_number=owner.civil_number).first()  # unique


def _former_owner(wanted: Wanted) -> tuple[NewParty, ...]:
    """Return the owner whose permit goes over to another, who hears of it without a part in it.

    It is the owner of the latest application that was issued for the permit; nobody where the
    permit is from before the platform.
    """
    if wanted.work != Work.OWNER_CHANGE or wanted.permit is None:
        return ()
    issued = Q(case__permit_application__issued_permit=wanted.permit) | Q(
        case__permit_application__permit=wanted.permit, case__state="issued"
    )
    owners = Party.objects.filter(issued, role=OWNER).select_related("person")
    last = owners.order_by("-case__closed_at", "-pk").first()
    if last is None:
        return ()
    phone = last.phone or (last.person.phone or "" if last.person is not None else "")
    return (NewParty(role=FORMER_OWNER, name=last.name, phone=phone, language=last.language),)


def _parties(office: Consultancy, owner: Owner, by: Actor) -> tuple[NewParty, ...]:
    """Return the office and the owner; messages to the office go to who files, else its own."""
    name = " ".join(owner.name.split())
    if not name:
        raise bad_value("owner", NO_OWNER)
    filer = User.objects.filter(pk=by.person_id or 0).first()
    account = _account_of(owner)
    return (
        NewParty(
            role="office", name=office.name_ar, consultancy_id=office.pk,
            phone=office.phone or (filer.phone or "" if filer else ""), email=office.email,
            language=filer.language if filer else "ar",
        ),
        NewParty(
            role="owner", name=name[:150], phone=owner.phone, language=owner.language,
            person_id=account.pk if account else None,
        ),
    )  # fmt: skip


def _where(plots: Sequence[Plot]) -> Where:
    first = plots[0]
    ground = shapely.union_all([shapely.from_wkb(bytes(plot.boundary.wkb)) for plot in plots])
    return Where(
        place=geos_of(ground), plot_id=first.pk, plot_version=first.version,
        plot_number=" + ".join(plot.number for plot in plots)[:60],
        wilayat_id=first.wilayat_id, area_id=first.area_id,
    )  # fmt: skip


@acting
def open_application(*, office_id: int, wanted: Wanted, by: Actor, at: dt.datetime) -> Case:
    """Open the case of an application as a draft of an office; once for one key.

    Raises Problem 403 where the office may not file (licence, suspension, pilot group), 422 for
    plots that are no one site, for no owner, for a permit that is not there to be changed.
    """
    on = city_day(at)
    office = check_may_file(office_id, on=on)
    request_key = f"{office.pk}/{wanted.key[:LONGEST_KEY]}" if wanted.key else None
    if request_key and (before := _repeated(request_key)) is not None:
        return before
    plots = _plots(wanted, on=on)
    permit = _permit(wanted, plots)
    if refused := why_not_taken_over(permit, wanted.work, office.pk):
        raise bad_value("permit", refused)
    takes_over = wanted.work == Work.CONSULTANT_CHANGE
    if permit is not None and not takes_over and permit.consultancy_id != office.pk:
        raise Problem(403, "other_office", OTHER_OFFICE)
    case = open_case(
        new=NewCase(
            kind=KIND, where=_where(plots),
            parties=(*_parties(office, wanted.owner, by), *_former_owner(wanted)),
            title=f"{Work(wanted.work).label}: القطعة {plots[0].number}",
        ),
        by=by,
        at=at,
        year=on.year,
    )  # fmt: skip
    application = PermitApplication.objects.create(
        case=case, work=wanted.work, consultancy=office, permit=permit, use=wanted.use[:40],
        request_key=request_key, owner_civil_number=wanted.owner.civil_number[:20],
    )  # fmt: skip
    ApplicationPlot.objects.bulk_create(
        ApplicationPlot(application=application, plot=plot, version=plot.version) for plot in plots
    )
    return case
