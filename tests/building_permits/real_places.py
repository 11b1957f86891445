"""Every building of a real register against the plot that holds it, beside PostGIS.

The register says no planning limits, so each plot gets some by its number, a few of them not
set.  Where the register has no roads (the French cadastre leaves public ground empty) a street is
drawn 2.5 m outside of all plots taken together, in pieces of different classes and widths.
Everything is taken back.
"""

import datetime as dt
from typing import Any

import numpy as np
from django.db import connection, transaction

from plots.building_permits.sites.arrays import from_rows
from plots.building_permits.sites.batch import plans_of_town
from plots.building_permits.town.chunks import Survey, chunks_of, footprints_on, ground_of
from plots.models import Road
from tests.building_permits.compared import Key, Report, Said, compare, edge_rows, told, unshown
from tests.building_permits.sql_truth import Truth

ON = dt.date(2026, 11, 28)
CHUNK = 400
LIMITS = """
UPDATE plots_plot SET limits_source = 'test',
  setback_front_m = CASE WHEN id % 13 > 0 THEN 3 + id % 3 END,
  setback_side_m = CASE WHEN id % 11 > 0 THEN 1.5 + id % 2 * 1.5 END,
  setback_rear_m = CASE WHEN id % 17 > 0 THEN 2 + id % 2 END,
  coverage_pct = CASE WHEN id % 7 > 0 THEN 10 + id % 4 * 10 END,
  built_up_pct = CASE WHEN id % 5 > 0 THEN 20 + id % 6 * 20 END,
  floors = 2, height_m = 8, parking_bays = 2
"""
STREETS = """
INSERT INTO plots_road (register_key, name_ar, name_en, road_class, width_m, centre_line, source,
                        attributes)
SELECT 'truth ' || row_number() OVER (), '', '', (ARRAY['main', 'minor', 'minor', 'way', 'path'])
    [1 + row_number() OVER () %% 5], nullif(row_number() OVER () %% 4, 0) * 4,
  ST_Multi(ST_LineSubstring(ring, share / 20.0, (share + 1) / 20.0)), 'test', '{}'
FROM (
  SELECT (ST_DumpRings((ST_Dump(ST_Buffer(ST_Union(p.boundary), 2.5))).geom)).geom AS area
  FROM plots_plot p WHERE EXISTS (
    SELECT FROM plots_building b WHERE b.id = ANY(%s) AND ST_DWithin(b.footprint, p.boundary, 150))
) u, ST_ExteriorRing(area) ring, generate_series(0, 19) share
"""
# Old footprints and plots do not fit everywhere (in Bubenec 139 of 144 buildings cross a line): a
# building that leaves its plot says little of setbacks, so that each is asked about once more.
CUT = """
UPDATE plots_building b SET footprint = ST_Multi(c.shape) FROM (
  SELECT f.id, ST_CollectionExtract(
    ST_Intersection(f.footprint, ST_Buffer(p.boundary, -0.1 * (f.id %% 20))), 3) AS shape
  FROM plots_building f JOIN plots_plot p ON p.id = f.plot_id WHERE f.id = ANY(%s)
) c WHERE c.id = b.id AND ST_Area(c.shape) > 1
"""
# The plot of a building is the one that shares most ground with it; what lies round it is all
# within the reach of a look (55 m from the edge).
SITES = """
INSERT INTO t_site
SELECT b.n, ST_Translate(ST_SetSRID(p.boundary, 0), %(x)s, %(y)s), false,
  setback_front_m, setback_side_m, setback_rear_m, coverage_pct, built_up_pct, p.floors,
  p.height_m, parking_bays, NULL, NULL,
  (SELECT coalesce(ST_Union(ST_Translate(ST_SetSRID(o.footprint, 0), %(x)s, %(y)s)),
                   'POLYGON EMPTY') FROM plots_building o
   WHERE o.plot_id IS DISTINCT FROM p.id AND ST_Intersects(o.footprint, f.footprint)),
  'POLYGON EMPTY'
FROM unnest(%(ids)s) WITH ORDINALITY b(id, n) JOIN plots_building f ON f.id = b.id
CROSS JOIN LATERAL (
  SELECT * FROM plots_plot q WHERE ST_Intersects(q.boundary, f.footprint) AND upper_inf(q.valid)
  ORDER BY ST_Area(ST_Intersection(q.boundary, f.footprint)) DESC, q.id LIMIT 1) p;
CREATE TEMP TABLE IF NOT EXISTS t_own (site int, plot int);
TRUNCATE t_own;
INSERT INTO t_own SELECT s.id, p.id FROM t_site s JOIN plots_plot p
  ON ST_Equals(ST_Translate(ST_SetSRID(p.boundary, 0), %(x)s, %(y)s), s.plot);
INSERT INTO t_part
SELECT b.n, 'main', ST_Translate(ST_SetSRID(f.footprint, 0), %(x)s, %(y)s), f.floors, f.height_m
FROM unnest(%(ids)s) WITH ORDINALITY b(id, n) JOIN plots_building f ON f.id = b.id
JOIN t_site s ON s.id = b.n;
INSERT INTO t_road
SELECT w.site, ST_Translate(ST_SetSRID(r.centre_line, 0), %(x)s, %(y)s),
  CASE r.road_class WHEN 'motorway' THEN 0 WHEN 'main' THEN 1 WHEN 'minor' THEN 2
                    WHEN 'way' THEN 3 ELSE 4 END, r.width_m
FROM t_own w JOIN plots_plot p ON p.id = w.plot
JOIN plots_road r ON ST_DWithin(r.centre_line, p.boundary, 56);
INSERT INTO t_around
SELECT w.site, ST_Translate(ST_SetSRID(o.boundary, 0), %(x)s, %(y)s)
FROM t_own w JOIN plots_plot p ON p.id = w.plot JOIN plots_plot o
  ON o.id <> p.id AND upper_inf(o.valid) AND ST_DWithin(o.boundary, p.boundary, 56);
"""


