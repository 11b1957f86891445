import { describe, expect, it } from "vitest";
import { matchedPart } from "./combobox";
import { gridStep } from "./trend";

describe("the matched part of a result", () => {
  it.each([
    ["القطعة 2417", "٢٤١", "241"],
    ["الحيل الشمالية", "الشماليه", "الشمالية"],
    ["الحيل الشمالية", "حيل 2417", "حيل"],
    ["Al Hail North", "hail", "Hail"],
  ])("%s for %s", (text, typed, bold) => {
    const part = matchedPart(text, typed)!;
    expect([...text].slice(...part).join("")).toBe(bold);
  });
  it("marks nothing where nothing matches", () => {
    expect(matchedPart("السيب", "2417")).toBeNull();
  });
});

describe("lines of the trend", () => {
  it("draws at most four at round numbers", () => {
    for (const most of [1, 7, 12, 99, 1662, 15000]) expect(most / gridStep(most)).toBeLessThanOrEqual(4);
  });
});
