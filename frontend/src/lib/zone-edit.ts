/* The zones under edit as the page knows them: what was opened, what was done, what the server made of it.
   A shared corner is one position in every zone that has it, equal to the last digit the server wrote. */

import type { Feature, FeatureCollection, Geometry, MultiPolygon, Point, Polygon, Position } from "geojson";
import { degreeMetres, metresBetween } from "../map/measure";
import type { CityConfig } from "./config";
import { say } from "./say";

export interface EditorConfig extends CityConfig {
  kind: string;
  from: string;
  today: string;
  api: string;
  sheet: string | null; // address of a zone's sheet with NUMBER in the place of its number
  names: string; // address of the page that renames a zone
}

export interface ZoneProperties {
  number: string;
  name_ar: string;
  name_en: string;
  id: number | null;
  m2: number;
}
export type ZoneFeature = Feature<MultiPolygon, ZoneProperties>;
export type Zones = FeatureCollection<MultiPolygon, ZoneProperties>;

export interface Opened {
  kind: string;
  from: string;
  base: string;
  later: string | null;
  zones: Zones;
  ended: Ended[];
}

/* A zone that was closed and may be reopened; since which day it is closed, where that is known. */
export interface Ended extends NewZone {
  since: string | null;
}

export type Wrong = "crosses" | "overlap" | "gap" | "sliver";
export interface FaultProperties {
  wrong: Wrong;
  zones: string[];
  m2: number;
  at: Position;
  words: string;
}
export type FaultFeature = Feature<Geometry, FaultProperties>;

export interface Checked {
  concerned: string[];
  closed: string[];
  zones: Zones;
  faults: FeatureCollection<Geometry, FaultProperties>;
  can_be_saved: boolean;
}

export interface ZoneImpact {
  number: string;
  what: "changed" | "opened" | "closed";
  m2_before: number;
  m2_after: number;
  stalls_before: number | null;
  stalls_after: number | null;
  permits: number;
  live_tickets: number;
  tickets_beyond: number; // paid, and running into the day of the edit
  revenue_baisa: number;
  hour_before_baisa: number | null;
  hour_after_baisa: number | null;
}

export interface PieceProperties {
  of: string | null;
  to: string | null;
  m2: number;
  at: Position;
  stalls: Record<string, number>;
  plots_touched: number;
  plots_moving: number;
  permits: number;
  hour_before_baisa: number | null;
  hour_after_baisa: number | null;
  difference_baisa: number | null;
}
export type PieceFeature = Feature<Polygon | MultiPolygon, PieceProperties>;

export interface Impact {
  zones: ZoneImpact[];
  moving: FeatureCollection<Polygon | MultiPolygon, PieceProperties>;
}

export type Operation =
  | { op: "move"; at: Position; to: Position }
  | { op: "insert"; at: Position; to?: Position }
  | { op: "delete"; at: Position }
  | ({ op: "draw"; corners: Position[] } & NewZone)
  | ({ op: "split"; zone: string; line: Position[] } & NewZone)
  | { op: "merge"; zone: string; into: string }
  | { op: "close"; zone: string }
  | { op: "reopen"; zone: string; corners?: Position[] }
  | { op: "give"; to: string; of: string }
  | { op: "pass"; at: Position; to: string }
  | { op: "fill"; at: Position; to: string }
  | { op: "leave"; at: Position };

export interface NewZone {
  number: string;
  name_ar: string;
  name_en: string;
}

/* Which zone an operation is about once it is done; null where that stays as it was. */
export function aboutOf(operation: Operation | null): string | null {
  switch (operation?.op) {
    case "draw":
    case "split":
      return operation.number;
    case "merge":
      return operation.into;
    case "reopen":
      return operation.zone;
    default:
      return null;
  }
}

/* What was done, in order, and what was taken back and may be done again. */
export class Log {
  done: Operation[] = [];
  private undone: Operation[] = [];
  private before: Operation[] = []; // what might have been done again before the last was tried

  push(operation: Operation): void {
    this.done = [...this.done, operation];
    this.before = this.undone;
    this.undone = [];
  }

  /* One press of an arrow after another on one corner is one move. */
  nudge(at: Position, to: Position): void {
    const last = this.done.at(-1);
    if (last?.op === "move" && same(last.to, at)) this.done = this.done.slice(0, -1);
    this.push({ op: "move", at: last?.op === "move" && same(last.to, at) ? last.at : at, to });
  }

  undo(): boolean {
    const last = this.done.at(-1);
    if (!last) return false;
    this.done = this.done.slice(0, -1);
    this.undone = [...this.undone, last];
    this.before = this.undone;
    return true;
  }

  redo(): boolean {
    const next = this.undone.at(-1);
    if (!next) return false;
    this.undone = this.undone.slice(0, -1);
    this.before = this.undone;
    this.done = [...this.done, next];
    return true;
  }

  /* What the server would not do is as if it had never been tried. */
  drop(): void {
    this.done = this.done.slice(0, -1);
    this.undone = this.before;
    this.before = [];
  }

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }
}

export function same(a: Position, b: Position): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

/* The zones as they are now: as opened, but for those that the server answered anew. */
export function zonesNow(opened: Opened, checked: Checked | null): ZoneFeature[] {
  if (!checked) return opened.zones.features;
  const anew = new Map(checked.zones.features.map((zone) => [zone.properties.number, zone]));
  const closed = new Set(checked.closed);
  const kept = opened.zones.features.filter((zone) => !closed.has(zone.properties.number));
  const old = new Set(kept.map((zone) => zone.properties.number));
  return [
    ...kept.map((zone) => anew.get(zone.properties.number) ?? zone),
    ...checked.zones.features.filter((zone) => !old.has(zone.properties.number)),
  ];
}

