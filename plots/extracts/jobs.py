"""The job that prints an extract and issues it; done twice, it issues once."""

from django.db import transaction
from django.utils import timezone, translation
from django_tasks import task

from municipality.actor import Actor
from municipality.cases.actions import move
from municipality.cases.machine import SYSTEM
from municipality.cases.models import Case
from municipality.city_time import city_day
from municipality.documents.papers import issue_paper
from plots.extracts.checks import plot_is_as_checked
from plots.extracts.models import PlotExtract
from plots.extracts.paper import facts, printer
from plots.register.queries import plot_on

PLATFORM = Actor(person_id=None, name="system", role=SYSTEM)


@task()
def issue_extract(case_id: int) -> str:
    """Print, issue and close; a plot that changed since it was checked goes back to the check.

    Everything is one transaction behind the lock of the case, so a worker that dies leaves
    nothing and the next one begins anew.
    """
    at = timezone.now()
    on = city_day(at)
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=case_id)
        if case.state != "issuing":
            return f"{case.number} is {case.state}"
        plot = (
            None if plot_is_as_checked(case, at=at) else plot_on(plot_id=case.plot_id or 0, on=on)
        )
        if plot is None:
            move(case_id=case.pk, edge="recheck", by=PLATFORM, at=at)
            return f"{case.number} is checked again"
        extract = PlotExtract.objects.get(case=case)
        with translation.override(extract.language):
            paper = issue_paper(
                kind="plot_extract", number=case.number, facts=facts(plot, on=on), at=at,
                pdf=printer(plot, number=case.number, language=extract.language, on=on, at=at),
                about=case.stream,
            )  # fmt: skip
        extract.paper = paper
        extract.save(update_fields=["paper"])
        move(case_id=case.pk, edge="issue", by=PLATFORM, at=at)
        return f"{case.number} issued"
