/* Bays to choose among: one that can be asked for is a full disc, one that cannot a ring with a bar,
   the chosen one larger with its key; their ground is drawn where it is more than a dot. */

import type { LayerSpecification } from "maplibre-gl";
import { SEMIBOLD } from "./fonts";
import type { Palette } from "./palette";

const GROUND_FROM = 17;
export const BAYS_HIT = ["bays-fill", "bays-dot"];

export function bayLayers(c: Palette): LayerSpecification[] {
  const is = (state: string): never => ["==", ["get", "state"], state] as never;
  const byState = (free: string, chosen: string, not: string): never =>
    ["match", ["get", "state"], "free", free, "chosen", chosen, not] as never;
  return [
    {
      id: "bays-fill",
      type: "fill",
      source: "bays",
      minzoom: GROUND_FROM,
      filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "fill-color": byState(c.pass, c.sel, c["ink-2"]), "fill-opacity": 0.35 },
    },
    {
      id: "bays-line",
      type: "line",
      source: "bays",
      minzoom: GROUND_FROM,
      filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "line-color": byState(c.pass, c.sel, c["ink-2"]), "line-width": 2 },
    },
    {
      id: "bays-dot",
      type: "circle",
      source: "bays",
      filter: ["==", ["geometry-type"], "Point"],
      layout: { "circle-sort-key": ["match", ["get", "state"], "chosen", 2, "free", 1, 0] },
      paint: {
        "circle-radius": [
          "interpolate",
          ["linear"],
          ["zoom"],
          13,
          ["match", ["get", "state"], "chosen", 9, 4],
          17,
          ["match", ["get", "state"], "chosen", 12, 8],
        ],
        "circle-color": byState(c.pass, c.sel, c.surface),
        "circle-stroke-color": byState(c.surface, c.surface, c["ink-2"]),
        "circle-stroke-width": 2,
      },
    },
    {
      id: "bays-bar",
      type: "symbol",
      source: "bays",
      minzoom: 15.5,
      filter: ["all", ["==", ["geometry-type"], "Point"], is("not")],
      layout: {
        "text-field": "–",
        "text-font": SEMIBOLD,
        "text-size": 15,
        "text-allow-overlap": true,
        "text-ignore-placement": true,
      },
      paint: { "text-color": c["ink-2"] },
    },
    {
      id: "bays-key",
      type: "symbol",
      source: "bays",
      filter: ["all", ["==", ["geometry-type"], "Point"], is("chosen")],
      layout: {
        "text-field": ["get", "key"],
        "text-font": SEMIBOLD,
        "text-size": 14,
        "text-offset": [0, 1.6],
        "text-allow-overlap": true,
      },
      paint: { "text-color": c.sel, "text-halo-color": c.surface, "text-halo-width": 1.75 },
    },
  ];
}
