"""The rules of a building permit once more, in PostGIS SQL, from the text of decision 0050.

It shares no code with the product.  Input are tables of sites, of the parts of their drawings,
and of the roads and plots round them, all in metres; output is a row a rule and site, and a row
an edge for setbacks.  How it measures a setback: every segment of the boundary is laid on the
x axis with the plot above it; what of the plot stands above the segment, and above its endless
line beyond a convex corner, is cut out; of that the pieces that hang together with the segment are
kept, and the lowest y of the building in them is the setback; what only touches
them (by less than a square millimetre) does not stand there.  At a reflex corner the wedge
between the two normals is cut out and the distance from the corner is taken.  Depths of 60 m and
more are all the same here: no limit is so deep.

Taken from the product, because the decision leaves no other choice of them: which segments make
one edge, and the side of each edge.  ``WRONG_EDGES`` and ``WRONG_SIDES`` question both by rules
that are simpler than the product's.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import shapely
from django.db import connection
from psycopg2.extras import execute_values

Row = tuple[Any, ...]
LIMITS = ("front_m", "side_m", "rear_m", "coverage", "built_up", "floors", "height", "parking")
GROUND = ("road_reserve", "wadi", "neighbours", "overlap")
PASS, FAIL, UNKNOWN, NOT_APPLICABLE = range(4)
NOISE_M, NOISE_M2 = 0.02, 0.1  # decision 0050: survey noise that is forgiven

TABLES = f"""
DROP TABLE IF EXISTS pg_temp.t_site, pg_temp.t_part, pg_temp.t_road, pg_temp.t_around,
  pg_temp.t_edge, pg_temp.t_built, pg_temp.t_segment, pg_temp.t_setback,
  pg_temp.t_match, pg_temp.t_near, pg_temp.t_fail, pg_temp.t_deep;
CREATE TEMP TABLE t_site (id int PRIMARY KEY, plot geometry, says_bays boolean,
  {", ".join(f"max_{name} float8" for name in LIMITS)},
  {", ".join(f"{name} geometry" for name in GROUND)});
CREATE TEMP TABLE t_part (site int, role text, shape geometry, floors float8, height_m float8);
CREATE TEMP TABLE t_road (site int, line geometry, rank int, width float8);
CREATE TEMP TABLE t_around (site int, plot geometry);
CREATE TEMP TABLE t_edge (site int, edge int, side int, x float8, y float8);
"""


def _keeps(shape: str, metres: float) -> str:
    """Whether a shape oversteps no line of its plot by more than some metres."""
    wider = f"ST_Buffer(s.plot, {metres!r}, 'join=mitre mitre_limit=5')"
    return f"(ST_Covers(s.plot, {shape}) OR ST_IsEmpty(ST_Difference({shape}, {wider})))"


INDEXED = """
CREATE INDEX ON t_part (site); CREATE INDEX ON t_road (site); CREATE INDEX ON t_around (site);
CREATE INDEX ON t_edge (site);
ANALYZE t_site; ANALYZE t_part; ANALYZE t_road; ANALYZE t_around; ANALYZE t_edge;
"""
# What the drawing says, put together: a number counts as known where all parts say it.
BUILT = f"""
CREATE TEMP TABLE t_built AS
WITH nothing AS (SELECT 'POLYGON EMPTY'::geometry AS shape), drawn AS (
  SELECT s.id AS site,
    coalesce(ST_UnaryUnion(ST_Collect(p.shape) FILTER (WHERE p.role = 'main')), n.shape) AS main,
    coalesce(ST_UnaryUnion(ST_Collect(p.shape) FILTER (WHERE p.role = 'annex')), n.shape) AS annex,
    coalesce(ST_UnaryUnion(ST_Collect(p.shape)
      FILTER (WHERE p.role IN ('main', 'annex'))), n.shape) AS buildings,
    coalesce(ST_UnaryUnion(ST_Collect(p.shape)), n.shape) AS everything,
    CASE WHEN bool_and(p.floors IS NOT NULL) FILTER (WHERE p.role = 'main')
      THEN max(p.floors) FILTER (WHERE p.role = 'main') END AS floors,
    CASE WHEN bool_and(p.floors IS NOT NULL) FILTER (WHERE p.role = 'annex')
      THEN max(p.floors) FILTER (WHERE p.role = 'annex') END AS annex_floors,
    CASE WHEN bool_and(p.height_m IS NOT NULL) FILTER (WHERE p.role = 'main')
      THEN max(p.height_m) FILTER (WHERE p.role = 'main') END AS height_m,
    CASE WHEN bool_and(p.floors IS NOT NULL) FILTER (WHERE p.role = 'main')
      THEN sum(p.floors * ST_Area(p.shape)) FILTER (WHERE p.role = 'main') END AS floor_m2,
    count(*) FILTER (WHERE p.role = 'parking') AS bays
  FROM t_site s CROSS JOIN nothing n LEFT JOIN t_part p ON p.site = s.id
  GROUP BY s.id, n.shape
)
SELECT d.*,
  ST_Area(ST_Difference(d.everything, s.plot)) AS outside_m2,
  NOT ST_IsEmpty(ST_Difference(d.buildings, s.plot)) AS over,
  {_keeps("d.buildings", NOISE_M)} AS inside, {_keeps("d.everything", NOISE_M)} AS all_inside,
  {_keeps("d.buildings", NOISE_M - 1e-5)} <> {_keeps("d.buildings", NOISE_M + 1e-5)} OR
  {_keeps("d.everything", NOISE_M - 1e-5)} <> {_keeps("d.everything", NOISE_M + 1e-5)} AS on_line,
  ST_Area(s.plot) AS plot_m2, ST_Area(d.main) AS main_m2, ST_Area(d.annex) AS annex_m2,
  least(0.2 * ST_Area(d.main), 50) AS annex_most_m2
