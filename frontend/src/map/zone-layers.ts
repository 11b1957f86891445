/* How zones under edit lie on the map: all of them, the chosen one with its corners and lengths, what is wrong,
   and the ground that moves. Colour is never alone: signs and numbers say the same. */

import type { LayerSpecification } from "maplibre-gl";
import type { Feature, FeatureCollection, Position } from "geojson";
import { metres, number, squareMetres } from "../lib/format";
import { say } from "../lib/say";
import {
  corners,
  edges,
  holders,
  placeOf,
  type FaultFeature,
  type PieceFeature,
  type ZoneFeature,
} from "../lib/zone-edit";
import { BOLD, SEMIBOLD } from "./fonts";
import { collection, feature } from "./overlays";
import type { Palette } from "./palette";

export const ZONE_OVERLAYS = ["ze-zones", "ze-pieces", "ze-faults", "ze-grips", "ze-sketch"];
const SHORTEST_SAID_M = 4; // a length is written beside edges that have room for it

/* All zones, and which of them is chosen or concerned. */
export function zonesOverlay(
  zones: ZoneFeature[],
  chosen: string | null,
  concerned: string[],
): FeatureCollection {
  return collection(
    ...zones.map((zone) => {
      const { number: code } = zone.properties;
      const state = code === chosen ? "chosen" : concerned.includes(code) ? "concerned" : "other";
      return feature(zone.geometry, { number: code, state });
    }),
  );
}

/* The corners of a zone (how many zones share each), the middles of its edges, and their lengths. */
export function grips(zones: ZoneFeature[], zone: ZoneFeature | undefined): FeatureCollection {
  if (!zone) return collection();
  const found: Feature[] = [];
  for (const edge of edges(zone)) {
    const named = { from: JSON.stringify(edge.from), to: JSON.stringify(edge.to) };
    found.push(feature(placeOf(edge.middle), { part: "middle", ...named }));
    if (edge.lengthM < SHORTEST_SAID_M) continue;
    found.push(feature(placeOf(edge.middle), { part: "length", text: metres(edge.lengthM, 1) }));
  }
  for (const corner of corners(zone)) {
    const shared = holders(zones, corner).length;
    found.push(
      feature(placeOf(corner), { part: "corner", at: JSON.stringify(corner), shared: shared > 1 ? 1 : 0 }),
    );
  }
  return collection(...found);
}

export function faultsOverlay(faults: FaultFeature[]): FeatureCollection {
  return collection(
    ...faults.flatMap((fault) => [
      feature(fault.geometry, { part: fault.properties.wrong }),
      feature(placeOf(fault.properties.at), { part: "mark", text: "!" }),
    ]),
  );
}

/* What a piece of ground is to the chosen zone, or to the city: won, lost, or moved from one to another. */
export function pieceTone(
  of: string | null,
  to: string | null,
  chosen: string | null,
): "won" | "lost" | "moved" {
  if (chosen && to === chosen) return "won";
  if (chosen && of === chosen) return "lost";
  if (of === null) return "won";
  return to === null ? "lost" : "moved";
}

export function pieceWords(piece: PieceFeature, chosen: string | null): string {
  const { of, to, m2 } = piece.properties;
  const tone = pieceTone(of, to, chosen);
  const area = squareMetres(m2, 0);
  if (tone === "won") return `+${area}`;
  if (tone === "lost") return `\u2212${area}`;
  return `${say(`من ${of} إلى ${to}`, `${of} to ${to}`)}\n${area}`;
}

export function piecesOverlay(pieces: PieceFeature[], chosen: string | null): FeatureCollection {
  return collection(
    ...pieces.flatMap((piece) => {
      const { of, to, at } = piece.properties;
      const tone = pieceTone(of, to, chosen);
      return [
        feature(piece.geometry, { part: tone }),
        feature(placeOf(at), { part: "word", tone, text: pieceWords(piece, chosen) }),
      ];
    }),
  );
}

/* What is being drawn: corners so far, and the line to where the pointer is. */
export function sketchOverlay(points: Position[], pointer: Position | null): FeatureCollection {
  const line = pointer ? [...points, pointer] : points;
  return collection(
    ...(line.length > 1 ? [feature({ type: "LineString", coordinates: line }, { part: "line" })] : []),
    ...points.map((p, i) => feature(placeOf(p), { part: "point", text: number(i + 1) })),
  );
}

const part = (name: string): never => ["==", ["get", "part"], name] as never;
const state = (name: string): never => ["==", ["get", "state"], name] as never;

function zoneFills(c: Palette): LayerSpecification[] {
  const source = "ze-zones";
  return [
    {
      id: "ze-fill",
      type: "fill",
      source,
      paint: {
        "fill-color": c["zone-fill"],
        "fill-opacity": ["match", ["get", "state"], "chosen", 0.28, "concerned", 0.2, 0.1],
      },
    },
    {
      id: "ze-line",
      type: "line",
      source,
      layout: { "line-join": "round" },
      paint: { "line-color": c["zone-fill"], "line-width": 2 },
    },
    {
      id: "ze-concerned",
      type: "line",
      source,
      filter: state("concerned"),
      layout: { "line-join": "round" },
      paint: { "line-color": c.near, "line-width": 3.5, "line-dasharray": [3, 1.5] },
    },
    {
      id: "ze-chosen",
      type: "line",
      source,
      filter: state("chosen"),
      layout: { "line-join": "round" },
      paint: { "line-color": c.sel, "line-width": 4 },
    },
  ];
}

