/* One label an area, wilayat, zone or plot, in the middle of the part of it that is in view. Tiles cut a polygon
   in pieces and each piece would carry the name again. */

import type { Map as MapLibre } from "maplibre-gl";
import type { Feature, FeatureCollection, Position } from "geojson";
import { clipToConvex, local } from "./measure";
import { collection, feature } from "./overlays";

const KINDS = ["wilayats", "areas", "parking_zones", "restrictions"];
export const NUMBER_ZOOM = 16.3; // from here plots are wide enough for their numbers
const MARKS = /[\u064b-\u0652\u0670\u0640]/g;
const INSET = 0.04; // of the view: no name is cut by its edge

/* Names without vowel marks: on a map a mark is set apart from its letter and tears the word. */
export function unmarked<T extends object>(named: T): T {
  const cut = (value: unknown): unknown => (typeof value === "string" ? value.replace(MARKS, "") : value);
  return Object.fromEntries(
    Object.entries(named).map(([key, value]) => [key, key === "name_ar" ? cut(value) : (value as unknown)]),
  ) as T;
}

/* Area (m², signed away) and centroid of a ring. */
function weighed(ring: Position[]): { area: number; centre: Position } {
  const origin = ring[0]!;
  let [area, cx, cy] = [0, 0, 0];
  for (let i = 0; i + 1 < ring.length; i += 1) {
    const [ax, ay] = local(ring[i]!, origin);
    const [bx, by] = local(ring[i + 1]!, origin);
    const cross = ax * by - bx * ay;
    area += cross / 2;
    cx += ((ax + bx) * cross) / 6;
    cy += ((ay + by) * cross) / 6;
  }
  if (!area) return { area: 0, centre: origin };
  const [mx, my] = local([origin[0]! + 1e-4, origin[1]! + 1e-4], origin);
  return {
    area: Math.abs(area),
    centre: [origin[0]! + (cx / area / mx) * 1e-4, origin[1]! + (cy / area / my) * 1e-4],
  };
}

interface Sum {
  area: number;
  lon: number;
  lat: number;
  properties: Record<string, unknown>;
}

function view(map: MapLibre): Position[] {
  const b = map.getBounds();
  const [dx, dy] = [(b.getEast() - b.getWest()) * INSET, (b.getNorth() - b.getSouth()) * INSET];
  const [w, s, e, n] = [b.getWest() + dx, b.getSouth() + dy, b.getEast() - dx, b.getNorth() - dy];
  return [
    [w, s],
    [e, s],
    [e, n],
    [w, n],
    [w, s],
  ];
}

function labels(map: MapLibre, kind: string): Feature[] {
  if (!map.getSource(kind)) return [];
  const frame = view(map);
  const sums = new Map<string, Sum>();
  for (const f of map.querySourceFeatures(kind, { sourceLayer: kind })) {
    const shapes =
      f.geometry.type === "Polygon"
        ? [f.geometry.coordinates]
        : f.geometry.type === "MultiPolygon"
          ? f.geometry.coordinates
          : [];
    if (f.properties.theme && f.properties.theme !== "wadi") continue;
    // A wadi comes as course and strip, which share one name.
    const key = String(kind === "restrictions" ? f.properties.name_ar : (f.id ?? f.properties.name_ar));
    for (const shape of shapes) {
      const part = clipToConvex(shape[0]!, frame);
      if (part.length < 4) continue;
      const { area, centre } = weighed(part);
      const sum = sums.get(key) ?? { area: 0, lon: 0, lat: 0, properties: f.properties };
      sum.area += area;
      sum.lon += centre[0]! * area;
      sum.lat += centre[1]! * area;
      sums.set(key, sum);
    }
  }
  return [...sums.values()]
    .filter((sum) => sum.area > 0)
    .map((sum) =>
      feature(
        { type: "Point", coordinates: [sum.lon / sum.area, sum.lat / sum.area] },
        { ...unmarked(sum.properties), kind },
      ),
    );
}

export function keepNames(map: MapLibre, set: (data: FeatureCollection) => void): void {
  let last = "";
  map.on("idle", () => {
    const kinds = map.getZoom() >= NUMBER_ZOOM ? [...KINDS, "plots"] : KINDS;
    const data = collection(...kinds.flatMap((kind) => labels(map, kind)));
    const text = JSON.stringify(data, (_, v: unknown) => (typeof v === "number" ? Number(v.toFixed(6)) : v));
    if (text === last) return;
    last = text;
    set(data);
  });
}