FROM drawn d JOIN t_site s ON s.id = d.site;
ALTER TABLE t_built ADD COLUMN annex_free boolean;
UPDATE t_built SET annex_free = annex_m2 <= annex_most_m2 + 0.1 AND annex_floors <= 1;
"""

# Segments with the plot on their left; left turns are positive; n is the ring's number of them.
SEGMENTS = """
CREATE TEMP TABLE t_segment AS
WITH ring AS (
  SELECT s.id AS site, p.path[1] * 1000 + r.path[1] AS ring, ST_ExteriorRing(r.geom) AS line,
         r.path[1] > 0 AS is_hole
  FROM t_site s, ST_Dump(ST_Multi(s.plot)) p, ST_DumpRings(ST_RemoveRepeatedPoints(p.geom, 0.001)) r
), turned AS (
  SELECT site, ring, CASE WHEN ST_IsPolygonCCW(ST_MakePolygon(line)) = is_hole
    THEN ST_Reverse(line) ELSE line END AS line FROM ring
), vertex AS (
  SELECT site, ring, v.path[1] - 1 AS i, ST_NPoints(line) - 1 AS n, v.geom AS a
  FROM turned, ST_DumpPoints(line) v WHERE v.path[1] < ST_NPoints(line)
), pair AS (
  SELECT v.*, w.a AS b, ST_Azimuth(v.a, w.a) AS azimuth, ST_Distance(v.a, w.a) AS length
  FROM vertex v JOIN vertex w ON (w.site, w.ring, w.i) = (v.site, v.ring, (v.i + 1) % v.n)
)
SELECT p.*, ST_X(p.a) AS ax, ST_Y(p.a) AS ay, sin(p.azimuth) AS ux, cos(p.azimuth) AS uy,
  d - 360 * floor((d + 180) / 360) AS begin_turn
