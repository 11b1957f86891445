/* One label an area, wilayat or zone, in the middle of the part of it that is in view. Tiles cut a polygon in
   pieces and each piece would carry the name again. */

import type { Map as MapLibre } from "maplibre-gl";
import type { Feature, FeatureCollection, Position } from "geojson";
import { clipToConvex, local } from "./measure";
import { collection, feature } from "./overlays";

const KINDS = ["wilayats", "areas", "parking_zones"];

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
  const [w, s, e, n] = [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()];
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
    const key = String(f.id ?? f.properties.name_ar);
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
        { ...sum.properties, kind },
      ),
    );
}

export function keepNames(map: MapLibre, set: (data: FeatureCollection) => void): void {
  let last = "";
  map.on("idle", () => {
    const data = collection(...KINDS.flatMap((kind) => labels(map, kind)));
    const text = JSON.stringify(data, (_, v: unknown) => (typeof v === "number" ? Number(v.toFixed(6)) : v));
    if (text === last) return;
    last = text;
    set(data);
  });
}
