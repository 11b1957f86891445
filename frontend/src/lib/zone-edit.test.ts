import { describe, expect, it } from "vitest";
import type { Position } from "geojson";
import {
  beside,
  bent,
  corners,
  dragged,
  edges,
  holders,
  Log,
  rounded,
  shifted,
  zonesNow,
  type Checked,
  type Opened,
  type ZoneFeature,
} from "./zone-edit";
import { metresBetween } from "../map/measure";

function zone(number: string, west: number, east: number): ZoneFeature {
  const ring: Position[] = [
    [west, 23.6],
    [east, 23.6],
    [east, 23.601],
    [west, 23.601],
    [west, 23.6],
  ];
  return {
    type: "Feature",
    geometry: { type: "MultiPolygon", coordinates: [[ring]] },
    properties: { number, name_ar: "م", name_en: "z", id: 1, m2: 100 },
  };
}

const ZONES = [zone("7", 58.4, 58.401), zone("8", 58.401, 58.402), zone("9", 58.402, 58.403)];
const SHARED: Position = [58.401, 23.601];

describe("zones under edit", () => {
  it("moves a shared corner in exactly the zones that have it", () => {
    const now = dragged(ZONES, SHARED, [58.4012, 23.6012]);
    expect(holders(ZONES, SHARED)).toEqual(["7", "8"]);
    expect(holders(now, [58.4012, 23.6012])).toEqual(["7", "8"]);
    expect(now[2]).toBe(ZONES[2]);
    expect(corners(ZONES[0]!)).toHaveLength(4);
  });

  it("gives both sides of an edge the corner that is dragged out of it", () => {
    const now = bent(ZONES, [58.401, 23.6], SHARED, [58.4013, 23.6005]);
    expect(now.map((z) => corners(z).length)).toEqual([5, 5, 4]);
    expect(corners(now[0]!)[2]).toEqual([58.4013, 23.6005]);
  });

  it("knows the neighbours of a zone and the lengths of its edges", () => {
    expect(beside(ZONES, ZONES[1]!).map((z) => z.properties.number)).toEqual(["7", "9"]);
    const [south] = edges(ZONES[0]!);
    expect(south!.lengthM).toBeCloseTo(102.1, 0);
  });

  it("shifts a place by metres", () => {
    const to = shifted([58.4, 23.6], 3, 4);
    expect(metresBetween([58.4, 23.6], to)).toBeCloseTo(5, 3);
    expect(rounded(to)).toEqual(to);
  });

  it("shows what the server answered anew, and not what was closed", () => {
    const opened: Opened = {
      ended: [],
      kind: "paid",
      from: "2026-12-01",
      base: "b",
      later: null,
      zones: { type: "FeatureCollection", features: ZONES },
    };
    const anew = zone("8", 58.401, 58.4025);
    const checked: Checked = {
      concerned: ["8", "9", "12"],
      closed: ["9"],
      zones: { type: "FeatureCollection", features: [anew, zone("12", 58.41, 58.42)] },
      faults: { type: "FeatureCollection", features: [] },
      can_be_saved: true,
    };
    const now = zonesNow(opened, checked);
    expect(now.map((z) => z.properties.number)).toEqual(["7", "8", "12"]);
    expect(now[0]).toBe(ZONES[0]);
    expect(now[1]).toBe(anew);
  });
});

describe("the log of operations", () => {
  it("undoes, redoes, and forgets what was undone when something else is done", () => {
    const log = new Log();
    log.push({ op: "close", zone: "7" });
    log.push({ op: "close", zone: "8" });
    expect(log.undo()).toBe(true);
    expect(log.done).toEqual([{ op: "close", zone: "7" }]);
    expect(log.redo()).toBe(true);
    expect(log.done).toHaveLength(2);
    log.undo();
    log.push({ op: "close", zone: "9" });
    expect(log.redo()).toBe(false);
    expect(log.canUndo && !log.canRedo).toBe(true);
  });

  it("is after a refusal as it was before, with what may be done again", () => {
    const log = new Log();
    log.push({ op: "close", zone: "7" });
    log.push({ op: "close", zone: "8" });
    log.undo();
    log.push({ op: "close", zone: "9" });
    log.drop();
    expect(log.done).toEqual([{ op: "close", zone: "7" }]);
    expect(log.redo()).toBe(true);
    expect(log.done.at(-1)).toEqual({ op: "close", zone: "8" });
  });

  it("makes one move of the arrows pressed on one corner", () => {
    const log = new Log();
    log.nudge([0, 0], [1, 0]);
    log.nudge([1, 0], [2, 0]);
    log.nudge([5, 5], [6, 5]);
    expect(log.done).toEqual([
      { op: "move", at: [0, 0], to: [2, 0] },
      { op: "move", at: [5, 5], to: [6, 5] },
    ]);
  });
});
