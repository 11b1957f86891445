/* Ground distances on the WGS 84 ellipsoid, good to millimetres over a few hundred metres. */

import type { Position } from "geojson";

const A = 6378137.0; // m, WGS 84
const E2 = 0.00669437999014;
const RAD = Math.PI / 180;

/* Metres of one degree of longitude and of latitude at a latitude. */
export function degreeMetres(lat: number): { lon: number; lat: number } {
  const sin = Math.sin(lat * RAD);
  const w = 1 - E2 * sin * sin;
  return {
    lon: (RAD * A * Math.cos(lat * RAD)) / Math.sqrt(w),
    lat: (RAD * A * (1 - E2)) / (w * Math.sqrt(w)),
  };
}

/* East and north metres of a point from an origin. */
export function local(p: Position, origin: Position): [number, number] {
  const m = degreeMetres((p[1]! + origin[1]!) / 2);
  return [(p[0]! - origin[0]!) * m.lon, (p[1]! - origin[1]!) * m.lat];
}

export function metresBetween(a: Position, b: Position): number {
  const [x, y] = local(b, a);
  return Math.hypot(x, y);
}

/* A circle of true metres as a ring of lon/lat. */
export function circle(centre: Position, radiusM: number, steps = 72): Position[] {
  const m = degreeMetres(centre[1]!);
  const ring: Position[] = [];
  for (let i = 0; i <= steps; i += 1) {
    const a = (i / steps) * 2 * Math.PI;
    ring.push([centre[0]! + (Math.cos(a) * radiusM) / m.lon, centre[1]! + (Math.sin(a) * radiusM) / m.lat]);
  }
  return ring;
}

export interface Side {
  middle: Position;
  lengthM: number;
  angle: number; // degrees clockwise on the map, kept upright (-90..90]
  outward: [number, number]; // unit vector east, north, away from the plot
}

function shoelace(points: [number, number][]): number {
  let twice = 0;
  points.forEach(([x, y], i) => {
    const [nx, ny] = points[(i + 1) % points.length]!;
    twice += x * ny - nx * y;
  });
  return twice / 2;
}

export function areaM2(ring: Position[]): number {
  const origin = ring[0]!;
  return Math.abs(shoelace(ring.slice(0, -1).map((p) => local(p, origin))));
}

/* The ground within an outer ring, without its holes. */
export function netM2(rings: Position[][]): number {
  return rings.reduce((sum, ring, i) => (i ? sum - areaM2(ring) : areaM2(ring)), 0);
}

/* Real sides of a ring: vertices that turn less than 4 degrees do not part a side.
   With the register's own measured area, lengths are brought to the city's metric grid (scale = root of the ratio). */
export function sides(ring: Position[], measuredM2: number | null = null): Side[] {
  const origin = ring[0]!;
  const pts = ring.slice(0, -1).map((p) => local(p, origin));
  const drawn = Math.abs(shoelace(pts));
  const ratio = measuredM2 && drawn ? measuredM2 / drawn : 1;
  const scale = Math.abs(ratio - 1) < 0.01 ? Math.sqrt(ratio) : 1; // holes or a multipolygon: leave the ground length
  const clockwise = shoelace(pts) < 0;
  const corners = pts.map((_, i) => i).filter((i) => turns(pts, i));
  if (corners.length < 3) return [];
  const m = degreeMetres(origin[1]!);
  return corners.map((i, k) => {
    const j = corners[(k + 1) % corners.length]!;
    let length = 0;
    for (let v = i; v !== j; v = (v + 1) % pts.length) {
      const [a, b] = [pts[v]!, pts[(v + 1) % pts.length]!];
      length += Math.hypot(b[0] - a[0], b[1] - a[1]);
    }
    const [from, to] = [pts[i]!, pts[j]!];
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const norm = Math.hypot(dx, dy) || 1;
    const outward: [number, number] = clockwise ? [-dy / norm, dx / norm] : [dy / norm, -dx / norm];
    let angle = (-Math.atan2(dy, dx) * 180) / Math.PI;
    if (angle > 90) angle -= 180;
    if (angle <= -90) angle += 180;
    const middle: Position = [
      origin[0]! + (from[0] + to[0]) / 2 / m.lon,
      origin[1]! + (from[1] + to[1]) / 2 / m.lat,
    ];
    return { middle, lengthM: length * scale, angle, outward };
  });
}

function turns(pts: [number, number][], i: number): boolean {
  const n = pts.length;
  const [p, q, r] = [pts[(i + n - 1) % n]!, pts[i]!, pts[(i + 1) % n]!];
  const a = Math.atan2(q[1] - p[1], q[0] - p[0]);
  const b = Math.atan2(r[1] - q[1], r[0] - q[0]);
  const turn = Math.abs(Math.atan2(Math.sin(b - a), Math.cos(b - a)));
  return turn > (4 * Math.PI) / 180;
}

/* The part of a polygon inside a convex ring (Sutherland-Hodgman); for the hatch of a restriction on a plot. */
export function clipToConvex(subject: Position[], convex: Position[]): Position[] {
  const origin = convex[0]!;
  const ring = convex.slice(0, -1);
  const ccw = shoelace(ring.map((p) => local(p, origin))) > 0;
  let out = subject.slice(0, -1);
  for (let i = 0; i < ring.length && out.length; i += 1) {
    const a = ring[i]!;
    const b = ring[(i + 1) % ring.length]!;
    const side = (p: Position): number =>
      ((b[0]! - a[0]!) * (p[1]! - a[1]!) - (b[1]! - a[1]!) * (p[0]! - a[0]!)) * (ccw ? 1 : -1);
    const input = out;
    out = [];
    input.forEach((p, k) => {
      const q = input[(k + input.length - 1) % input.length]!;
      const [sp, sq] = [side(p), side(q)];
      if (sp >= 0 !== sq >= 0) {
        const t = sq / (sq - sp);
        out.push([q[0]! + t * (p[0]! - q[0]!), q[1]! + t * (p[1]! - q[1]!)]);
      }
      if (sp >= 0) out.push(p);
    });
  }
  if (out.length < 3) return [];
  return [...out, out[0]!];
}

/* A round length for a scale bar not wider than maxPx: 1, 2 or 5 times a power of ten. */
export function niceScale(metresPerPx: number, maxPx: number): { metres: number; px: number } {
  const most = metresPerPx * maxPx;
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [5, 2, 1].find((k) => k * power <= most) ?? 1;
  const metres = step * power;
  return { metres, px: metres / metresPerPx };
}

/* True metres of one screen pixel (512 px tiles) at a latitude and zoom. */
export function metresPerPixel(lat: number, zoom: number): number {
  return degreeMetres(lat).lon / ((512 * 2 ** zoom) / 360);
}
