/* How a site plan lies on the map: envelope, parts, their measures, and each failure hatched and numbered. */

import type { LayerSpecification } from "maplibre-gl";
import type { Feature, FeatureCollection, Geometry, Position } from "geojson";
import { failNumbers, roleName, shortfall, type Ground, type PartFeature, type SiteLine } from "../lib/site";
import { metres, shownDigits, squareMetres } from "../lib/format";
import { BOLD, SEMIBOLD } from "./fonts";
import { areaM2, metresBetween, netM2, sides } from "./measure";
import { collection, feature } from "./overlays";
import type { Palette } from "./palette";

export const SITE_OVERLAYS = ["envelope", "fixed-parts", "site-fails", "site-words"];

export function envelopeOf(ground: Ground | null): FeatureCollection {
  return ground?.envelope ? collection(feature(ground.envelope)) : collection();
}

/* Each piece of an area as its outer ring and its holes. */
function pieces(geometry: Geometry): Position[][][] {
  if (geometry.type === "Polygon") return [geometry.coordinates];
  if (geometry.type === "MultiPolygon") return geometry.coordinates;
  return [];
}

function outer(geometry: Geometry): Position[][] {
  return pieces(geometry).map((rings) => rings[0]!);
}

function middle(ring: Position[]): Position {
  const points = ring.slice(0, -1);
  const sum = points.reduce<[number, number]>((a, p) => [a[0] + p[0]!, a[1] + p[1]!], [0, 0]);
  return [sum[0] / points.length, sum[1] / points.length];
}

/* The name and area of each part, and the length of each of its sides, in the city's metric grid: ``scale`` is
   the register's area of the plot over the same plot measured here. */
export function wordsOf(parts: PartFeature[], scale = 1): FeatureCollection {
  const found: Feature[] = [];
  for (const part of parts) {
    for (const rings of pieces(part.geometry)) {
      const ring = rings[0]!;
      const small = part.properties.role === "parking";
      const name = roleName(part.properties.role);
      const text = small ? name : `${name}\n${squareMetres(netM2(rings) * scale)}`;
      found.push(feature({ type: "Point", coordinates: middle(ring) }, { part: "name", text }));
      if (small) continue;
      for (const side of sides(ring, areaM2(ring) * scale)) {
        if (side.lengthM < 1.5) continue;
        const at = { type: "Point", coordinates: side.middle } as const;
        found.push(feature(at, { part: "side", text: metres(side.lengthM), angle: side.angle }));
      }
    }
  }
  return collection(...found);
}

/* How the city's metric grid measures this ground, against the ellipsoid that the browser measures on. */
export function gridScale(ground: Ground | null): number {
  const drawn = ground ? outer(ground.plot).reduce((sum, ring) => sum + areaM2(ring), 0) : 0;
  const ratio = ground && drawn ? ground.plot_m2 / drawn : 1;
  return Math.abs(ratio - 1) < 0.01 ? ratio : 1; // a plot with holes says nothing of the grid
}

interface Mark {
  at: Position;
  number: number;
  line: SiteLine;
}

function markOf(line: SiteLine, number: number): Mark | null {
  const ring = line.geometry ? outer(line.geometry)[0] : null;
  return ring ? { at: middle(ring), number, line } : null;
}

/* Where a whole building fails, its marks would lie on one another: those of setbacks go to their edges. */
function apart(mark: Mark, all: Mark[]): Mark {
  const crowded = all.some((other) => other !== mark && samePlace(other.at, mark.at));
  const { edge } = mark.line;
  const line = edge?.type === "LineString" ? edge.coordinates : [];
  const points = edge?.type === "MultiLineString" ? edge.coordinates.flat() : line;
  const [from, to] = [points[0], points[points.length - 1]];
  if (!crowded || !from || !to) return mark;
  return { ...mark, at: [(from[0]! + to[0]!) / 2, (from[1]! + to[1]!) / 2] };
}

function samePlace(a: Position, b: Position): boolean {
  return metresBetween(a, b) < 0.5;
}

/* Numbers as one word: 1, 4–6. */
export function numbersWord(numbers: number[]): string {
  const runs: [number, number][] = [];
  for (const n of numbers) {
    const last = runs[runs.length - 1];
    if (last && n === last[1] + 1) last[1] = n;
    else runs.push([n, n]);
  }
  return runs.map(([a, b]) => (a === b ? `${a}` : b === a + 1 ? `${a}, ${b}` : `${a}\u2013${b}`)).join(", ");
}

/* What still lies in one place is one mark with all its numbers; how much is missing is said of a single one. */
function marksOf(found: Mark[]): Feature[] {
  const groups: Mark[][] = [];
  for (const mark of found.map((one) => apart(one, found))) {
    const group = groups.find(([first]) => samePlace(first!.at, mark.at));
    if (group) group.push(mark);
    else groups.push([mark]);
  }
  return groups.map((group) => {
    const [first] = group as [Mark];
    const number = shownDigits(numbersWord(group.map((one) => one.number)));
    const text = group.length === 1 ? shortfall(first.line) : "";
    const radius = Math.max(12, 6 + 3 * number.length);
    return feature({ type: "Point", coordinates: first.at }, { part: "mark", number, text, radius });
  });
}

