/* A rectangle by its measures: so many metres from the front edge, so many from the edge beside it. The way to
   draw without a pointer, and to the centimetre. */

import type { Polygon, Position } from "geojson";
import type { GroundEdge } from "../lib/site";
import { degreeMetres, local } from "./measure";

export interface Measures {
  width: number; // metres along the front edge
  depth: number; // metres into the plot
  fromFront: number;
  fromSide: number; // from the end of the front edge where the plot lies to the left of walking along it
}

function ends(edge: GroundEdge): [Position, Position] | null {
  const line = edge.geometry;
  const points =
    line.type === "LineString"
      ? line.coordinates
      : line.type === "MultiLineString"
        ? line.coordinates.flat()
        : [];
  return points.length < 2 ? null : [points[0]!, points[points.length - 1]!];
}

/* The edge that drawings are aligned with: the longest front, or the longest of all. */
export function frontEdge(edges: GroundEdge[]): GroundEdge | null {
  const byLength = [...edges].sort((a, b) => b.length_m - a.length_m);
  return byLength.find((edge) => edge.side === "front") ?? byLength[0] ?? null;
}

/* The rectangle in lon/lat; inside is towards ``inside``. Null where the plot has no usable edge. */
export function rectangle(edges: GroundEdge[], inside: Position, m: Measures): Polygon | null {
  const edge = frontEdge(edges);
  const both = edge && ends(edge);
  if (!both) return null;
  const [a, b] = both;
  const [bx, by] = local(b, a);
  const length = Math.hypot(bx, by);
  if (!length) return null;
  const along = [bx / length, by / length] as const;
  const [ix, iy] = local(inside, a);
  const left = along[0] * iy - along[1] * ix > 0;
  const into = left ? ([-along[1], along[0]] as const) : ([along[1], -along[0]] as const);
  const scale = degreeMetres(a[1]!);
  const at = (s: number, t: number): Position => [
    a[0]! + (along[0] * s + into[0] * t) / scale.lon,
    a[1]! + (along[1] * s + into[1] * t) / scale.lat,
  ];
  const [s0, s1] = [m.fromSide, m.fromSide + m.width];
  const [t0, t1] = [m.fromFront, m.fromFront + m.depth];
  const ring = [at(s0, t0), at(s1, t0), at(s1, t1), at(s0, t1), at(s0, t0)];
  return { type: "Polygon", coordinates: [left ? ring : ring.reverse()] };
}
