import { describe, expect, it } from "vitest";
import { readingFrom, readingQuery, readingText, type Reading } from "./reading";
import { withQuery } from "./url-state";

const NOW = Date.parse("2026-11-24T12:00:00Z");
const gps: Reading = { lon: 58.38, lat: 23.59, accuracyM: 9, origin: "gps", at: NOW - 4000 };
const reloaded = (r: Reading, now: number): Reading | null =>
  readingFrom(withQuery("", readingQuery(r)), now);

describe("a reading in the address", () => {
  it("keeps its origin and its time when it is loaded again", () => {
    expect(reloaded(gps, NOW)).toEqual(gps);
    const pin: Reading = { ...gps, origin: "pin", at: null };
    expect(reloaded(pin, NOW)).toEqual(pin);
  });
  it("is of unknown origin where the address does not say", () => {
    expect(readingFrom("?at=58.38,23.59,9", NOW)).toMatchObject({ origin: "unknown", at: null });
    expect(readingText(readingFrom("?at=58.38,23.59,9", NOW)!, NOW)).toBe("موضع من عنوان، دقته 9\u00a0م");
  });
  it("believes no time to come", () => {
    expect(readingFrom("?at=58.38,23.59,9&by=gps&read=2099-01-01T00:00:00Z", NOW)?.at).toBeNull();
  });
  it.each(["", "?at=", "?at=,", "?at=a,b", "?at=58.38"])("is none in %s", (search) => {
    expect(readingFrom(search, NOW)).toBeNull();
  });
});

describe("the age of a reading", () => {
  it.each([
    [1, "الآن"],
    [4, "قبل 4 ثوانٍ"],
    [60, "قبل دقيقة"],
    [130, "قبل دقيقتين"],
    [45 * 60, "قبل 45 دقيقة"],
    [3 * 3600, "24/11/2026 09:00"],
  ])("after %d s is told as %s", (seconds, words) => {
    expect(readingText({ ...gps, at: NOW - seconds * 1000 }, NOW)).toBe(`الدقة 9\u00a0م · ${words}`);
  });
  it("is not told of a pin", () => {
    expect(readingText({ ...gps, origin: "pin", at: null }, NOW)).toBe("دبوس، دقته 9\u00a0م");
  });
});
