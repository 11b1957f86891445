/* What a person chose or measured, drawn over everything: selection, side lengths, position, nearest edge. */

import type { LayerSpecification } from "maplibre-gl";
import type { Feature, FeatureCollection, Geometry, Position } from "geojson";
import { number } from "../lib/format";
import { bayLayers } from "./bay-layers";
import { BOLD, SEMIBOLD } from "./fonts";
import { circle, sides } from "./measure";
import type { Palette } from "./palette";
import { reportLayers } from "./report-layers";

export const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };

export function feature(geometry: Geometry, properties: Record<string, unknown> = {}): Feature {
  return { type: "Feature", geometry, properties };
}

export function collection(...features: Feature[]): FeatureCollection {
  return { type: "FeatureCollection", features };
}

function outerRings(geometry: Geometry): Position[][] {
  if (geometry.type === "Polygon") return geometry.coordinates.slice(0, 1);
  if (geometry.type === "MultiPolygon") return geometry.coordinates.map((p) => p[0]!);
  return [];
}

/* The chosen plot: outline, number inside, length along each side (sides shorter than 1.5 m are not labelled). */
export function plotSelection(
  geometry: Geometry,
  label: string,
  measuredM2: number | null,
): FeatureCollection {
  const features: Feature[] = [feature(geometry, { part: "shape", label })];
  for (const ring of outerRings(geometry)) {
    for (const side of sides(ring, outerRings(geometry).length === 1 ? measuredM2 : null)) {
      if (side.lengthM < 1.5) continue;
      features.push(
        feature(
          { type: "Point", coordinates: side.middle },
          {
            part: "side",
            text: number(side.lengthM, 2),
            angle: side.angle,
            // Along the side, half a line outside it: the offset is turned with the text.
            up: isUp(side.outward, side.angle) ? 1 : 0,
          },
        ),
      );
    }
  }
  return collection(...features);
}

/* Whether "outside" is above the text once it is turned upright along the side. */
function isUp(outward: [number, number], angle: number): boolean {
  const rad = (angle * Math.PI) / 180;
  const up: [number, number] = [Math.sin(rad), Math.cos(rad)]; // east, north of the text's own "up"
  return outward[0] * up[0] + outward[1] * up[1] > 0;
}

export function position(at: Position, accuracyM: number): FeatureCollection {
  return collection(
    feature({ type: "Polygon", coordinates: [circle(at, accuracyM)] }, { part: "accuracy" }),
    feature({ type: "Point", coordinates: at }, { part: "dot" }),
  );
}

function selectionLayers(c: Palette): LayerSpecification[] {
  const shape = ["==", ["get", "part"], "shape"] as never;
  const side = ["==", ["get", "part"], "side"] as never;
  const round = { "line-join": "round", "line-cap": "round" } as const;
  const text = { "text-color": c.sel, "text-halo-color": c.surface, "text-halo-width": 1.75 };
  return [
    {
      id: "sel-halo",
      type: "line",
      source: "selection",
      filter: shape,
      layout: round,
      paint: { "line-color": c.surface, "line-width": 8 },
    },
    {
      id: "sel-fill",
      type: "fill",
      source: "selection",
      filter: shape,
      paint: { "fill-color": c["zone-fill"], "fill-opacity": 0.16 },
    },
    { id: "sel-hatch", type: "fill", source: "hatch", paint: { "fill-pattern": "hatch-wadi" } },
    {
      id: "sel-line",
      type: "line",
      source: "selection",
      filter: shape,
      layout: round,
      paint: { "line-color": c.sel, "line-width": 3.5 },
    },
    {
      id: "sel-number",
      type: "symbol",
      source: "selection",
      filter: shape,
      minzoom: 15,
      layout: {
        "text-field": ["get", "label"],
        "text-font": BOLD,
        "text-size": 17,
        "text-allow-overlap": true,
        "text-ignore-placement": false,
      },
      paint: text,
    },
    {
      id: "sel-sides",
      type: "symbol",
      source: "selection",
      filter: side,
      minzoom: 16.5,
      layout: {
        "text-field": ["get", "text"],
        "text-font": SEMIBOLD,
        "text-size": 12,
        "text-rotate": ["get", "angle"],
        "text-rotation-alignment": "map",
        "text-anchor": "center",
        "text-offset": ["case", ["==", ["get", "up"], 1], ["literal", [0, -0.85]], ["literal", [0, 0.85]]],
        "text-allow-overlap": true,
        "text-ignore-placement": false,
      },
      paint: text,
    },
  ];
}

function edgeLayers(c: Palette): LayerSpecification[] {
  const part = (name: string): never => ["==", ["get", "part"], name] as never;
  const round = { "line-cap": "round", "line-join": "round" } as const;
  return [
    {
      id: "edge-halo",
      type: "line",
      source: "edge",
      filter: part("edge"),
      layout: round,
      paint: { "line-color": c.halo, "line-width": 10 },
    },
    {
      id: "edge",
      type: "line",
      source: "edge",
      filter: part("edge"),
      layout: round,
      paint: { "line-color": c.near, "line-width": 6 },
    },
    {
      id: "edge-distance",
      type: "line",
      source: "edge",
      filter: part("distance"),
      layout: round,
      paint: { "line-color": c.ink, "line-width": 2, "line-dasharray": [0.1, 2.4] },
    },
    {
      id: "edge-text",
      type: "symbol",
      source: "edge",
      filter: part("text"),
      layout: {
        "text-field": ["get", "text"],
        "text-font": BOLD,
        "text-size": 14,
        "text-offset": ["case", ["==", ["get", "up"], 1], ["literal", [0, -1.7]], ["literal", [0, 1.7]]],
        "text-allow-overlap": true,
        "text-ignore-placement": false,
      },
      paint: { "text-color": c.ink, "text-halo-color": c.halo, "text-halo-width": 2 },
    },
  ];
}

