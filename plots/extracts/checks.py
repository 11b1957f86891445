"""What must hold before an extract moves on."""

import datetime as dt

from municipality.actor import Actor
from municipality.cases.models import Case
from municipality.words import Text
from plots.register.models import Plot

CHANGED = Text(
    "تغيرت القطعة منذ قُدّم الطلب (كانت النسخة {was}، وهي الآن {now}). أعده إلى مقدمه.",
    "The plot has changed since the application (version {was}, now {now}). Return it.",
)
GONE = Text("لم تعد القطعة في السجل.", "The plot is no longer in the register.")


def plot_is_as_checked(case: Case, *, at: dt.datetime) -> Text | None:
    """Refuse while the plot is not the version that the case looked at (one version of it)."""
    if case.plot_id is None:
        return GONE
    found = list(Plot.objects.filter(pk=case.plot_id).values_list("version", flat=True))
    if not found:
        return GONE
    return (
        None
        if found[0] == case.plot_version
        else CHANGED.with_values(was=case.plot_version, now=found[0])
    )


def look_anew(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Bind a case that comes back to the check to the plot as it is now: that is checked next."""
    plot = Plot.objects.filter(pk=case.plot_id or 0).order_by("pk").first()
    if plot is None:
        return  # the check says that it is gone
    case.plot_version, case.plot_number, case.place = plot.version, plot.number, plot.boundary
    case.save(update_fields=["plot_version", "plot_number", "place"])
