import { describe, expect, it } from "vitest";
import { breaks, CELL_SIZES, classOf, decimalsOf, isRate, rangeText, type Measure } from "./heat-classes";
import {
  apiQuery,
  comparedWith,
  dayAfter,
  isStandard,
  justBefore,
  lastDay,
  monthAfter,
  measuredQuery,
  pageQuery,
  PLAIN,
  readFilters,
  ringOf,
  withoutFilters,
  wktOf,
  yearBefore,
  type Filters,
} from "./heat-state";

const STANDARD: Filters = { ...PLAIN, from: "2016-01-01", to: "2017-01-01" };
const MEASURES = ["count", "km2", "plot"];
const words = { name_ar: "", name_en: "", unit_ar: "", unit_en: "" };
const COUNT: Measure = { code: "count", ...words, limits: { "800": [1, 5, 15, 30, 60, 100, 150] } };
const PER_PLOT: Measure = { code: "plot", ...words, limits: [0, 0.05, 0.1, 0.25, 0.5, 1, 2] };

describe("classes of the heat", () => {
  it("puts every value of a cell with reports in exactly one class, the smallest too", () => {
    expect(breaks(COUNT, 800)).toHaveLength(7);
    for (let n = 1; n < 300; n += 1) expect(classOf(n, breaks(COUNT, 800))).toBeGreaterThanOrEqual(1);
    expect(classOf(0.2, breaks(COUNT, 800))).toBe(1); // weighted
    expect([0.01, 0.05, 2, 9].map((v) => classOf(v, breaks(PER_PLOT, 800)))).toEqual([1, 2, 7, 7]);
  });
  it("says the ranges of the reference picture", () => {
    const limits = breaks(COUNT, 800);
    const text = limits.map((_, i) => rangeText(i, limits, true, String, (n) => `${n}+`));
    expect(text).toEqual(["1–4", "5–14", "15–29", "30–59", "60–99", "100–149", "150+"]);
  });
  it("writes as many digits as tell the classes apart", () => {
    expect([decimalsOf(breaks(COUNT, 800)), decimalsOf(breaks(PER_PLOT, 800))]).toEqual([0, 2]);
    expect([isRate(COUNT), isRate(PER_PLOT)]).toEqual([false, true]);
  });
});

describe("filters live in the address", () => {
  it("reads what it writes", () => {
    const f: Filters = {
      ...STANDARD,
      from: "2016-03-01",
      categories: ["lighting", "potholes"],
      wilayat: "3",
      channels: ["sms"],
      area: "12",
      polygon: "POLYGON((58.1 23.5,58.2 23.5,58.2 23.6,58.1 23.5))",
      cellM: 400,
      measure: "plot",
      weight: "age",
      halfLife: "30",
      look: "change",
      by: "area",
      beforeFrom: "2015-03-01",
      beforeTo: "2016-01-01",
      against: "city",
    };
    const q = new URLSearchParams(
      Object.entries(pageQuery(f, STANDARD)).filter((e): e is [string, string] => e[1] !== null),
    );
    expect(readFilters(`?${q}`, STANDARD, CELL_SIZES, MEASURES)).toEqual(f);
  });
  it("drops what it does not know instead of asking for it", () => {
    const junk =
      "?from=yesterday&cell_m=7&per=x&wilayat=a&area=b&polygon=<b>&weight=x&look=x&by=x&before_from=x&against=x";
    expect(readFilters(junk, STANDARD, CELL_SIZES, MEASURES)).toEqual(STANDARD);
  });
  it("asks the server only for what is set", () => {
    expect(apiQuery(STANDARD, { cell_m: 800 })).toBe("from=2016-01-01&to=2017-01-01&cell_m=800");
    const weighed: Filters = { ...STANDARD, from: "", to: "", measure: "plot", weight: "severity" };
    expect(measuredQuery(weighed)).toBe("per=plot&weight=severity");
    expect(apiQuery(weighed)).toBe("");
  });
  it("knows the standard view", () => {
    expect(isStandard(STANDARD, STANDARD)).toBe(true);
    expect(isStandard({ ...STANDARD, statuses: ["new"] }, STANDARD)).toBe(false);
  });
  it("drops the filters and keeps what is looked at", () => {
    const f: Filters = { ...STANDARD, statuses: ["new"], area: "3", look: "spots", measure: "plot" };
    expect(withoutFilters(f, STANDARD)).toEqual({ ...STANDARD, look: "spots", measure: "plot" });
  });
  it("writes a ring and reads it again", () => {
    const ring = [[58.1, 23.5], [58.2, 23.5], [58.2, 23.6], [58.1, 23.5]]; // prettier-ignore
    expect(ringOf(wktOf(ring))).toEqual(ring);
    expect(ringOf("")).toEqual([]);
  });
  it("knows the day a year before", () => {
    expect(["2016-02-29", "2017-01-01"].map(yearBefore)).toEqual(["2015-03-01", "2016-01-01"]);
  });
  it("compares a year with the year before, and what is longer with as long just before", () => {
    expect(comparedWith(STANDARD)).toEqual({ from: "2015-01-01", to: "2016-01-01" });
    expect(comparedWith({ ...STANDARD, from: "2015-01-01" })).toEqual({ from: "", to: "" });
    const own = { beforeFrom: "2012-01-01", beforeTo: "2013-01-01" };
    expect(comparedWith({ ...STANDARD, ...own })).toEqual({ from: "2012-01-01", to: "2013-01-01" });
    expect(justBefore(STANDARD)).toEqual({ from: "2014-12-31", to: "2016-01-01" });
  });
  it("steps over ends of months and years", () => {
    expect(lastDay("2017-01-01")).toBe("2016-12-31");
    expect(dayAfter("2016-02-28")).toBe("2016-02-29");
    expect(monthAfter("2016-12")).toBe("2017-01");
  });
});
