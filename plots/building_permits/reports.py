"""The plot reports of an application, frozen at each submission: later layers change nothing."""

import datetime as dt
import hashlib
import json

from municipality.actor import Actor
from municipality.cases.models import Case
from municipality.city_time import city_day
from plots.building_permits.models import PermitApplication
from plots.building_permits.queries import application_of
from plots.building_permits.report_models import FrozenReport
from plots.register.queries import plot_on
from plots.restrictions.report import plot_report


def freeze_reports(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Keep the report of each plot as it is at this submission, with its hash."""
    application, on = application_of(case), city_day(at)
    rows = []
    for row in application.plots.all():
        plot = plot_on(plot_id=row.plot_id, on=on)
        if plot is None:
            continue  # gone since: the guard of the next step says so
        number = FrozenReport.objects.filter(application=application, plot=row.plot_id).count() + 1
        told = json.dumps(plot_report(plot, on=on, at=at), ensure_ascii=False, sort_keys=True)
        digest = hashlib.sha256(told.encode()).hexdigest()
        rows.append(
            FrozenReport(
                application=application, plot_id=row.plot_id, number=number, json=told,
                sha256=digest, at=at,
            )
        )  # fmt: skip
    FrozenReport.objects.bulk_create(rows)


def frozen_reports(application: PermitApplication) -> list[FrozenReport]:
    """Return the kept reports of an application, the latest submission first."""
    rows = application.reports.select_related("plot").defer("json")
    return list(rows.order_by("-number", "plot_id"))
