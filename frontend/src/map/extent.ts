/* The box of some features in degrees; what lies off the globe is passed over. */

import type { Feature, Geometry, Position } from "geojson";

function eachPosition(geometry: Geometry, then: (p: Position) => void): void {
  if (geometry.type === "GeometryCollection")
    return geometry.geometries.forEach((g) => eachPosition(g, then));
  const walk = (c: unknown): void => {
    if (Array.isArray(c) && typeof c[0] === "number") then(c as Position);
    else if (Array.isArray(c)) c.forEach(walk);
  };
  walk(geometry.coordinates);
}

export function extent(features: Feature[]): [number, number, number, number] | null {
  const box: [number, number, number, number] = [180, 90, -180, -90];
  for (const f of features) {
    if (!f.geometry) continue;
    eachPosition(f.geometry, ([lon, lat]) => {
      if (lon === undefined || lat === undefined || Math.abs(lon) > 180 || Math.abs(lat) > 85) return;
      box[0] = Math.min(box[0], lon);
      box[1] = Math.min(box[1], lat);
      box[2] = Math.max(box[2], lon);
      box[3] = Math.max(box[3], lat);
    });
  }
  return box[0] <= box[2] ? box : null;
}
