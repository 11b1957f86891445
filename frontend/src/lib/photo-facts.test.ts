import { describe, expect, it } from "vitest";
import { factsOf, isHeic, placeTaken, takenAt } from "./photo-facts";

describe("what a photo says of itself", () => {
  it("is its place, as good as it says, and its moment", () => {
    expect(
      placeTaken({
        longitude: 58.2,
        latitude: 23.6,
        GPSHPositioningError: 4.7,
        GPSDateStamp: "2026:11:20",
        GPSTimeStamp: [7, 5, 9.5],
      }),
    ).toEqual({ origin: "exif", lon: 58.2, lat: 23.6, accuracyM: 4.7, at: "2026-11-20T07:05:09.000Z" });
  });
  it.each([
    {},
    { longitude: 0, latitude: 0 },
    { longitude: NaN, latitude: 23 },
    { longitude: 58, latitude: 123 },
    { longitude: "58", latitude: "23" },
  ])("is no place for %j", (tags) => {
    expect(placeTaken(tags)).toBeNull();
  });
  it("is the camera's moment with its offset, and none for what is no moment", () => {
    const taken = { DateTimeOriginal: "2026:11:20 11:05:09", OffsetTimeOriginal: "+04:00" };
    expect(takenAt(taken)).toBe("2026-11-20T07:05:09.000Z");
    expect(takenAt({ DateTimeOriginal: "0000:00:00 00:00:00" })).toBeNull();
    expect(takenAt({})).toBeNull();
  });
  it("is nothing in a file that carries no tags", async () => {
    expect(await factsOf(new Blob([new Uint8Array([1, 2, 3])]))).toBeNull();
  });
});

describe("a HEIC", () => {
  const file = (text: string): Blob => new Blob([text], { type: "image/jpeg" });
  it.each(["heic", "heix", "mif1", "msf1", "hevc"])("is told by its first bytes: %s", async (brand) => {
    expect(await isHeic(file(`\0\0\0\x18ftyp${brand}\0\0\0\0mif1heic`))).toBe(true);
  });
  it.each(["", "\0\0\0\x18ftypavif", "\xff\xd8\xff\xe0heic", "RIFF    WEBP"])("is not %j", async (text) => {
    expect(await isHeic(file(text))).toBe(false);
  });
});