function pieceFills(c: Palette): LayerSpecification[] {
  const source = "ze-pieces";
  const line = (name: string, colour: string, dash: number[]): LayerSpecification => ({
    id: `ze-${name}-line`,
    type: "line",
    source,
    filter: part(name),
    paint: { "line-color": colour, "line-width": 2.5, "line-dasharray": dash },
  });
  return [
    {
      id: "ze-won",
      type: "fill",
      source,
      filter: part("won"),
      paint: { "fill-color": c.pass, "fill-opacity": 0.45 },
    },
    { id: "ze-lost", type: "fill", source, filter: part("lost"), paint: { "fill-pattern": "hatch-fail" } },
    {
      id: "ze-moved",
      type: "fill",
      source,
      filter: part("moved"),
      paint: { "fill-color": c.near, "fill-opacity": 0.4 },
    },
    line("won", c.pass, [1, 0]),
    line("lost", c.fail, [2, 1]),
    line("moved", c.near, [4, 1]),
  ];
}

function faultFills(c: Palette): LayerSpecification[] {
  const source = "ze-faults";
  return [
    {
      id: "ze-fault",
      type: "fill",
      source,
      filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "fill-pattern": "hatch-fail" },
    },
    {
      id: "ze-fault-line",
      type: "line",
      source,
      filter: ["!=", ["geometry-type"], "Point"],
      paint: { "line-color": c.fail, "line-width": 4 },
    },
    {
      id: "ze-fault-dot",
      type: "circle",
      source,
      filter: ["==", ["geometry-type"], "Point"],
      paint: {
        "circle-radius": 11,
        "circle-color": c.fail,
        "circle-stroke-color": c.surface,
        "circle-stroke-width": 2,
      },
    },
  ];
}

function hands(c: Palette): LayerSpecification[] {
  return [
    {
      id: "ze-middle",
      type: "circle",
      source: "ze-grips",
      filter: part("middle"),
      minzoom: 15,
      paint: {
        "circle-radius": 4.5,
        "circle-color": c.surface,
        "circle-stroke-color": c.sel,
        "circle-stroke-width": 1.5,
      },
    },
    {
      id: "ze-corner",
      type: "circle",
      source: "ze-grips",
      filter: part("corner"),
      paint: {
        "circle-radius": 7,
        "circle-color": ["case", ["==", ["get", "shared"], 1], c.near, c.sel],
        "circle-stroke-color": c.surface,
        "circle-stroke-width": 2.5,
      },
    },
    {
      id: "ze-sketch-line",
      type: "line",
      source: "ze-sketch",
      filter: part("line"),
      paint: { "line-color": c.gps, "line-width": 3, "line-dasharray": [2, 1] },
    },
    {
      id: "ze-sketch-point",
      type: "circle",
      source: "ze-sketch",
      filter: part("point"),
      paint: {
        "circle-radius": 7,
        "circle-color": c.gps,
        "circle-stroke-color": c.surface,
        "circle-stroke-width": 2.5,
      },
    },
  ];
}

function words(c: Palette): LayerSpecification[] {
  const text = { "text-color": c.ink, "text-halo-color": c.surface, "text-halo-width": 1.75 };
  return [
    {
      id: "ze-length",
      type: "symbol",
      source: "ze-grips",
      filter: part("length"),
      minzoom: 15.5,
      layout: {
        "text-field": ["get", "text"],
        "text-font": SEMIBOLD,
        "text-size": 12,
        "text-offset": [0, 1.1],
      },
      paint: { ...text, "text-color": c.sel },
    },
    {
      id: "ze-number",
      type: "symbol",
      source: "ze-zones",
      layout: {
        "text-field": ["get", "number"],
        "text-font": BOLD,
        "text-size": 17,
        "text-allow-overlap": true, // names of areas make no room
      },
      paint: { ...text, "text-color": c.sel },
    },
    {
      id: "ze-piece-word",
      type: "symbol",
      source: "ze-pieces",
      filter: part("word"),
      layout: {
        "text-field": ["get", "text"],
        "text-font": BOLD,
        "text-size": 14,
        "text-allow-overlap": true,
      },
      paint: {
        ...text,
        "text-color": ["match", ["get", "tone"], "won", c.pass, "lost", c.fail, c.ink],
        "text-halo-width": 2.25,
      },
    },
    {
      id: "ze-fault-mark",
      type: "symbol",
      source: "ze-faults",
      filter: part("mark"),
      layout: {
        "text-field": ["get", "text"],
        "text-font": BOLD,
        "text-size": 14,
        "text-allow-overlap": true,
      },
      paint: { "text-color": c.surface },
    },
  ];
}

export function zoneEditLayers(c: Palette): LayerSpecification[] {
  return [...zoneFills(c), ...pieceFills(c), ...faultFills(c), ...hands(c), ...words(c)];
}
