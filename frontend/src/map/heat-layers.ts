/* What the planner's map draws: cells coloured by class, cells or places coloured by a verdict, and the shape
   that was drawn. Cells come as vector tiles; verdicts as one answer, an overlay of its own. */

import type {
  ExpressionSpecification as Expr,
  LayerSpecification,
  VectorSourceSpecification,
} from "maplibre-gl";
import { breaks, isRate, UNKNOWN, type Measure } from "../lib/heat-classes";
import { measuredQuery, type Filters } from "../lib/heat-state";
import type { DataLayers } from "./frame";
import type { Palette, Token } from "./palette";

export const HEAT_OVERLAYS = ["pick", "position", "verdicts", "shape"];
export const PICKED_FROM = ["heat", "verdict"]; // layers in which a cell can be pointed at

/* What the map is drawn from, beside the colours. */
export interface HeatView {
  filters: Filters;
  measure: Measure;
  off: Set<string>; // classes that the legend has switched off
  tones: ReadonlyMap<number, number>; // of a trend: step of the diverging ramp by id of the place
}

export function heatTiles(f: Filters): string {
  return `${location.origin}/api/heat/tiles/{z}/{x}/{y}.mvt?${measuredQuery(f, { cell_m: f.cellM })}`;
}

/* A plain count is its own value; a tile writes the value of everything else, and none where it is unknown. */
function isCount(v: HeatView): boolean {
  return v.filters.measure === "count" && !v.filters.weight;
}

function value(v: HeatView): Expr {
  return isCount(v) ? ["get", "count"] : ["to-number", ["get", "value"], -1];
}

function known(v: HeatView): Expr {
  return isCount(v) ? (["literal", true] as unknown as Expr) : ["has", "value"];
}

/* A cell is drawn when its class is switched on; the lowest class has no lower limit. */
export function classFilter(v: HeatView): Expr {
  const limits = breaks(v.measure, v.filters.cellM);
  const kept = limits.flatMap((from, i): Expr[] => {
    if (v.off.has(String(i + 1))) return [];
    const next = limits[i + 1];
    const above: Expr[] = i === 0 ? [] : [[">=", value(v), from]];
    const below: Expr[] = next === undefined ? [] : [["<", value(v), next]];
    return [["all", known(v), ...above, ...below] as unknown as Expr];
  });
  const unknown: Expr[] = v.off.has(String(UNKNOWN)) ? [] : [["!", known(v)]];
  return ["any", ...kept, ...(isRate(v.measure) ? unknown : []), false] as unknown as Expr;
}

function cells(c: Palette, v: HeatView): LayerSpecification[] {
  const limits = breaks(v.measure, v.filters.cellM);
  const steps = limits.slice(1).flatMap((limit, i) => [limit, c[`h${i + 2}` as Token]]);
  const common = { source: "heat", "source-layer": "heat", filter: classFilter(v) };
  const colour = ["step", value(v), c.h1, ...steps] as unknown as Expr;
  return [
    {
      id: "heat",
      type: "fill",
      ...common,
      paint: {
        "fill-color": ["case", known(v), colour, c.h0] as unknown as Expr,
        "fill-opacity": 0.93,
        "fill-antialias": false,
      },
    },
    { id: "heat-line", type: "line", ...common, paint: { "line-color": c.land, "line-width": 0.7 } },
  ];
}

function ramp(c: Palette, tone: Expr): Expr {
  const steps = [1, 2, 3, 5, 6, 7].flatMap((n) => [n, c[`d${n}` as Token]]);
  return ["match", tone, ...steps, c.d4] as unknown as Expr;
}

function verdicts(c: Palette, v: HeatView): LayerSpecification[] {
  const common = {
    source: "verdicts",
    filter: ["!", ["in", ["get", "code"], ["literal", [...v.off]]]] as unknown as Expr,
  };
  return [
    {
      id: "verdict",
      type: "fill",
      ...common,
      paint: {
        "fill-color": ramp(c, ["get", "tone"]),
        "fill-opacity": ["case", ["==", ["get", "tone"], 4], 0.55, 0.93],
        "fill-antialias": false,
      },
    },
    { id: "verdict-line", type: "line", ...common, paint: { "line-color": c.land, "line-width": 0.7 } },
  ];
}

/* Wilayats or areas in the colour of their trend; a place without a verdict keeps the colour of the land. */
function places(c: Palette, v: HeatView): LayerSpecification[] {
  const layer = v.filters.by === "area" ? "areas" : "wilayats";
  const steps = [...v.tones].flatMap(([id, tone]) => [id, c[`d${tone}` as Token]]);
  if (!steps.length) return [];
  const common = { source: layer, "source-layer": layer };
  return [
    {
      id: "places",
      type: "fill",
      ...common,
      paint: {
        "fill-color": ["match", ["id"], ...steps, "transparent"] as unknown as Expr,
        "fill-opacity": 0.75,
      },
    },
    { id: "places-line", type: "line", ...common, paint: { "line-color": c["ink-2"], "line-width": 0.8 } },
  ];
}

function chosen(c: Palette): LayerSpecification[] {
  const picked: Expr = ["==", ["get", "part"], "cell"];
  const line = { type: "line", source: "pick", filter: picked } as const;
  const dashed = { "line-color": c.sel, "line-width": 2.5, "line-dasharray": [3, 1.5] };
  return [
    { id: "shape-line", type: "line", source: "shape", paint: dashed },
    { id: "heat-pick-halo", ...line, paint: { "line-color": c.surface, "line-width": 6 } },
    { id: "heat-pick", ...line, paint: { "line-color": c.ink, "line-width": 2.5 } },
  ];
}

export function heatData(c: Palette, v: HeatView): DataLayers {
  const { look } = v.filters;
  const drawn = look === "cells" ? cells(c, v) : look === "trend" ? places(c, v) : verdicts(c, v);
  const tiles: VectorSourceSpecification = {
    type: "vector",
    tiles: [heatTiles(v.filters)],
    minzoom: 7,
    maxzoom: 14,
  };
  return { sources: look === "cells" ? { heat: tiles } : {}, layers: [...drawn, ...chosen(c)] };
}
