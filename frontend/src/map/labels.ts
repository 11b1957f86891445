/* Names on the map: joined, upright, haloed; areas, wilayats and zones carry one each (names.ts). */

import type { ExpressionSpecification as Expr, LayerSpecification } from "maplibre-gl";
import { lang, say } from "../lib/say";
import { MEDIUM, REGULAR, SEMIBOLD } from "./fonts";
import { NUMBER_ZOOM } from "./names";
import type { Palette } from "./palette";

/* Features of one planning theme in the layer of all of them. */
export const theme = (code: string): Expr => ["==", ["get", "theme"], code];

const NAMED = ["areas", "wilayats", "parking_zones", "plots", "restrictions"];

export const MAIN: Expr = [
  "match",
  ["get", "road_class"],
  ["motorway", "trunk", "primary", "secondary", "main", "arterial", "highway", "expressway"],
  true,
  false,
];
const name = (): Expr => [
  "coalesce",
  ["get", lang() === "en" ? "name_en" : "name_ar"],
  ["get", lang() === "en" ? "name_ar" : "name_en"],
  "",
];

const halo = (c: Palette, width = 1.75): Record<string, unknown> => ({
  "text-halo-color": c.halo,
  "text-halo-width": width,
});

export function labels(c: Palette, layers: string[]): LayerSpecification[] {
  const out: LayerSpecification[] = [];
  const text = (id: string, source: string, layout: object, paint: object, rest: object = {}): void => {
    if (!layers.includes(source)) return;
    const named = NAMED.includes(source);
    out.push({
      id,
      type: "symbol",
      ...(named
        ? { source: "names", filter: ["==", ["get", "kind"], source] }
        : { source, "source-layer": source }),
      ...rest,
      layout: { "text-font": REGULAR, "text-field": name(), "text-padding": 6, ...layout },
      paint: { "text-color": c.label, ...halo(c), ...paint },
    } as LayerSpecification);
  };
  text(
    "plot-number",
    "plots",
    { "text-field": ["to-string", ["get", "number"]], "text-size": 11.5, "text-padding": 1 },
    { "text-color": c["ink-2"], ...halo(c, 1.25) },
    { minzoom: NUMBER_ZOOM, metadata: { group: "numbers" } },
  );
  text(
    "street-name",
    "roads",
    {
      "symbol-placement": "line",
      "text-size": ["case", MAIN, 14, 12.5],
      "text-font": ["case", MAIN, ["literal", SEMIBOLD], ["literal", REGULAR]],
      "symbol-spacing": 420,
      "text-max-angle": 30,
    },
    { "text-color": c["ink-2"] },
    { minzoom: 14.5, metadata: { group: "roads" } },
  );
  text(
    "wadi-name",
    "restrictions",
    {
      "text-size": 13,
      "text-font": MEDIUM,
      "text-field": [
        "coalesce",
        ["get", lang() === "en" ? "name_en" : "name_ar"],
        say("مجرى واد", "Wadi course"),
      ],
    },
    { "text-color": c["wadi-ink"] },
    { minzoom: 15, metadata: { group: "wadi" } },
  );
  text(
    "area-name",
    "areas",
    {
      "text-font": SEMIBOLD,
      "text-size": ["interpolate", ["linear"], ["zoom"], 10, 12.5, 13, 15, 16, 19],
      "text-padding": 24,
      "text-max-width": 9,
    },
    { "text-color": c["ink-2"], ...halo(c, 2.25) },
    { minzoom: 10, maxzoom: 18, metadata: { group: "names" } },
  );
  text(
    "wilayat-name",
    "wilayats",
    { "text-font": SEMIBOLD, "text-size": 19, "text-padding": 40 },
    { "text-color": c["ink-2"], ...halo(c, 2.25) },
    { maxzoom: 12.2, metadata: { group: "names" } },
  );
  text(
    "zone-name",
    "parking_zones",
    {
      "text-font": SEMIBOLD,
      "text-size": ["interpolate", ["linear"], ["zoom"], 12, 12, 16, 18],
      "text-field": ["concat", say("منطقة ", ""), name(), say("", " zone")],
      "text-padding": 8,
      "text-variable-anchor": ["center", "bottom", "top", "left", "right"],
      "text-radial-offset": 3.5,
    },
    { "text-color": c["zone-fill"], ...halo(c, 2) },
    { minzoom: 13, metadata: { group: "zones" } },
  );
  out.push({
    id: "sea-name",
    type: "symbol",
    source: "seas",
    layout: { "text-font": REGULAR, "text-field": name(), "text-size": 20, "text-padding": 12 },
    paint: { "text-color": c["label-sea"] },
  });
  return out;
}