FROM pair p JOIN pair q ON (q.site, q.ring, (q.i + 1) % q.n) = (p.site, p.ring, p.i),
LATERAL (SELECT degrees(q.azimuth - p.azimuth) AS d) t;
CREATE INDEX ON t_segment (site, ring, i);
ALTER TABLE t_segment ADD COLUMN turn float8, ADD COLUMN ahead float8, ADD COLUMN behind float8;
UPDATE t_segment s SET turn = t.begin_turn FROM t_segment t
WHERE (t.site, t.ring, t.i) = (s.site, s.ring, (s.i + 1) % s.n);
ANALYZE t_segment;
CREATE TEMP TABLE t_match AS SELECT DISTINCT ON (e.site, e.x, e.y) s.site, s.ring, s.i, e.edge, e.side
FROM t_edge e JOIN t_segment s ON s.site = e.site AND abs(s.ax - e.x) < 0.002 AND abs(s.ay - e.y) < 0.002
ORDER BY e.site, e.x, e.y, abs(s.ax - e.x) + abs(s.ay - e.y);
CREATE INDEX ON t_match (site, ring, i); ANALYZE t_match;
"""

# How far the plot goes on beyond a convex corner: along the boundary while it rises over the
# segment's endless line, up to the next reflex corner (20 degrees; a bend is none).
BEYOND = """
WITH walk AS (
  SELECT s.site, s.ring, s.i, k, {sign} * ((v.ax - f.ax) * s.ux + (v.ay - f.ay) * s.uy) AS x,
    (f.corner > -0.01) AND bool_and(k = 0 OR (
        e.corner > -20
        AND (v.ax - e.ax) * -s.uy + (v.ay - e.ay) * s.ux > -0.001))
      OVER (PARTITION BY s.site, s.ring, s.i ORDER BY k) AS rises
  FROM t_segment s CROSS JOIN LATERAL generate_series(0, s.n - 2) k
  JOIN {corners} f ON (f.site, f.ring, f.i) = (s.site, s.ring, (s.i + {first}) % s.n)
  JOIN {corners} e ON (e.site, e.ring, e.i) =
    (s.site, s.ring, (s.i + {first} + {sign} * greatest(k - 1, 0) + 2 * s.n) % s.n)
  JOIN {corners} v ON (v.site, v.ring, v.i) =
    (s.site, s.ring, (s.i + {first} + {sign} * k + 2 * s.n) % s.n)
)
UPDATE t_segment t SET {column} = w.x FROM (
  SELECT site, ring, i, coalesce(max(x) FILTER (WHERE rises), 0) AS x FROM walk GROUP BY 1, 2, 3
) w WHERE (w.site, w.ring, w.i) = (t.site, t.ring, t.i);
"""
CORNERS = "(SELECT site, ring, i, ax, ay, begin_turn AS corner FROM t_segment)"

SETBACKS = """
CREATE TEMP TABLE {table} AS
WITH laid AS (
  SELECT g.*, b.over AND NOT EXISTS (
      SELECT FROM t_segment q WHERE q.site = g.site AND q.turn < -0.01) AS whole,
    ST_Affine(s.plot, ux, uy, -uy, ux, -ux * ax - uy * ay, uy * ax - ux * ay) AS plot,
    ST_Affine(b.buildings, ux, uy, -uy, ux, -ux * ax - uy * ay, uy * ax - ux * ay) AS built
  FROM ({segments}) g JOIN t_site s ON s.id = g.site JOIN t_built b ON b.site = g.site
  WHERE b.inside AND NOT ST_IsEmpty(b.buildings)
), piece AS (
  SELECT site, ring, i, built, whole, 'strip' AS kind, plot,
    ST_MakeEnvelope(-behind, 0, length + ahead, depth) AS shape,
    ST_MakeLine(ST_MakePoint(0, 0), ST_MakePoint(length, 0)) AS root
  FROM laid
  UNION ALL
  SELECT site, ring, i, built, whole, 'wedge', plot, ST_Intersection(
      ST_Buffer(c, depth, 64), ST_MakePolygon(ST_MakeLine(ARRAY[c,
      ST_MakePoint(x, 1e4), ST_MakePoint(x + 1e4 * sin(t / 3), 1e4 * cos(t / 3)),
      ST_MakePoint(x + 1e4 * sin(2 * t / 3), 1e4 * cos(2 * t / 3)),
      ST_MakePoint(x + 1e4 * sin(t), 1e4 * cos(t)), c]))), c
  FROM (
    SELECT *, length AS x, -radians(turn) AS t, ST_MakePoint(length, 0) AS c FROM laid
    WHERE turn < -0.01
    UNION ALL
    SELECT *, 0, radians(begin_turn), ST_MakePoint(0, 0) FROM laid WHERE begin_turn < -0.01
  ) reflex
), held AS MATERIALIZED (
  SELECT p.site, p.ring, p.i, p.kind, p.root, d.geom AS there
  FROM piece p, ST_Dump(ST_CollectionExtract(ST_Intersection(p.plot, p.shape), 3)) h,
  ST_Dump(CASE WHEN p.whole THEN p.built ELSE ST_Intersection(p.built, h.geom) END) d
  WHERE ST_DWithin(h.geom, p.root, 1e-6) AND ST_Area(d.geom) > 1e-6
)
SELECT g.site, g.ring, g.i, g.ax, g.ay, (
  SELECT ST_Distance(ST_MakeLine(g.a, g.b), b.buildings) FROM t_built b WHERE b.site = g.site
) AS plain, min(CASE h.kind WHEN 'strip'
    THEN greatest(ST_YMin(h.there), 0) ELSE ST_Distance(h.there, h.root) END) AS metres
FROM ({segments}) g LEFT JOIN held h
  ON (h.site, h.ring, h.i) = (g.site, g.ring, g.i)
