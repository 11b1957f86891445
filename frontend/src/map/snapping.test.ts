import { describe, expect, it } from "vitest";
import { runs, snapTo } from "./snapping";

const square = {
  type: "Polygon" as const,
  coordinates: [
    [
      [0, 0],
      [100, 0],
      [100, 100],
      [0, 100],
      [0, 0],
    ],
  ],
};
const project = (lng: number, lat: number) => ({ x: lng, y: lat });

describe("a corner being drawn", () => {
  it("is pulled to a corner before a line", () => {
    expect(snapTo({ x: 96, y: 3 }, runs([square]), project)).toEqual([100, 0]);
  });
  it("is pulled to the nearest spot of a line", () => {
    expect(snapTo({ x: 50, y: 7 }, runs([square]), project)).toEqual([50, 0]);
  });
  it("is left alone where nothing is near", () => {
    expect(snapTo({ x: 50, y: 50 }, runs([square, null]), project)).toBeUndefined();
  });
});
