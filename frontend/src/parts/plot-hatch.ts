/* The part of a wadi strip that lies on the chosen plot is hatched; shapes that are not one polygon are left to the words. */

import type { Here } from "../lib/types";
import type { CityMap } from "../map/frame";
import { theme } from "../map/labels";
import { clipToConvex } from "../map/measure";
import { collection, EMPTY, feature } from "../map/overlays";
import type { Feature } from "geojson";

let hatched = "";

export function clearHatch(city: CityMap | null): void {
  if (hatched) city?.setOverlay("hatch", EMPTY);
  hatched = "";
}

export function hatchOverlap(city: CityMap | null, chosen: Here | null): void {
  if (!city || !chosen || !city.map.getLayer("wadi")) return;
  const geometry = chosen.plot.geometry;
  const single =
    geometry.type === "Polygon"
      ? geometry.coordinates[0]
      : geometry.type === "MultiPolygon" && geometry.coordinates.length === 1
        ? geometry.coordinates[0]![0]
        : undefined;
  const concerned = chosen.restrictions.some((r) => r.theme === "wadi" && r.status === "concerned");
  if (!concerned || !single) return clearHatch(city);
  const ring = single;
  const parts: Feature[] = city.map
    .querySourceFeatures("restrictions", { sourceLayer: "restrictions", filter: theme("wadi") })
    .flatMap((f) => {
      const shapes =
        f.geometry.type === "Polygon"
          ? [f.geometry.coordinates]
          : f.geometry.type === "MultiPolygon"
            ? f.geometry.coordinates
            : [];
      return shapes
        .map((s) => clipToConvex(s[0]!, ring))
        .filter((r) => r.length > 3)
        .map((r) => feature({ type: "Polygon", coordinates: [r] }));
    });
  const drawn = JSON.stringify(parts.map((part) => part.geometry));
  if (drawn === hatched) return; // asked again at every idle: only a change is drawn
  hatched = drawn;
  city.setOverlay("hatch", collection(...parts));
}