export function rings(zone: ZoneFeature): Position[][] {
  return zone.geometry.coordinates.flat();
}

/* Every corner once, ring after ring. */
export function corners(zone: ZoneFeature): Position[] {
  return rings(zone).flatMap((ring) => ring.slice(0, -1));
}

export interface EdgeOf {
  from: Position;
  to: Position;
  middle: Position;
  lengthM: number;
}

/* Every edge with its length in the city's metric grid, by the area the register measures. */
export function edges(zone: ZoneFeature): EdgeOf[] {
  return rings(zone).flatMap((ring) =>
    ring.slice(0, -1).map((from, i) => {
      const to = ring[i + 1]!;
      return {
        from,
        to,
        middle: [(from[0]! + to[0]!) / 2, (from[1]! + to[1]!) / 2],
        lengthM: metresBetween(from, to),
      };
    }),
  );
}

/* Which zones have a corner. */
export function holders(zones: ZoneFeature[], at: Position): string[] {
  return zones
    .filter((zone) => rings(zone).some((ring) => ring.some((p) => same(p, at))))
    .map((zone) => zone.properties.number);
}

/* Which zones have an edge, in either direction. */
export function sidesOf(zones: ZoneFeature[], a: Position, b: Position): ZoneFeature[] {
  return zones.filter((zone) =>
    rings(zone).some((ring) =>
      ring.some((p, i) => {
        const q = ring[i + 1];
        return q && ((same(p, a) && same(q, b)) || (same(p, b) && same(q, a)));
      }),
    ),
  );
}

function withRings(zone: ZoneFeature, change: (ring: Position[]) => Position[]): ZoneFeature {
  const coordinates = zone.geometry.coordinates.map((polygon) => polygon.map(change));
  return { ...zone, geometry: { type: "MultiPolygon", coordinates } };
}

/* The zones while a hand drags a corner: it moves in all that have it, the others are the same objects. */
export function dragged(zones: ZoneFeature[], at: Position, to: Position): ZoneFeature[] {
  const touched = new Set(holders(zones, at));
  return zones.map((zone) =>
    touched.has(zone.properties.number)
      ? withRings(zone, (ring) => ring.map((p) => (same(p, at) ? to : p)))
      : zone,
  );
}

/* The zones while a hand drags the middle of an edge: both sides get the corner. */
export function bent(zones: ZoneFeature[], from: Position, end: Position, to: Position): ZoneFeature[] {
  const touched = new Set(sidesOf(zones, from, end));
  const put = (ring: Position[]): Position[] =>
    ring.flatMap((p, i) => {
      const q = ring[i + 1];
      const here = q && ((same(p, from) && same(q, end)) || (same(p, end) && same(q, from)));
      return here ? [p, to] : [p];
    });
  return zones.map((zone) => (touched.has(zone) ? withRings(zone, put) : zone));
}

/* A place some metres east and north of another. */
export function shifted(p: Position, eastM: number, northM: number): Position {
  const m = degreeMetres(p[1]!);
  return rounded([p[0]! + eastM / m.lon, p[1]! + northM / m.lat]);
}

/* A tenth of a millimetre, as the server writes. */
export function rounded(p: Position): Position {
  return [Math.round(p[0]! * 1e9) / 1e9, Math.round(p[1]! * 1e9) / 1e9];
}

/* The zones beside another: that share a corner with it. */
export function beside(zones: ZoneFeature[], zone: ZoneFeature): ZoneFeature[] {
  const own = new Set(corners(zone).map((p) => p.join()));
  return zones.filter(
    (other) =>
      other.properties.number !== zone.properties.number &&
      corners(other).filter((p) => own.has(p.join())).length > 1,
  );
}

export function placeOf(p: Position): Point {
  return { type: "Point", coordinates: p };
}

export function operationWords(operation: Operation): string {
  switch (operation.op) {
    case "move":
      return say("حُرّك رأس", "A corner moved");
    case "insert":
      return say("أضيف رأس", "A corner added");
    case "delete":
      return say("حُذف رأس", "A corner removed");
    case "draw":
      return say(`رُسمت المنطقة ${operation.number}`, `Zone ${operation.number} drawn`);
    case "split":
      return say(`قُسمت المنطقة ${operation.zone}`, `Zone ${operation.zone} split`);
    case "merge":
      return say(
        `دُمجت المنطقة ${operation.zone} في ${operation.into}`,
        `Zone ${operation.zone} merged into ${operation.into}`,
      );
    case "close":
      return say(`أُغلقت المنطقة ${operation.zone}`, `Zone ${operation.zone} closed`);
    case "reopen":
      return say(`أُعيد فتح المنطقة ${operation.zone}`, `Zone ${operation.zone} reopened`);
    case "give":
      return say(`أُعطي التداخل للمنطقة ${operation.to}`, `Overlap given to zone ${operation.to}`);
    case "pass":
      return say(`ضُم جزء إلى المنطقة ${operation.to}`, `Part given to zone ${operation.to}`);
    case "fill":
      return say(`ضُم الفراغ إلى المنطقة ${operation.to}`, `Gap given to zone ${operation.to}`);
    case "leave":
      return say("فراغ مقصود", "Gap intended");
  }
}