function positionLayers(c: Palette): LayerSpecification[] {
  const part = (name: string): never => ["==", ["get", "part"], name] as never;
  return [
    {
      // Unseen, but names make room for it.
      id: "dot-room",
      type: "symbol",
      source: "position",
      filter: part("dot"),
      layout: { "text-field": "●", "text-font": SEMIBOLD, "text-size": 48, "text-allow-overlap": true },
      paint: { "text-opacity": 0 },
    },
    {
      id: "accuracy",
      type: "fill",
      source: "position",
      filter: part("accuracy"),
      paint: { "fill-color": c.gps, "fill-opacity": 0.13 },
    },
    {
      id: "accuracy-line",
      type: "line",
      source: "position",
      filter: part("accuracy"),
      paint: { "line-color": c.gps, "line-width": 1.5 },
    },
    {
      id: "dot",
      type: "circle",
      source: "position",
      filter: part("dot"),
      paint: {
        "circle-radius": 9,
        "circle-color": c.gps,
        "circle-stroke-color": "#ffffff",
        "circle-stroke-width": 3.5,
      },
    },
  ];
}

const PIN: (c: Palette) => LayerSpecification[] = (c) => [
  {
    id: "refused-fill",
    type: "fill",
    source: "refused",
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": c.fail, "fill-opacity": 0.25 },
  },
  { id: "refused-line", type: "line", source: "refused", paint: { "line-color": c.fail, "line-width": 2 } },
  {
    id: "refused-point",
    type: "circle",
    source: "refused",
    filter: ["==", ["geometry-type"], "Point"],
    paint: {
      "circle-radius": 6,
      "circle-color": c.fail,
      "circle-stroke-color": c.surface,
      "circle-stroke-width": 2,
    },
  },
];

/* Things of one person's: a point each, its number beside it; the ground of one case by its outline.
   The registration screen tells apart, by role, the site, its neighbours, buildings, overlaps and bare words. */
const SEEN_FROM = 16; // the zoom at which the ground of a plot is more than a dot
export const ROOM = "room"; // the clear picture of a dot's size (map/frame.ts makes it)
const THINGS: (c: Palette) => LayerSpecification[] = (c) => [
  {
    id: "things-fill",
    type: "fill",
    source: "things",
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: {
      "fill-color": [
        "match",
        ["get", "role"],
        "overlap",
        c.fail,
        ["neighbour", "building"],
        c["ink-2"],
        c.sel,
      ],
      "fill-opacity": ["match", ["get", "role"], "overlap", 0.5, "building", 0.35, "neighbour", 0.05, 0.16],
    },
  },
  {
    id: "things-line",
    type: "line",
    source: "things",
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: {
      "line-color": [
        "match",
        ["get", "role"],
        "overlap",
        c.fail,
        ["neighbour", "building"],
        c["ink-2"],
        c.sel,
      ],
      "line-width": ["match", ["get", "role"], ["neighbour", "building"], 1.25, "overlap", 2.5, 3.5],
    },
  },
  {
    id: "things-point",
    type: "circle",
    source: "things",
    filter: [
      "all",
      ["==", ["geometry-type"], "Point"],
      ["!", ["in", ["get", "role"], ["literal", ["word", "afar"]]]],
    ],
    paint: {
      "circle-radius": 9,
      "circle-color": c.brand,
      "circle-stroke-color": c.surface,
      "circle-stroke-width": 3,
    },
  },
  {
    id: "things-afar",
    type: "circle",
    source: "things",
    maxzoom: SEEN_FROM,
    filter: ["==", ["get", "role"], "afar"],
    paint: {
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 9, 4, SEEN_FROM, 8],
      "circle-color": c.sel,
      "circle-stroke-color": c.surface,
      "circle-stroke-width": 1.5,
    },
  },
  // Names of streets and zones keep off a dot: a clear picture of its size takes the room.
  {
    id: "things-room",
    type: "symbol",
    source: "things",
    filter: [
      "all",
      ["==", ["geometry-type"], "Point"],
      ["!", ["in", ["get", "role"], ["literal", ["word", "afar"]]]],
    ],
    layout: { "icon-image": ROOM, "icon-allow-overlap": true },
  },
  {
    id: "things-label",
    type: "symbol",
    source: "things",
    filter: ["==", ["geometry-type"], "Point"],
    layout: {
      "text-field": ["get", "number"],
      "text-font": SEMIBOLD,
      "text-size": 13,
      "text-offset": ["match", ["get", "role"], "word", ["literal", [0, 0]], ["literal", [0, 1.4]]],
    },
    paint: { "text-color": c.sel, "text-halo-color": c.surface, "text-halo-width": 1.75 },
  },
];

export function overlayLayers(c: Palette, overlays: Record<string, FeatureCollection>): LayerSpecification[] {
  const all = [
    ...("selection" in overlays ? selectionLayers(c) : []),
    ...("refused" in overlays ? PIN(c) : []),
    ...("things" in overlays ? THINGS(c) : []),
    ...("bays" in overlays ? bayLayers(c) : []),
  ];
  const accuracy = positionLayers(c);
  if ("position" in overlays) all.push(...accuracy.slice(0, 3));
  if ("report" in overlays) all.push(...reportLayers(c));
  if ("edge" in overlays) all.push(...edgeLayers(c));
  if ("position" in overlays) all.push(accuracy[3]!);
  return all;
}
