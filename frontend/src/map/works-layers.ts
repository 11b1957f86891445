/* What was approved, what was built, and what stands beyond it, over one another. */

import type { LayerSpecification } from "maplibre-gl";
import type { Feature, FeatureCollection, Geometry } from "geojson";
import { collection, feature } from "./overlays";
import type { Palette } from "./palette";

export interface Deviation {
  is_within: boolean;
  beyond_m2: number;
  beyond_m: number;
  missing_m2: number;
  beyond: Geometry | null;
  missing: Geometry | null;
}

export const WORKS_OVERLAYS = ["approved", "built", "beyond"];

/* Of a plan the buildings: bays and walls are not what a survey of the building is held against. */
export function buildingsOf(plan: FeatureCollection | null): FeatureCollection {
  const built = (plan?.features ?? []).filter((one: Feature) =>
    ["main", "annex"].includes(String(one.properties?.role)),
  );
  return collection(...built);
}

export function beyondOf(found: Deviation | null): FeatureCollection {
  return found?.beyond && !found.is_within ? collection(feature(found.beyond)) : collection();
}

/* What was built, below what is drawn by hand. */
export function worksLayers(c: Palette): LayerSpecification[] {
  return [
    {
      id: "built-fill",
      type: "fill",
      source: "built",
      paint: { "fill-color": c["ink-2"], "fill-opacity": 0.45 },
    },
    { id: "built-line", type: "line", source: "built", paint: { "line-color": c.ink, "line-width": 2 } },
  ];
}

/* What it is held against, above all that is drawn. */
export function worksOver(c: Palette): LayerSpecification[] {
  return [
    {
      id: "beyond-fill",
      type: "fill",
      source: "beyond",
      paint: { "fill-color": c.fail, "fill-opacity": 0.8 },
    },
    {
      id: "approved-line",
      type: "line",
      source: "approved",
      paint: { "line-color": c.copper, "line-width": 3, "line-dasharray": [2, 1.2] },
    },
  ];
}
