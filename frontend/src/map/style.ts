/* The style document of the city, made from the tokens: land, sea, use, wadi, roads, buildings, plots,
   zones, data, labels, selection, position (in this order from below). Data layers come from TileJSON. */

import type { ExpressionSpecification as Expr, LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { FeatureCollection } from "geojson";
import type { CityConfig } from "../lib/config";
import { USES } from "../lib/words";
import { fontFaces } from "./fonts";
import { labels, MAIN, theme } from "./labels";
import { unmarked } from "./names";
import type { Palette, Token } from "./palette";
import { collection, feature, overlayLayers } from "./overlays";

export interface StyleParts {
  config: CityConfig;
  colours: Palette;
  overlays: Record<string, FeatureCollection>;
  data?: { sources: StyleSpecification["sources"]; layers: LayerSpecification[] };
}

/* Pixels of a length in true metres at the city's latitude: doubles with each zoom. */
function metresWide(metres: Expr | number, lat: number, extra = 0): Expr {
  const px = (zoom: number): Expr => [
    "+",
    ["*", metres, (512 * 2 ** zoom) / (40075016.686 * Math.cos((lat * Math.PI) / 180))],
    extra,
  ];
  return [
    "interpolate",
    ["exponential", 2],
    ["zoom"],
    12,
    ["max", 0.9 + extra, px(12)],
    15,
    ["max", 1.4 + extra, px(15)],
    20,
    px(20),
  ];
}

/* As surveyed; where nobody measured, what roads of the class have here. */
const WIDTH: Expr = [
  "coalesce",
  ["get", "width_m"],
  [
    "match",
    ["get", "road_class"],
    "motorway",
    44,
    ["main", "trunk", "primary"],
    26,
    ["minor", "secondary"],
    12,
    "path",
    3,
    8,
  ],
];

const base = (c: Palette): LayerSpecification[] => [
  { id: "sea", type: "background", paint: { "background-color": c.sea } },
  { id: "land", type: "fill", source: "coast", paint: { "fill-color": c.land } },
  { id: "coast", type: "line", source: "coast", paint: { "line-color": c.coast, "line-width": 1 } },
];

function uses(c: Palette): LayerSpecification[] {
  const byUse = Object.entries(USES).flatMap(([code, use]) => [code, c[use.token as Token]]);
  return [
    {
      id: "use",
      type: "fill",
      source: "plots",
      "source-layer": "plots",
      metadata: { group: "uses" },
      paint: { "fill-color": ["match", ["get", "use_class"], ...byUse, c.land] as unknown as Expr },
    },
  ];
}

/* What is kept free beside the water; a source that does not tell it apart is drawn as course. */
const STRIP: Expr = ["==", ["get", "part"], "strip"];

function themes(c: Palette): LayerSpecification[] {
  const common = { source: "restrictions", "source-layer": "restrictions" };
  const wadi = { ...common, filter: theme("wadi"), metadata: { group: "wadi" } };
  const rest = { ...common, filter: ["!", theme("wadi")] as Expr, metadata: { group: "restrictions" } };
  return [
    {
      id: "wadi",
      type: "fill",
      ...wadi,
      filter: ["all", theme("wadi"), ["!", STRIP]],
      paint: { "fill-color": c.wadi, "fill-opacity": 0.55 },
    },
    {
      id: "wadi-line",
      type: "line",
      ...wadi,
      filter: ["all", theme("wadi"), ["!", STRIP]],
      minzoom: 13,
      paint: { "line-color": c["wadi-ink"], "line-width": 1.2, "line-dasharray": [5.8, 3.3] },
    },
    {
      id: "wadi-strip",
      type: "line",
      ...wadi,
      filter: ["all", theme("wadi"), STRIP],
      minzoom: 14,
      paint: { "line-color": c["wadi-ink"], "line-width": 1.2, "line-dasharray": [1.2, 3] },
    },
    {
      id: "themes",
      type: "line",
      ...rest,
      minzoom: 13,
      layout: { visibility: "none" }, // only where a page offers them
      paint: { "line-color": c.copper, "line-width": 1.4, "line-dasharray": [2, 3] },
    },
  ];
}

function roads(c: Palette, lat: number): LayerSpecification[] {
  const common = { source: "roads", "source-layer": "roads", metadata: { group: "roads" } };
  const round = { "line-cap": "round", "line-join": "round" } as const;
  const minor: Expr = ["!", MAIN];
  return [
    {
      id: "road-case",
      type: "line",
      ...common,
      filter: minor,
      minzoom: 14,
      layout: round,
      paint: { "line-color": c["road-case"], "line-width": metresWide(WIDTH, lat, 2) },
    },
    {
      id: "road",
      type: "line",
      ...common,
      filter: minor,
      minzoom: 12.5,
      layout: round,
      paint: { "line-color": c.road, "line-width": metresWide(WIDTH, lat) },
    },
    {
      id: "road-main-case",
      type: "line",
      ...common,
      filter: MAIN,
      minzoom: 9,
      layout: round,
      paint: { "line-color": c["road-main-case"], "line-width": metresWide(WIDTH, lat, 2.4) },
    },
    {
      id: "road-main",
      type: "line",
      ...common,
      filter: MAIN,
      minzoom: 9,
      layout: round,
      paint: { "line-color": c["road-main"], "line-width": metresWide(WIDTH, lat, 0.8) },
    },
    {
      id: "road-main-axis",
      type: "line",
      ...common,
      filter: MAIN,
      minzoom: 16,
      paint: { "line-color": c["road-main-case"], "line-width": 2 },
    },
  ];
}

const ground = (c: Palette, layers: string[]): LayerSpecification[] => [
  ...(layers.includes("buildings")
    ? ([
        {
          id: "building",
          type: "fill",
          source: "buildings",
          "source-layer": "buildings",
          minzoom: 16,
          metadata: { group: "buildings" },
          paint: { "fill-color": c.building, "fill-opacity": 0.55 },
        },
      ] as LayerSpecification[])
    : []),
  ...(layers.includes("plots")
    ? ([
        {
          id: "plot-line",
          type: "line",
          source: "plots",
          "source-layer": "plots",
          minzoom: 15,
          paint: { "line-color": c["plot-line"], "line-width": 0.8 },
        },
      ] as LayerSpecification[])
    : []),
];

/* Areas have no ground of their own; the layer makes their tiles load, so that their names can be placed. */
const areas: LayerSpecification[] = [
  {
    id: "area-shape",
    type: "fill",
    source: "areas",
    "source-layer": "areas",
    minzoom: 10,
    paint: { "fill-opacity": 0 },
  },
];

const boundaries = (c: Palette): LayerSpecification[] => [
  {
    id: "wilayat-line",
    type: "line",
    source: "wilayats",
    "source-layer": "wilayats",
    metadata: { group: "boundaries" },
    paint: {
      "line-color": c["ink-2"],
      "line-opacity": 0.75,
      "line-width": 1.3,
      "line-dasharray": [7, 3, 1.5, 3],
    },
  },
];

/* Where a boundary runs along the coast the coast is drawn, not the boundary. */
const shore = (c: Palette): LayerSpecification => ({
  id: "shore",
  type: "line",
  source: "coast",
  paint: { "line-color": c.coast, "line-width": 1.8 },
});

const zones = (c: Palette): LayerSpecification[] => [
  {
    id: "zone",
    type: "fill",
    source: "parking_zones",
    "source-layer": "parking_zones",
    minzoom: 11,
    metadata: { group: "zones" },
    paint: { "fill-color": c["zone-fill"], "fill-opacity": 0.13 },
  },
  {
    id: "zone-line",
    type: "line",
    source: "parking_zones",
    "source-layer": "parking_zones",
    minzoom: 11,
    metadata: { group: "zones" },
    layout: { "line-join": "round" },
    paint: { "line-color": c["zone-fill"], "line-width": 2.5 },
  },
];

/* Layers of the server that this style draws; no other is asked for. */
const DRAWN = ["plots", "buildings", "roads", "restrictions", "wilayats", "areas", "parking_zones"];

/* Names of waters, from the city's profile. */
function seas(config: CityConfig): FeatureCollection {
  return collection(...config.waters.map((w) => feature({ type: "Point", coordinates: w.at }, unmarked(w))));
}

/* The whole document. ``layers`` that the server does not have are left out, so no request fails. */
export function cityStyle(parts: StyleParts): StyleSpecification {
  const { config, colours: c } = parts;
  const has = (layer: string): boolean => config.layers.includes(layer);
  const lat = config.center[1];
  const sources: StyleSpecification["sources"] = {
    coast: { type: "geojson", data: config.coast },
    seas: { type: "geojson", data: seas(config) },
  };
  for (const layer of config.layers.filter((name) => DRAWN.includes(name))) {
    sources[layer] = { type: "vector", url: `${location.origin}${config.tiles}/${layer}.json` };
  }
  // A tile is a grid of 8192: cut at the closest zoom of any page, it keeps walls to a millimetre.
  for (const [id, data] of Object.entries(parts.overlays))
    sources[id] = { type: "geojson", data, maxzoom: 22 };
  Object.assign(sources, parts.data?.sources ?? {});
  return {
    version: 8,
    name: "city",
    "font-faces": fontFaces(),
    sources,
    layers: [
      ...base(c),
      ...(has("plots") ? uses(c) : []),
      ...(has("roads") ? roads(c, lat) : []),
      ...(has("restrictions") ? themes(c) : []),
      ...ground(c, config.layers),
      ...(has("areas") ? areas : []),
      ...(has("wilayats") ? [...boundaries(c), shore(c)] : []),
      ...(has("parking_zones") ? zones(c) : []),
      ...(parts.data?.layers ?? []),
      ...labels(c, config.layers),
      ...overlayLayers(c, parts.overlays),
    ],
  };
}
