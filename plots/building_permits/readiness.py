"""What must hold before an application moves on: each question says what is missing, in words."""

import datetime as dt

from municipality.cases.consultations import still_asked
from municipality.cases.conversation import current_documents
from municipality.cases.kinds import machine_of
from municipality.cases.models import Case
from municipality.cases.remarks import unanswered, unsettled
from municipality.city_time import city_day
from municipality.conf import PROFILE
from municipality.people.offices import why_not
from municipality.words import Text
from plots.building_permits import fees
from plots.building_permits.approvals import audits_of, open_subjects
from plots.building_permits.changes import permit_is_lost, why_not_taken_over
from plots.building_permits.models import PermitApplication, SiteVersion, Work
from plots.building_permits.queries import application_of, latest_site, parts_of_site, plots_of
from plots.building_permits.site_versions import check_on_plots, digest_of
from plots.building_permits.sites.context import NotOneSite
from plots.building_permits.sites.rules import RULES
from plots.building_permits.sites.rules.verdict import Severity
from plots.building_permits.works import ARCHITECTURE, STRUCTURE, needs_of

CRITICAL = frozenset(rule.code for rule in RULES if rule.severity is Severity.CRITICAL)
PAPERS = Text("ينقص الطلب: {names}.", "The application lacks: {names}.")
NO_SITE = Text("ارسم مخطط الموقع أولًا.", "Draw the site plan first.")
NO_FLOORS = Text(
    "اكتب عدد طوابق كل مبنى: الرسوم على مساحة الطوابق.",
    "Say the floors of each building: the fee is on the area of the floors.",
)
CRITICAL_FAILS = Text(
    "لا يُقدّم مخطط يخالف: {names}.", "A site plan is not handed in while it fails: {names}."
)
NO_REASON = Text(
    "عدّل المخطط، أو اكتب سبب مخالفة: {names}.",
    "Change the site plan, or write why it fails: {names}.",
)
CHECK_AGAIN = Text(
    "تغيرت الأرض أو حدودها منذ الفحص؛ افحص المخطط من جديد.",
    "The ground or its limits have changed since the check; check the site plan again.",
)
PLOT_CHANGED = Text(
    "تغيرت القطعة {number} منذ قُدّم الطلب؛ أعده إلى المكتب.",
    "Plot {number} has changed since the application; return it to the office.",
)
PLOT_GONE = Text("لم تعد القطعة في السجل.", "The plot is no longer in the register.")
UNANSWERED = Text(
    "أجب عن كل ملاحظة؛ بقي {count}.", "Answer each remark; {count} still wait for an answer."
)
UNSETTLED = Text(
    "بقيت {count} ملاحظات من مرحلتك لم تُغلق.", "{count} remarks of your stage are not settled."
)
NOT_APPROVED = Text(
    "لم تُعتمد كل النسخ الحالية؛ بقي {count}.",
    "Not all present versions are approved; {count} are left.",
)
NOT_APPROVED_BEFORE = Text(
    "تغيرت رسومات اعتمدها التدقيق المعماري؛ أعدها إليه.",
    "Drawings that the architectural audit approved have changed; send the case back to it.",
)
BODIES = Text("ننتظر جواب: {names}، حتى {until}.", "We wait for: {names}, until {until}.")
STILL_OWED = Text("بقي من الرسوم ما لم يُدفع.", "Part of the fee is still owed.")


def _papers(case: Case, application: PermitApplication) -> Text | None:
    there = {document.kind for document in current_documents(case)}
    names = {paper.code: paper.name for paper in machine_of(case.kind).papers}
    missing = [names[code] for code in needs_of(application).papers if code not in there]
    if not missing:
        return None
    return Text(
        PAPERS.ar.format(names="، ".join(name.ar for name in missing)),
        PAPERS.en.format(names=", ".join(name.en for name in missing)),
    )


def _failing(site: SiteVersion) -> dict[str, Text]:
    return {row["rule"]: Text(**row["name"]) for row in site.sheet if row["status"] == "fail"}


def _named(what: Text, rules: dict[str, Text]) -> Text:
    return Text(
        what.ar.format(names="، ".join(name.ar for name in rules.values())),
        what.en.format(names=", ".join(name.en for name in rules.values())),
    )


def _is_stale(application: PermitApplication, site: SiteVersion, *, on: dt.date) -> bool:
    """Tell whether the ground answers a drawing otherwise than it did when it was checked."""
    plots = plots_of(application, on=on)
    if len(plots) < application.plots.count():
        return True
    parts = parts_of_site(site)
    if digest_of(parts, plots) != site.sha256:
        return True  # a plot has another version now
    try:
        checked = check_on_plots(parts, plots, own=application.pk, on=on)
    except NotOneSite:
        return True
    was = [(row["rule"], row["status"]) for row in site.sheet]
    return was != [(line.rule, line.status) for line in checked.sheet.lines]


