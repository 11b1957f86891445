import { describe, expect, it } from "vitest";
import type { Geometry } from "geojson";
import type { SiteLine } from "../lib/site";
import { failsOf, numbersWord } from "./site-layers";

const at = (lon: number, lat: number, size = 0.0002): Geometry => ({
  type: "Polygon",
  coordinates: [
    [
      [lon, lat],
      [lon + size, lat],
      [lon + size, lat + size],
      [lon, lat + size],
      [lon, lat],
    ],
  ],
});
const edge = (lon: number): Geometry => ({
  type: "MultiLineString",
  coordinates: [
    [
      [lon, 23.6],
      [lon, 23.601],
    ],
  ],
});

function failing(rule: string, geometry: Geometry, line: Geometry | null = null): SiteLine {
  return {
    rule,
    name: rule,
    permitted: 3,
    provided: 1,
    unit: "m",
    status: "fail",
    source: "",
    geometry,
    edge: line,
  };
}

function marks(lines: SiteLine[]): [string, string][] {
  return failsOf(lines)
    .features.filter((one) => one.properties!.part === "mark")
    .map((one) => [one.properties!.number as string, one.properties!.text as string]);
}

describe("marks of failures", () => {
  it("keeps a mark of its own where a failure lies alone, with what is missing", () => {
    const found = marks([failing("height", at(58.5, 23.6)), failing("floors", at(58.51, 23.6))]);
    expect(found.map(([number]) => number)).toEqual(["1", "2"]);
    expect(found.every(([, text]) => text !== "")).toBe(true);
  });
  it("gives one mark to failures of one place, and sends setbacks to their edges", () => {
    const whole = at(58.5, 23.6);
    const found = marks([
      failing("height", whole),
      failing("setback.front", whole, edge(58.49)),
      failing("setback.rear", whole, edge(58.52)),
      failing("floors", whole),
      failing("coverage", whole),
    ]);
    expect(found.map(([number]) => number)).toEqual(["1, 4, 5", "2", "3"]);
  });
  it("writes numbers that follow one another as a span", () => {
    expect([[3], [1, 2], [1, 2, 3, 5], [1, 4, 5, 6, 9]].map(numbersWord)).toEqual([
      "3",
      "1, 2",
      "1\u20133, 5",
      "1, 4\u20136, 9",
    ]);
  });
});
