import { describe, expect, it } from "vitest";
import { breaks, CELL_SIZES, classOf, rangeText, valueOf } from "./heat-classes";
import {
  apiQuery,
  dayAfter,
  isStandard,
  lastDay,
  monthAfter,
  pageQuery,
  readFilters,
  type Filters,
} from "./heat-state";

const STANDARD: Filters = {
  from: "2016-01-01",
  to: "2017-01-01",
  categories: [],
  statuses: [],
  wilayat: "",
  cellM: 800,
  measure: "count",
};

describe("classes of the heat", () => {
  it("has seven rising limits for every size and measure", () => {
    for (const size of CELL_SIZES)
      for (const measure of ["count", "km2"] as const) {
        const limits = breaks(measure, size);
        expect(limits).toHaveLength(7);
        expect([...limits].sort((a, b) => a - b)).toEqual(limits);
        expect(new Set(limits).size).toBe(7);
      }
  });
  it("puts every count of one or more in exactly one class and none in class 0", () => {
    for (const size of CELL_SIZES) {
      expect(classOf(0, breaks("count", size))).toBe(0);
      for (let n = 1; n < 300; n += 1) {
        expect(classOf(n, breaks("count", size))).toBeGreaterThanOrEqual(1);
        expect(classOf(valueOf(n, "km2", size), breaks("km2", size))).toBeGreaterThanOrEqual(1);
      }
    }
  });
  it("says the ranges of the reference picture", () => {
    const text = breaks("count", 800).map((_, i) =>
      rangeText(i, breaks("count", 800), "count", String, (n) => `${n}+`),
    );
    expect(text).toEqual(["1–4", "5–14", "15–29", "30–59", "60–99", "100–149", "150+"]);
  });
});

describe("filters live in the address", () => {
  it("reads what it writes", () => {
    const f: Filters = {
      ...STANDARD,
      from: "2016-03-01",
      categories: ["lighting", "potholes"],
      wilayat: "3",
      cellM: 400,
      measure: "km2",
    };
    const q = new URLSearchParams(
      Object.entries(pageQuery(f, STANDARD)).filter((e): e is [string, string] => e[1] !== null),
    );
    expect(readFilters(`?${q}`, STANDARD, CELL_SIZES)).toEqual(f);
  });
  it("drops what it does not know instead of asking for it", () => {
    expect(readFilters("?from=yesterday&cell_m=7&per=x&wilayat=a", STANDARD, CELL_SIZES)).toEqual(STANDARD);
  });
  it("asks the server only for what is set", () => {
    expect(apiQuery(STANDARD, { cell_m: 800 })).toBe("from=2016-01-01&to=2017-01-01&cell_m=800");
  });
  it("knows the standard view", () => {
    expect(isStandard(STANDARD, STANDARD)).toBe(true);
    expect(isStandard({ ...STANDARD, statuses: ["new"] }, STANDARD)).toBe(false);
  });
  it("steps over ends of months and years", () => {
    expect(lastDay("2017-01-01")).toBe("2016-12-31");
    expect(dayAfter("2016-02-28")).toBe("2016-02-29");
    expect(monthAfter("2016-12")).toBe("2017-01");
  });
});
