/* Where a corner being drawn is pulled to: corners first, then lines, of the plot and of the ground that the
   setbacks leave. All in pixels of the screen, so that it feels the same at every zoom. */

import type { Geometry, Position } from "geojson";

export const SNAP_PX = 12;

export interface Pixel {
  x: number;
  y: number;
}

/* Every ring and line of some shapes as runs of positions. */
export function runs(shapes: (Geometry | null)[]): Position[][] {
  return shapes.flatMap((shape) => {
    if (!shape) return [];
    if (shape.type === "Polygon") return shape.coordinates;
    if (shape.type === "MultiPolygon") return shape.coordinates.flat();
    if (shape.type === "LineString") return [shape.coordinates];
    if (shape.type === "MultiLineString") return shape.coordinates;
    return [];
  });
}

/* The nearest corner within reach, else the nearest spot of a line; undefined where nothing is near. */
export function snapTo(
  at: Pixel,
  lines: Position[][],
  project: (lng: number, lat: number) => Pixel,
): Position | undefined {
  let corner: Position | undefined;
  let cornerPx = SNAP_PX;
  let spot: Position | undefined;
  let spotPx = SNAP_PX;
  for (const line of lines) {
    line.forEach((p, i) => {
      const here = project(p[0]!, p[1]!);
      const away = Math.hypot(here.x - at.x, here.y - at.y);
      if (away < cornerPx) [corner, cornerPx] = [p, away];
      const q = line[i + 1];
      if (!q) return;
      const next = project(q[0]!, q[1]!);
      const [dx, dy] = [next.x - here.x, next.y - here.y];
      const long = dx * dx + dy * dy;
      if (!long) return;
      const t = Math.min(1, Math.max(0, ((at.x - here.x) * dx + (at.y - here.y) * dy) / long));
      const px = Math.hypot(here.x + t * dx - at.x, here.y + t * dy - at.y);
      if (px < spotPx) [spot, spotPx] = [[p[0]! + t * (q[0]! - p[0]!), p[1]! + t * (q[1]! - p[1]!)], px];
    });
  }
  return corner ?? spot;
}
