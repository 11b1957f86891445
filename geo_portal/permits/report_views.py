"""The plot report for anyone: a page, a paper and data; counted as other facts of a plot are."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from municipality.people.access import ANYONE, open_to
from plots.register.api import found_plot
from plots.restrictions.report import plot_report
from plots.restrictions.report_paper import report_context, report_pdf


@require_safe
@open_to(ANYONE)
def report_page(request: HttpRequest, plot_id: str) -> HttpResponse:
    """Show what restricts a plot, today or ``on`` a day."""
    plot, on = found_plot(plot_id, request)
    context = report_context(plot, on=on, at=timezone.now()) | {"plot_id": plot_id}
    return render(request, "permits/plot_report.html", context)


@require_safe
@open_to(ANYONE)
def report_paper(request: HttpRequest, plot_id: str) -> HttpResponse:
    """Print the report in the language of the address."""
    plot, on = found_plot(plot_id, request)
    answer = HttpResponse(
        report_pdf(plot, on=on, at=timezone.now()), content_type="application/pdf"
    )
    answer["Content-Disposition"] = f'inline; filename="plot-report-{plot.plot_id}.pdf"'
    return answer


@require_safe
@open_to(ANYONE)
def report_data(request: HttpRequest, plot_id: str) -> JsonResponse:
    """Give the report as JSON, both languages in one."""
    plot, on = found_plot(plot_id, request)
    report = plot_report(plot, on=on, at=timezone.now())
    return JsonResponse(report, json_dumps_params={"ensure_ascii": False})
