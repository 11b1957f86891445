"""One answer about the limits of a plot, whether a page explains them or a check measures."""

import datetime as dt
import itertools

import pytest

from plots.models import PlanLimit
from plots.register.limits import measured_plots
from plots.register.queries import LIMITS, limits_for, plot_on
from tests.builders import a_plot, a_wilayat, an_area, square

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 28)


def a_plan(use_class: str, area=None, valid=(dt.date(2000, 1, 1), None), **limits) -> None:
    PlanLimit.objects.create(use_class=use_class, area=area, valid=valid, **limits)


def test_both_questions_have_one_answer() -> None:
    area = an_area(a_wilayat())
    a_plan("residential", area, setback_front_m=6, floors=2, source="area plan")
    a_plan("residential", None, setback_front_m=5, setback_side_m=3, source="use plan")
    a_plan("commercial", None, coverage_pct=60, source="")
    a_plan(
        "industrial", None, valid=(dt.date(2000, 1, 1), dt.date(2020, 1, 1)), floors=1, source="old"
    )
    own = [{}, {"setback_front_m": 0.0, "limits_source": "deed"}, {"floors": 3}]
    plots = [
        a_plot(f"p{n}", square(n * 30), use_class=use, area=where, **values)
        for n, (use, where, values) in enumerate(
            itertools.product(("residential", "commercial", "industrial"), (area, None), own)
        )
    ]
    ids = [plot.pk for plot in reversed(plots)]
    found = measured_plots(ids, on=TODAY)
    assert [one.plot_id for one in found] == ids
    for one in found:
        plot = plot_on(plot_id=one.plot_id, on=TODAY)
        assert plot is not None
        explained = limits_for(facts=plot.facts, on=TODAY)
        assert (one.limits, one.source) == (explained.values, explained.source), one.number
    assert {one.limits["setback_front_m"] for one in found} == {0.0, 5.0, 6.0, None}


def test_a_plot_that_is_gone_is_not_measured() -> None:
    gone = a_plot("gone", valid=(dt.date(2000, 1, 1), dt.date(2020, 1, 1)))
    assert measured_plots([gone.pk, 10**9], on=TODAY) == []
    assert len(LIMITS) == 8