def _chunk(survey: Survey, ids: list[int]) -> Report:
    """Compare some buildings; the sites of the calculation are counted from 1."""
    ground = ground_of(survey.shape, ON)
    rows = np.flatnonzero(ground.plot_of >= 0)
    plans = plans_of_town(footprints_on(survey, ground, rows), ground.town)
    ours: dict[Key, Said] = {(int(rows[s]) + 1, r, e): said for (s, r, e), said in told(plans)}
    x, y = (float(round(one)) for one in survey.shape[0].bounds[:2])
    truth = Truth((x, y))
    with connection.cursor() as cursor:
        cursor.execute(SITES, {"ids": ids, "x": -x, "y": -y})
    edges = edge_rows(plans.boundary, plans.side)
    truth.edges([(int(rows[site]) + 1, *rest) for site, *rest in edges])
    truth.measure()
    held = {site for (site,) in truth.asked("SELECT id FROM t_site")}
    assert held == {int(row) + 1 for row in rows}, "other buildings are on no plot"
    report = compare(ours, truth, ["", *(f"building {one}" for one in ids)])
    report.wrong += [
        f"building {ids[rows[s]]}: {r} fails without a shape" for s, r in unshown(plans)
    ]
    return report


def _town(ids: list[int]) -> Report:
    report = Report()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_AsBinary(footprint), floors, height_m FROM plots_building "
            "WHERE id = ANY(%s) ORDER BY array_position(%s, id::int)",
            [ids, ids],
        )
        found = cursor.fetchall()
    numbers = np.array([row[1:] for row in found], dtype=float)
    survey = Survey(from_rows(row[0] for row in found), numbers[:, 0], numbers[:, 1])
    for rows in chunks_of(survey.shape, CHUNK):
        report.add(_chunk(survey.part(rows), [ids[row] for row in rows]))
    return report


def judged(every: int) -> dict[str, Any]:
    """Compare every so many buildings, as they stand and cut to their plots."""
    report = Report()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM plots_building WHERE id %% %s = 0", [every])
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute(LIMITS)
        if not Road.objects.exists():
            cursor.execute(STREETS, [ids])
        report.add(_town(ids))
        cursor.execute(CUT, [ids])
        report.add(_town(ids))
        transaction.set_rollback(True)
    return {
        "buildings": len(ids), "compared": report.compared, "outcomes": report.outcomes,
        "sides": report.sides, "furthest": report.furthest, "on_the_line": report.on_the_line,
        "wrong": report.wrong,
    }  # fmt: skip
