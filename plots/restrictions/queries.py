"""What restricts a plot: one line a theme, concerned, not concerned or without data."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

import shapely
from shapely.geometry.base import BaseGeometry

from municipality.conf import PROFILE
from municipality.stored import geos_of, shape_of
from plots.restrictions.models import ThemeFeature, ThemeLayer

TOUCH_M2 = 0.5  # less ground than this is a drawing difference: a touching edge concerns nobody
TOUCH_M = 0.1  # the same for lines (pipes, cables), in metres of length


class Status(StrEnum):
    """Three answers, never two."""

    CONCERNED = "concerned"
    NOT_CONCERNED = "not_concerned"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True)
class Restriction:
    """The answer of one theme: shares in m² and per cent of the plot's measured area."""

    theme: str
    name_ar: str
    name_en: str
    status: Status
    share_m2: float | None
    share_pct: float | None
    source: str | None
    as_of: dt.date | None


def _share(shape: BaseGeometry, layer: ThemeLayer) -> tuple[bool, float]:
    """Tell whether a layer concerns a shape, and the ground they share in m²."""
    meeting = list(ThemeFeature.objects.filter(layer=layer, shape__intersects=geos_of(shape)))
    parts = [shapely.intersection(shape_of(feature.shape), shape) for feature in meeting]
    if not parts:
        return False, 0.0
    common = shapely.union_all(parts)  # features of one theme may overlap: ground counts once
    area = float(shapely.area(common))
    length = float(sum(shapely.length(part) for part in parts if shapely.get_dimensions(part) == 1))
    points = any(shapely.get_dimensions(part) == 0 for part in parts)
    if area > TOUCH_M2:
        return True, area
    only_flat = all(feature.shape.dims < 2 for feature in meeting)
    return only_flat and (length > TOUCH_M or points), 0.0


def _restriction(code: str, layer: ThemeLayer | None, shape: BaseGeometry) -> Restriction:
    names = PROFILE.themes[code]
    name_ar, name_en = str(names["name_ar"]), str(names["name_en"])
    covered = layer is not None and (
        layer.coverage is None or shapely.covers(shape_of(layer.coverage), shape)
    )
    if layer is None:
        return Restriction(code, name_ar, name_en, Status.NO_DATA, None, None, None, None)
    concerned, share = _share(shape, layer)
    if not concerned and not covered:
        return Restriction(
            code, name_ar, name_en, Status.NO_DATA, None, None, layer.source, layer.as_of
        )
    return Restriction(
        theme=code,
        name_ar=name_ar,
        name_en=name_en,
        status=Status.CONCERNED if concerned else Status.NOT_CONCERNED,
        share_m2=round(share, 2),
        share_pct=round(100 * share / shape.area, 2),
        source=layer.source,
        as_of=layer.as_of,
    )


def restrictions_of(*, shape: BaseGeometry, on: dt.date) -> list[Restriction]:
    """Return one answer for every theme of the city's profile, for a METRIC polygon on a day.

    ``no_data``: no layer of the theme holds that day, or it covers the plot only in part and
    concerns no part of it.  ``share_m2`` is the ground in common, counted once.
    """
    layers = {
        layer.theme.code: layer
        for layer in ThemeLayer.objects.filter(valid__contains=on).select_related("theme")
    }
    return [_restriction(code, layers.get(code), shape) for code in PROFILE.themes]