GROUP BY 1, 2, 3, 4, 5, 6;
"""
ALL_DEPTHS = "SELECT *, 1e4 AS depth FROM t_segment"
# Edges that are too near are looked at again in strips as deep as their limit: a pocket behind
# the neighbour's land may hang together with the edge deeper in the plot only.
TOO_NEAR = f"""
CREATE TEMP TABLE t_fail AS
SELECT m.site, m.ring, m.i, min(e.permitted) AS depth FROM t_match m JOIN (
  SELECT m.site, m.edge, min(t.metres) AS metres, min(CASE m.side WHEN 0 THEN s.max_front_m
    WHEN 1 THEN s.max_side_m WHEN 2 THEN s.max_rear_m END) AS permitted
  FROM t_match m JOIN t_setback t USING (site, ring, i) JOIN t_site s ON s.id = m.site
  GROUP BY 1, 2
) e ON (e.site, e.edge) = (m.site, m.edge) AND e.metres < e.permitted - {NOISE_M}
WHERE EXISTS (SELECT FROM t_segment q WHERE q.site = m.site AND q.turn < -0.01)
GROUP BY 1, 2, 3;
CREATE TEMP TABLE t_deep AS
SELECT s.*, f.depth FROM t_segment s JOIN t_fail f USING (site, ring, i);
ANALYZE t_fail; ANALYZE t_deep;
"""

_OF_GROUND = " UNION ALL ".join(
    f"""
  SELECT id, '{name}', 0, CASE WHEN stands THEN ST_Area(ST_Intersection(buildings, {name})) END,
    ST_Area(ST_Intersection(buildings, {name})) <= {NOISE_M2},
    abs(ST_Area(ST_Intersection(buildings, {name})) - {NOISE_M2}) FROM said"""
    for name in GROUND
)
# One row a rule and site: provided and permitted in the rule's unit, NULL where unknown.
VERDICTS = f"""
WITH said AS (
  SELECT s.*, b.*,
    CASE WHEN b.annex_free THEN b.main_m2 ELSE ST_Area(b.buildings) END AS covered_m2,
    CASE WHEN b.annex_free OR b.annex_m2 = 0 THEN b.floor_m2
         ELSE b.floor_m2 + b.annex_m2 * b.annex_floors END AS built_m2,
    NOT ST_IsEmpty(b.buildings) AS stands
  FROM t_site s JOIN t_built b ON b.site = s.id
), measured AS (
  SELECT id, 'inside_plot' AS rule, 0::float8 AS permitted,
    CASE WHEN NOT stands THEN NULL WHEN all_inside THEN 0 ELSE outside_m2 END AS provided,
    all_inside AS keeps, CASE WHEN on_line THEN 0 ELSE 1 END AS spare
  FROM said
  UNION ALL
  SELECT id, 'coverage', max_coverage, CASE WHEN stands THEN 100 * covered_m2 / plot_m2 END,
    covered_m2 <= max_coverage * plot_m2 / 100 + {NOISE_M2},
    abs(covered_m2 - max_coverage * plot_m2 / 100 - {NOISE_M2}) FROM said
  UNION ALL
  SELECT id, 'built_up', max_built_up, 100 * built_m2 / plot_m2,
    built_m2 <= max_built_up * plot_m2 / 100 + {NOISE_M2},
    abs(built_m2 - max_built_up * plot_m2 / 100 - {NOISE_M2}) FROM said
  UNION ALL
  SELECT id, 'floors', max_floors, floors, floors <= max_floors, 1 FROM said
  UNION ALL
  SELECT id, 'height', max_height, height_m, height_m <= max_height + {NOISE_M},
    abs(height_m - max_height - {NOISE_M}) FROM said
  UNION ALL
  SELECT id, 'parking', max_parking, CASE WHEN says_bays THEN bays END, bays >= max_parking, 1 FROM said
  UNION ALL
  {_OF_GROUND}
)
SELECT id, rule, permitted, provided, CASE WHEN permitted IS NULL OR provided IS NULL
  THEN {UNKNOWN} WHEN keeps THEN {PASS} ELSE {FAIL} END, spare FROM measured
UNION ALL
SELECT site, 'annex', annex_most_m2, annex_m2, CASE
  WHEN annex_m2 = 0 THEN {NOT_APPLICABLE}
  WHEN annex_m2 > annex_most_m2 + {NOISE_M2} THEN {FAIL}
  WHEN annex_floors IS NULL THEN {UNKNOWN}
  WHEN annex_floors > 1 THEN {FAIL} ELSE {PASS} END,
  abs(annex_m2 - annex_most_m2 - {NOISE_M2}) FROM t_built