def _site(application: PermitApplication, *, on: dt.date) -> Text | None:
    site = latest_site(application)
    if site is None:
        return NO_SITE
    if site.floor_area_m2 is None:
        return NO_FLOORS
    failing = _failing(site)
    if critical := {rule: name for rule, name in failing.items() if rule in CRITICAL}:
        return _named(CRITICAL_FAILS, critical)
    if silent := {rule: name for rule, name in failing.items() if rule not in site.reasons}:
        return _named(NO_REASON, silent)
    return CHECK_AGAIN if _is_stale(application, site, on=on) else None


def may_hand_in(case: Case, *, at: dt.datetime) -> Text | None:
    """Say why an application is not handed in: papers, site plan, the office's licence."""
    application, on = application_of(case), city_day(at)
    refused = why_not(application.consultancy, on=on) or permit_is_lost(application)
    refused = refused or why_not_taken_over(
        application.permit, Work(application.work), application.consultancy_id
    )
    if refused is None and needs_of(application).has_site:
        refused = _site(application, on=on)
    return refused or _papers(case, application)


def may_hand_in_again(case: Case, *, at: dt.datetime) -> Text | None:
    """Say why an application that came back is not handed in: its remarks, or as the first time."""
    if count := unanswered(case):
        return UNANSWERED.with_values(count=count)
    return may_hand_in(case, at=at)


def plots_are_as_checked(case: Case, *, at: dt.datetime) -> Text | None:
    """Refuse while a plot is not the version looked at, or the permit changed is lost."""
    application = application_of(case)
    if refused := permit_is_lost(application):
        return refused
    found = {plot.plot_id: plot for plot in plots_of(application, on=_day(at))}
    for row in application.plots.all():
        plot = found.get(row.plot_id)
        if plot is None:
            return PLOT_GONE
        if plot.version != row.version:
            return PLOT_CHANGED.with_values(number=plot.number)
    return None


def _day(at: dt.datetime) -> dt.date:
    return city_day(at)


def _waits_for_bodies(case: Case, *, at: dt.datetime) -> Text | None:
    """Refuse while a body that was asked has time left to answer."""
    asked = still_asked(case, at=at)
    if not asked:
        return None
    until = asked[-1].due_at.astimezone(PROFILE.time_zone).strftime("%d/%m/%Y")
    names = [one.body for one in asked]
    return Text(
        BODIES.ar.format(names="، ".join(names), until=until),
        BODIES.en.format(names=", ".join(names), until=until),
    )


def architecture_is_approved(case: Case, *, at: dt.datetime) -> Text | None:
    """Refuse while the architectural audit has not approved each present version."""
    if refused := _waits_for_bodies(case, at=at):
        return refused
    if count := unsettled(case, stage=ARCHITECTURE):
        return UNSETTLED.with_values(count=count)
    left = open_subjects(application_of(case), (ARCHITECTURE,))
    return NOT_APPROVED.with_values(count=len(left)) if left else None


def structure_is_approved(case: Case, *, at: dt.datetime) -> Text | None:
    """Refuse while either audit has not approved each present version."""
    application = application_of(case)
    if refused := _waits_for_bodies(case, at=at):
        return refused
    if count := unsettled(case, stage=STRUCTURE):
        return UNSETTLED.with_values(count=count)
    if left := open_subjects(application, (STRUCTURE,)):
        return NOT_APPROVED.with_values(count=len(left))
    if ARCHITECTURE in audits_of(application) and open_subjects(application, (ARCHITECTURE,)):
        return NOT_APPROVED_BEFORE
    return None


def may_be_stamped(case: Case, *, at: dt.datetime) -> Text | None:
    """Refuse the stamp while the ground moved, a version lacks its approval or money is owed."""
    application = application_of(case)
    if refused := plots_are_as_checked(case, at=at):
        return refused
    if left := open_subjects(application, audits_of(application)):
        return NOT_APPROVED.with_values(count=len(left))
    return STILL_OWED if fees.is_owed(case, at=at) else None


def has_audit(case: Case, *, at: dt.datetime) -> bool:
    """Tell whether the architectural audit comes first."""
    return ARCHITECTURE in audits_of(application_of(case))


def has_structure_alone(case: Case, *, at: dt.datetime) -> bool:
    """Tell whether the structural audit is the only one."""
    return audits_of(application_of(case)) == (STRUCTURE,)


def owes_without_audit(case: Case, *, at: dt.datetime) -> bool:
    """Tell whether nothing is audited and a fee is owed."""
    return not audits_of(application_of(case)) and fees.is_owed(case, at=at)


def free_without_audit(case: Case, *, at: dt.datetime) -> bool:
    """Tell whether nothing is audited and nothing owed."""
    return not audits_of(application_of(case)) and not fees.is_owed(case, at=at)


def owes(case: Case, *, at: dt.datetime) -> bool:
    """Tell whether a fee is owed after the audits."""
    return fees.is_owed(case, at=at)


def owes_nothing(case: Case, *, at: dt.datetime) -> bool:
    """Tell whether all that is owed has been paid."""
    return not fees.is_owed(case, at=at)


def stages_not_met(case: Case) -> frozenset[str]:
    """Return the audits that a case's kind of work does not pass."""
    return frozenset((ARCHITECTURE, STRUCTURE)) - set(audits_of(application_of(case)))
