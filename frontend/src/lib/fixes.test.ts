import { describe, expect, it } from "vitest";
import { degreeMetres } from "../map/measure";
import { best, doubts, fixesToSend, isTooRough, type Fix } from "./fixes";

const [LON, LAT] = [58.2, 23.6];
const METRE = degreeMetres(LAT);

function fix(origin: Fix["origin"], east: number, accuracyM: number | null): Fix {
  return { origin, lon: LON + east / METRE.lon, lat: LAT, accuracyM, at: null };
}

describe("the fix that counts", () => {
  it("is a pin before a device before a photo", () => {
    const [photo, device, pin] = [fix("exif", 0, 3), fix("gps", 0, 8), fix("pin", 0, 3)];
    expect(best([photo, device, pin])).toBe(pin);
    expect(best([photo, device])).toBe(device);
    expect(best([photo])).toBe(photo);
    expect(best([])).toBeNull();
  });
  it("of a device is the most accurate: a first bad one gives way, and of two as good the later", () => {
    const [tower, good, again] = [fix("gps", 900, 1_200), fix("gps", 0, 8), fix("gps", 1, 8)];
    expect(best([tower, good])).toBe(good);
    expect(best([good, tower])).toBe(good);
    expect(best([good, again])).toBe(again);
  });
});

describe("what a person is asked", () => {
  it("is nothing while the positions can both be right", () => {
    expect(doubts([fix("gps", 0, 8), fix("exif", 72, null)])).toEqual([]); // 8 + 50 + 15 m
    expect(doubts([fix("gps", 900, 1_200), fix("gps", 0, 8)])).toEqual([]);
  });
  it("is how far photo and device are apart", () => {
    const [doubt, ...more] = doubts([fix("gps", 0, 8), fix("exif", 900, null)]);
    expect(more).toEqual([]);
    expect(doubt!.other.origin).toBe("exif");
    expect(doubt!.apartM).toBeCloseTo(900, 0);
  });
  it("is nothing once a pin lies near either, and again where it is far from all", () => {
    const both = [fix("gps", 0, 8), fix("exif", 900, null)];
    expect(doubts([...both, fix("pin", 905, 3)])).toEqual([]);
    expect(doubts([...both, fix("pin", 4_000, 3)])).toHaveLength(2);
    expect(doubts([fix("pin", 4_000, 3)])).toEqual([]);
  });
});

describe("what the server is told", () => {
  const city = [58, 23, 59, 24] as const;
  it("leaves out what lies outside of the city or is rougher than it takes", () => {
    const abroad: Fix = { origin: "exif", lon: 2.35, lat: 48.85, accuracyM: null, at: null };
    const sent = fixesToSend([abroad, fix("gps", 0, 9_000), fix("gps", 0, 700)], city);
    expect(sent.map((one) => one.accuracyM)).toEqual([700]);
    expect(isTooRough(sent[0]!)).toBe(true);
  });
  it("has the pin first and at most twelve", () => {
    const many = [
      ...Array.from({ length: 9 }, () => fix("gps", 0, 9)),
      ...Array.from({ length: 10 }, () => fix("exif", 0, null)),
      fix("pin", 0, 3),
    ];
    const sent = fixesToSend(many, city);
    expect(sent).toHaveLength(12);
    expect(sent[0]!.origin).toBe("pin");
    expect(sent.filter((one) => one.origin === "gps")).toHaveLength(3);
  });
});