"""

# One row an edge.  Where nothing of the building stands before an edge, it keeps it: no metres.
EDGES = f"""
WITH edge AS (
  SELECT e.site, e.edge, e.side, CASE WHEN min(t.metres) < 60 THEN min(t.metres)
    WHEN min(t.plain) >= 60 THEN min(t.plain) END AS metres, count(t.i) AS found,
    count(f.i) > 0 AND count(n.metres) = 0 AS behind
  FROM t_match e JOIN t_setback t USING (site, ring, i)
  LEFT JOIN t_near n USING (site, ring, i) LEFT JOIN t_fail f USING (site, ring, i)
  GROUP BY 1, 2, 3
), judged AS (
  SELECT e.site, e.edge,
    e.found = (SELECT count(*) FROM t_edge q WHERE (q.site, q.edge) = (e.site, e.edge)) AS found, NOT ST_IsEmpty(b.buildings) AS stands,
    CASE e.side WHEN 0 THEN s.max_front_m WHEN 1 THEN s.max_side_m WHEN 2 THEN s.max_rear_m END
      AS permitted,
    CASE WHEN NOT b.inside THEN 0 WHEN NOT behind THEN e.metres END AS metres, b.on_line
  FROM edge e JOIN t_site s ON s.id = e.site JOIN t_built b ON b.site = e.site
)
SELECT site, edge, permitted, metres, CASE WHEN permitted IS NULL OR NOT stands THEN {UNKNOWN}
  WHEN metres IS NULL THEN {NOT_APPLICABLE}
  WHEN metres >= permitted - {NOISE_M} THEN {PASS} ELSE {FAIL} END,
  CASE WHEN on_line THEN 0 ELSE abs(metres - permitted + {NOISE_M}) END, found
FROM judged
"""

# The product's edges, questioned: two neighbouring segments that turn by more than 20 degrees
# are two edges; a bend cuts an edge only where it has turned by more than 45 from its first.
WRONG_EDGES = """
WITH cut AS (
  SELECT s.site, s.ring, s.i, s.begin_turn AS turn, e.edge <> f.edge AS is_cut, e.edge, f.edge AS before
  FROM t_segment s
  JOIN t_segment q ON (q.site, q.ring, (q.i + 1) % q.n) = (s.site, s.ring, s.i)
  JOIN t_match e ON (e.site, e.ring, e.i) = (s.site, s.ring, s.i)
  JOIN t_match f ON (f.site, f.ring, f.i) = (q.site, q.ring, q.i)
), bent AS (
  SELECT site, edge, sum(turn) FILTER (WHERE NOT is_cut) AS within FROM cut GROUP BY 1, 2
), corners AS (
  SELECT site, ring, count(*) FILTER (WHERE abs(turn) > 20) AS sharp FROM cut GROUP BY 1, 2
)
SELECT c.site, c.before, c.edge, c.turn FROM cut c JOIN corners USING (site, ring)
JOIN bent b ON (b.site, b.edge) = (c.site, c.before)
WHERE (NOT is_cut AND abs(turn) > 20.001 AND sharp > 1)
   OR (is_cut AND abs(turn) < 19.999 AND sharp > 0 AND abs(b.within + c.turn) < 44.999)
