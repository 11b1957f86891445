import { describe, expect, it } from "vitest";
import type { Position } from "geojson";
import {
  areaM2,
  circle,
  clipToConvex,
  degreeMetres,
  metresBetween,
  metresPerPixel,
  niceScale,
  sides,
} from "./measure";

const LAT = 23.6;
const M = degreeMetres(LAT);

/* A rectangle of true metres, turned by some degrees. */
function rectangle(w: number, h: number, turn: number, extra: [number, number][] = []): Position[] {
  const t = (turn * Math.PI) / 180;
  const corners: [number, number][] = [[0, 0], ...extra, [w, 0], [w, h], [0, h], [0, 0]];
  return corners.map(([x, y]) => [
    58.4 + (x * Math.cos(t) - y * Math.sin(t)) / M.lon,
    LAT + (x * Math.sin(t) + y * Math.cos(t)) / M.lat,
  ]);
}

describe("lengths of sides", () => {
  it.each([0, 17, 45, 90, 163, 200, 300])("a plot of 22 by 34 m turned by %i degrees", (turn) => {
    const found = sides(rectangle(22, 34, turn)).map((s) => Number(s.lengthM.toFixed(2)));
    expect(found).toEqual([22, 34, 22, 34]);
  });
  it("keeps every label upright and pushed outward", () => {
    for (let turn = 0; turn < 360; turn += 11)
      for (const side of sides(rectangle(22, 34, turn))) {
        expect(side.angle).toBeGreaterThan(-90);
        expect(side.angle).toBeLessThanOrEqual(90);
        const centre = rectangle(22, 34, turn)
          .slice(0, 4)
          .reduce((a, p) => [a[0]! + p[0]! / 4, a[1]! + p[1]! / 4], [0, 0]);
        const out =
          (side.middle[0]! - centre[0]!) * M.lon * side.outward[0] +
          (side.middle[1]! - centre[1]!) * M.lat * side.outward[1];
        expect(out).toBeGreaterThan(0);
      }
  });
  it("does not part a side at a vertex on it", () => {
    expect(sides(rectangle(22, 34, 17, [[9, 0]]))).toHaveLength(4);
  });
  it("brings lengths to the register's own area", () => {
    const found = sides(rectangle(22, 34, 17), 748 * 0.9996)[0]!.lengthM;
    expect(found).toBeCloseTo(22 * Math.sqrt(0.9996), 4);
  });
  it("measures the area", () => {
    expect(areaM2(rectangle(22, 34, 33))).toBeCloseTo(748, 1);
  });
});

describe("metres on the map", () => {
  it("draws the accuracy circle true to metres", () => {
    for (const p of circle([58.4, LAT], 9)) expect(metresBetween([58.4, LAT], p)).toBeCloseTo(9, 3);
  });
  it("makes a scale bar of 1, 2 or 5 that is not wider than asked", () => {
    for (let zoom = 8; zoom < 20; zoom += 0.37) {
      const nice = niceScale(metresPerPixel(LAT, zoom), 130);
      expect(nice.px).toBeLessThanOrEqual(130);
      expect(nice.px).toBeGreaterThan(130 / 2.6);
      expect(["1", "2", "5"]).toContain(String(nice.metres).replace(/0/g, ""));
    }
  });
  it("clips a polygon to a plot", () => {
    const part = clipToConvex(rectangle(100, 10, 0), rectangle(22, 34, 0));
    expect(areaM2(part)).toBeCloseTo(220, 1);
    expect(
      clipToConvex(
        rectangle(5, 5, 0),
        rectangle(22, 34, 0).map(([x, y]) => [x! + 1, y!]),
      ),
    ).toEqual([]);
  });
});
