import { describe, expect, it } from "vitest";
import { difference, type Raster } from "./pixel-diff";

function page(width: number, height: number, ink: [number, number, number, number][]): Raster {
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  for (const [x, y, w, h] of ink)
    for (let j = y; j < y + h; j += 1)
      for (let i = x; i < x + w; i += 1) data.set([0, 0, 0, 255], 4 * (j * width + i));
  return { width, height, data };
}

describe("two pages over each other", () => {
  it("are the same where nothing changed", () => {
    const one = page(100, 100, [[10, 10, 40, 2]]);
    const found = difference(one, one);
    expect([found.added, found.removed, found.boxes]).toEqual([0, 0, []]);
  });
  it("forgive a stroke that moved by one pixel", () => {
    const found = difference(page(100, 100, [[10, 10, 40, 2]]), page(100, 100, [[11, 10, 40, 2]]));
    expect([found.added, found.removed]).toEqual([0, 0]);
  });
  it("tell what only the newer has from what only the older had, and where", () => {
    const old = page(240, 240, [[10, 10, 30, 30]]);
    const now = page(240, 240, [[150, 150, 40, 20]]);
    const found = difference(old, now);
    expect(found.added).toBe(40 * 20);
    expect(found.removed).toBe(30 * 30);
    expect(found.boxes).toHaveLength(2);
    const at = found.boxes.find((box) => box.x > 0.5)!;
    expect(at.x * 240).toBeLessThanOrEqual(150);
    expect((at.x + at.width) * 240).toBeGreaterThanOrEqual(190);
  });
  it("cannot be compared where their sizes differ", () => {
    expect(() => difference(page(10, 10, []), page(11, 10, []))).toThrow(RangeError);
  });
});