"""
# Sides, questioned by five looks from every segment instead of three from every edge: where all
# of them see a street before another plot the edge is a front, where none does it is none (a way
# between plots counts on a plot that no street is seen from).  Of a plot with one front, the rear
# is what runs opposite it within 45 degrees.
WRONG_SIDES = """
WITH look AS (
  SELECT s.site, e.edge, e.side, ST_MakeLine(ST_Translate(p, dx * 0.05, dy * 0.05),
    ST_Translate(p, dx * 55.05, dy * 55.05)) AS line, ST_Translate(p, dx * 0.05, dy * 0.05) AS eye
  FROM t_segment s
  JOIN t_match e USING (site, ring, i),
  LATERAL (SELECT s.uy AS dx, -s.ux AS dy) d, generate_series(0, 4) k,
  LATERAL (SELECT ST_LineInterpolatePoint(ST_MakeLine(s.a, s.b), (k + 0.5) / 5) AS p) q
), seen AS (
  SELECT l.site, l.edge, l.side, (
    SELECT min(r.rank) FROM t_road r, LATERAL (
      SELECT ST_ShortestLine(l.eye, ST_Intersection(r.line, l.line)) AS way OFFSET 0) w
    WHERE r.site = l.site AND ST_Intersects(r.line, l.line) AND ST_Length(way) <= 25 + least(coalesce(r.width, 8), 60) / 2
      AND NOT EXISTS (SELECT FROM t_around o WHERE o.site = l.site AND ST_Intersects(o.plot, way))
    ) AS rank
  FROM look l
), edge AS (
  SELECT site, edge, side, bool_and(coalesce(rank, 9) <= 2) AS all_street,
    bool_or(coalesce(rank, 9) <= 2) AS some_street, bool_and(coalesce(rank, 9) <= 3) AS all_way,
    bool_or(coalesce(rank, 9) <= 3) AS some_way
  FROM seen GROUP BY 1, 2, 3
), plot AS (
  SELECT site, bool_or(all_street) AS at_street, bool_or(some_street) AS near_street,
    count(*) FILTER (WHERE side = 0) AS fronts
  FROM edge GROUP BY 1
), run AS (
  SELECT s.site, e.edge, e.side, sum(s.ux * s.length) AS x, sum(s.uy * s.length) AS y
  FROM t_segment s
  JOIN t_match e USING (site, ring, i)
  GROUP BY 1, 2, 3
)
SELECT site, edge, side, 'front' FROM edge JOIN plot USING (site)
WHERE (all_street AND side <> 0) OR (at_street AND NOT some_street AND side = 0)
   OR (NOT near_street AND all_way AND side <> 0) OR (NOT some_way AND side = 0)
   OR (side = 3) <> (fronts = 0)
UNION ALL
SELECT r.site, r.edge, r.side, 'rear'
FROM run r JOIN plot p ON p.site = r.site AND p.fronts = 1
JOIN run f ON f.site = r.site AND f.side = 0,
LATERAL (SELECT degrees(acos(greatest(-1, least(1, (r.x * f.x + r.y * f.y)
  / nullif(sqrt((r.x ^ 2 + r.y ^ 2) * (f.x ^ 2 + f.y ^ 2)), 0))))) AS angle) a
WHERE r.side IN (1, 2) AND abs(angle - 135) > 0.01 AND (r.side = 2) <> (angle > 135)
"""


def _null(values: Iterable[float]) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]


class Truth:
    """The tables of one calculation; ``origin`` is subtracted from all coordinates."""

    def __init__(self, origin: tuple[float, float]) -> None:
        self.origin = origin
        self._shape = f"ST_Translate(ST_GeomFromWKB(%s, 0), {-origin[0]!r}, {-origin[1]!r})"
        self.run(TABLES)

    def run(self, sql: str) -> None:
        """Run statements without parameters."""
        with connection.cursor() as cursor:
            cursor.execute(sql)

    def asked(self, sql: str) -> list[Row]:
        """Return the rows of a statement."""
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def fill(self, table: str, rows: Sequence[Row]) -> None:
        """Write rows into a table; shapes of shapely as WKB."""
        if not rows:
            return
        places = ["%s"] * len(rows[0])
        sent = []
        for row in rows:
            cells = list(row)
            for n, cell in enumerate(cells):
                if isinstance(cell, shapely.Geometry):
                    places[n] = self._shape
                    cells[n] = shapely.to_wkb(cell)
                elif isinstance(cell, float | np.floating):
                    cells[n] = _null([cell])[0]
            sent.append(cells)
        with connection.cursor() as cursor:
            execute_values(
                cursor.cursor, f"INSERT INTO {table} VALUES %s", sent, f"({', '.join(places)})", 500
            )

    def edges(self, rows: Sequence[tuple[int, int, int, float, float]]) -> None:
        """Write the product's edges: site, edge, side, and where a segment of it begins."""
        x, y = self.origin
        self.fill("t_edge", [(*row[:3], row[3] - x, row[4] - y) for row in rows])

    def measure(self) -> None:
        """Work out what the tables say."""
        self.run(INDEXED + BUILT + "ANALYZE t_built;" + SEGMENTS)
        for sign, first, column in ((1, 1, "ahead"), (-1, 0, "behind")):
            self.run(BEYOND.format(sign=sign, first=first, column=column, corners=CORNERS))
        self.run(SETBACKS.format(table="t_setback", segments=ALL_DEPTHS))
        self.run("ANALYZE t_setback;" + TOO_NEAR)
        self.run(SETBACKS.format(table="t_near", segments="TABLE t_deep"))