/* Each failure where it is, with the number it bears on the sheet and how much is missing. */
export function failsOf(lines: SiteLine[]): FeatureCollection {
  const found: Feature[] = [];
  const marks: Mark[] = [];
  for (const [line, number] of failNumbers(lines)) {
    if (!line.geometry) continue;
    if (line.rule !== "parking") found.push(feature(line.geometry, { part: "fail" })); // that is the whole plot
    if (line.edge) found.push(feature(line.edge, { part: "edge" }));
    const mark = markOf(line, number);
    if (mark) marks.push(mark);
  }
  return collection(...found, ...marksOf(marks));
}

const part = (name: string): never => ["==", ["get", "part"], name] as never;

export function siteLayers(c: Palette): LayerSpecification[] {
  return [
    {
      id: "envelope",
      type: "line",
      source: "envelope",
      paint: { "line-color": c.brand, "line-width": 2, "line-dasharray": [4, 2.5] },
    },
    {
      id: "fixed-fill",
      type: "fill",
      source: "fixed-parts",
      filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "fill-color": c["ink-2"], "fill-opacity": ["match", ["get", "role"], "main", 0.6, 0.3] },
    },
    {
      id: "fixed-line",
      type: "line",
      source: "fixed-parts",
      paint: { "line-color": c.ink, "line-width": 2 },
    },
    {
      id: "fail-fill",
      type: "fill",
      source: "site-fails",
      filter: part("fail"),
      paint: { "fill-pattern": "hatch-fail" },
    },
    {
      id: "fail-line",
      type: "line",
      source: "site-fails",
      filter: part("fail"),
      paint: { "line-color": c.fail, "line-width": 2.5 },
    },
    {
      id: "fail-edge",
      type: "line",
      source: "site-fails",
      filter: part("edge"),
      paint: { "line-color": c.fail, "line-width": 4, "line-dasharray": [2, 1] },
    },
  ];
}

/* What two versions differ in: ground that is built on now, and ground that no longer is. */
export function changeLayers(c: Palette): LayerSpecification[] {
  return [
    {
      id: "change-added",
      type: "fill",
      source: "site-change",
      filter: part("added"),
      paint: { "fill-color": c.gps, "fill-opacity": 0.65 },
    },
    {
      id: "change-removed",
      type: "line",
      source: "site-change",
      filter: part("removed"),
      paint: { "line-color": c.copper, "line-width": 2.5, "line-dasharray": [2, 1.5] },
    },
  ];
}

/* Of words that would lie on one another the topmost layer stays: numbers of failures, then what is missing.
   Words and marks lie over what terra-draw draws, so they are layers of their own, added last. */
export function siteWords(c: Palette): LayerSpecification[] {
  const text = { "text-color": c.ink, "text-halo-color": c.surface, "text-halo-width": 1.75 };
  return [
    {
      id: "part-name",
      type: "symbol",
      source: "site-words",
      filter: part("name"),
      layout: { "text-field": ["get", "text"], "text-font": SEMIBOLD, "text-size": 13 },
      paint: text,
    },
    {
      id: "part-side",
      type: "symbol",
      source: "site-words",
      filter: part("side"),
      minzoom: 17.5,
      layout: {
        "text-field": ["get", "text"],
        "text-font": SEMIBOLD,
        "text-size": 11,
        "text-rotate": ["get", "angle"],
        "text-rotation-alignment": "map",
      },
      paint: text,
    },
    {
      id: "fail-dot",
      type: "circle",
      source: "site-fails",
      filter: part("mark"),
      paint: {
        "circle-radius": ["get", "radius"],
        "circle-color": c.fail,
        "circle-stroke-color": c.surface,
        "circle-stroke-width": 2,
      },
    },
    {
      id: "fail-text",
      type: "symbol",
      source: "site-fails",
      filter: part("mark"),
      layout: {
        "text-field": ["get", "text"],
        "text-font": BOLD,
        "text-size": 13,
        "text-variable-anchor": ["left", "right", "top", "bottom"],
        "text-radial-offset": 1.4,
      },
      paint: { ...text, "text-color": c.fail },
    },
    {
      id: "fail-number",
      type: "symbol",
      source: "site-fails",
      filter: part("mark"),
      layout: {
        "text-field": ["get", "number"],
        "text-font": BOLD,
        "text-size": 13,
        "text-allow-overlap": true,
        "text-padding": 8, // as wide as its dot, which other words keep clear of
      },
      paint: { "text-color": c.surface },
    },
  ];
}
