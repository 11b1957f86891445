/* What a photo says of itself, read before anything is made smaller: where and when it was taken. Many telephones
   keep the place back when a page asks for a photo; then there is none, and nothing is guessed. */

import { parse } from "exifr/dist/lite.esm.mjs";
import type { Fix } from "./fixes";

const SMALL_ENOUGH = 4_000_000; // bytes: under this a photo is sent as it is
const LONGEST_SIDE = 2_560; // pixels
const TAKEN_AS_THEY_ARE = /^image\/(jpeg|png|heic|heif)$/; // what the server reads
const EXIF = { ifd0: true, exif: true, gps: true, reviveValues: false, translateValues: false };

function finite(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function moment(text: string): string | null {
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

/* The satellites' own time, or the camera's with its offset; without one, the clock of this device's zone. */
export function takenAt(tags: Record<string, unknown>): string | null {
  const day = typeof tags.GPSDateStamp === "string" ? /^(\d{4}).(\d\d).(\d\d)/.exec(tags.GPSDateStamp) : null;
  const clock = tags.GPSTimeStamp as ArrayLike<number> | undefined;
  if (day && clock?.length === 3) {
    const [h, m, s] = Array.from(clock, (part) => String(Math.floor(Number(part))).padStart(2, "0"));
    const found = moment(`${day[1]}-${day[2]}-${day[3]}T${h}:${m}:${s}Z`);
    if (found) return found;
  }
  const taken = typeof tags.DateTimeOriginal === "string" ? tags.DateTimeOriginal : "";
  const parts = /^(\d{4}).(\d\d).(\d\d)[ T](\d\d:\d\d:\d\d)/.exec(taken);
  if (!parts) return null;
  const offset = typeof tags.OffsetTimeOriginal === "string" ? tags.OffsetTimeOriginal.trim() : "";
  const zone = /^([+-]\d\d:\d\d|Z)$/.test(offset) ? offset : "";
  return moment(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}${zone}`);
}

/* The position of a photo's tags; none for one that is missing, nowhere or the zero of a lost receiver. */
export function placeTaken(tags: Record<string, unknown>): Omit<Fix, "photo"> | null {
  const [lon, lat] = [finite(tags.longitude), finite(tags.latitude)];
  if (lon === null || lat === null || Math.abs(lon) > 180 || Math.abs(lat) > 90) return null;
  if (lon === 0 && lat === 0) return null;
  const error = finite(tags.GPSHPositioningError);
  return { origin: "exif", lon, lat, accuracyM: error && error > 0 ? error : null, at: takenAt(tags) };
}

export async function factsOf(file: Blob): Promise<Omit<Fix, "photo"> | null> {
  try {
    return placeTaken((await parse(file, EXIF)) ?? {});
  } catch {
    return null; // no photo that carries tags: WebP, a screenshot, a broken file
  }
}

/* Whether a file is HEIC by its first bytes, whatever its name and type say (the server's brands: paper_kinds.py). */
export async function isHeic(file: Blob): Promise<boolean> {
  const head = new TextDecoder("latin1").decode(await file.slice(4, 12).arrayBuffer());
  return /^ftyp(hei[cxms]|hev[cx]|m[is]f1)$/.test(head);
}

/* A photo as it is sent: large ones smaller, what the server does not read as JPEG, all others untouched. */
export async function readyToSend(file: Blob): Promise<Blob> {
  if (file.size <= SMALL_ENOUGH && TAKEN_AS_THEY_ARE.test(file.type)) return file;
  try {
    const image = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST_SIDE / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
    image.close();
    const smaller = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return smaller ?? file;
  } catch {
    return file; // what this browser cannot draw (HEIC, mostly) is sent as it is
  }
}
