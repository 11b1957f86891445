/* Cells of the fixed lattice as vector tiles, coloured by class. */

import type { ExpressionSpecification as Expr, LayerSpecification } from "maplibre-gl";
import { breaks, type Measure } from "../lib/heat-classes";
import { apiQuery, type Filters } from "../lib/heat-state";
import type { DataLayers } from "./frame";
import type { Palette, Token } from "./palette";

export function heatTiles(f: Filters): string {
  return `${location.origin}/api/heat/tiles/{z}/{x}/{y}.mvt?${apiQuery(f, { cell_m: f.cellM })}`;
}

function value(measure: Measure, cellM: number): Expr {
  return measure === "km2" ? ["/", ["get", "count"], (cellM / 1000) ** 2] : ["get", "count"];
}

/* A cell is drawn when its class is switched on. */
export function classFilter(f: Filters, off: Set<number>): Expr {
  const limits = breaks(f.measure, f.cellM);
  const v = value(f.measure, f.cellM);
  const kept = limits.flatMap((from, i): Expr[] => {
    if (off.has(i + 1)) return [];
    const next = limits[i + 1];
    return [next === undefined ? [">=", v, from] : ["all", [">=", v, from], ["<", v, next]]];
  });
  return ["any", ...kept, false] as unknown as Expr;
}

export function heatData(c: Palette, f: Filters, off: Set<number>): DataLayers {
  const limits = breaks(f.measure, f.cellM);
  const steps = limits.slice(1).flatMap((limit, i) => [limit, c[`h${i + 2}` as Token]]);
  const common = { source: "heat", "source-layer": "heat" };
  const picked: Expr = ["==", ["get", "part"], "cell"];
  const layers: LayerSpecification[] = [
    {
      id: "heat",
      type: "fill",
      ...common,
      filter: classFilter(f, off),
      paint: {
        "fill-color": ["step", value(f.measure, f.cellM), c.h1, ...steps] as unknown as Expr,
        "fill-opacity": 0.93,
        "fill-antialias": false,
      },
    },
    {
      id: "heat-line",
      type: "line",
      ...common,
      filter: classFilter(f, off),
      paint: { "line-color": c.land, "line-width": 0.7 },
    },
    {
      id: "heat-pick-halo",
      type: "line",
      source: "pick",
      filter: picked,
      paint: { "line-color": c.surface, "line-width": 6 },
    },
    {
      id: "heat-pick",
      type: "line",
      source: "pick",
      filter: picked,
      paint: { "line-color": c.ink, "line-width": 2.5 },
    },
  ];
  return { sources: { heat: { type: "vector", tiles: [heatTiles(f)], minzoom: 7, maxzoom: 14 } }, layers };
}
