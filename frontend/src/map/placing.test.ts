import { describe, expect, it } from "vitest";
import type { GroundEdge } from "../lib/site";
import { areaM2, metresBetween } from "./measure";
import { frontEdge, rectangle } from "./placing";

const edge = (side: GroundEdge["side"], length_m: number, line: number[][]): GroundEdge => ({
  side,
  name: side,
  length_m,
  setback_m: 5,
  geometry: { type: "LineString", coordinates: line },
});
const front = edge("front", 20.4, [
  [58.4, 23.6],
  [58.4002, 23.6],
]);
const rear = edge("rear", 40, [
  [58.4002, 23.6003],
  [58.4, 23.6003],
]);

describe("a rectangle by its measures", () => {
  it("is aligned with the front although another edge is longer", () => {
    expect(frontEdge([rear, front])).toBe(front);
  });
  it("has its measures to the millimetre and lies inside", () => {
    const made = rectangle([rear, front], [58.4001, 23.6001], {
      width: 12,
      depth: 9,
      fromFront: 5,
      fromSide: 3,
    })!;
    const ring = made.coordinates[0]!;
    expect(metresBetween(ring[0]!, ring[1]!)).toBeCloseTo(12, 3);
    expect(areaM2(ring)).toBeCloseTo(108, 2);
    expect(ring.every((p) => p[1]! > 23.6)).toBe(true);
    expect(metresBetween([ring[0]![0]!, 23.6], ring[0]!)).toBeCloseTo(5, 3);
  });
  it("lies inside whichever way the edge runs", () => {
    const turned = edge("front", 20.4, [
      [58.4002, 23.6],
      [58.4, 23.6],
    ]);
    const made = rectangle([turned], [58.4001, 23.6001], { width: 4, depth: 4, fromFront: 1, fromSide: 1 })!;
    expect(made.coordinates[0]!.every((p) => p[1]! > 23.6)).toBe(true);
  });
});
