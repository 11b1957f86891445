/* Where a report is, when several positions are known: the same verdicts as the server's (observations/reports/
   fixes.py), so that the page asks before it sends and not after. Metres on the ground; ISO moments. */

import { local } from "../map/measure";

export type FixOrigin = "gps" | "exif" | "pin";

export interface Fix {
  origin: FixOrigin;
  lon: number;
  lat: number;
  accuracyM: number | null; // null: it does not say
  at: string | null; // when the device or the photo fixed it
  photo?: string; // which photo told it
  like?: FixOrigin; // of a pin: put where this one was, not by hand on the map
}

/* Two positions that cannot both be right. */
export interface Doubt {
  one: Fix;
  other: Fix;
  apartM: number;
}

export const UNKNOWN_ACCURACY_M = 50; // of a fix that does not say: a photo's, mostly
const SLACK_M = 15; // two readings of one spot differ by this much without anybody having moved
export const TOO_ROUGH_M = 500; // such a disc names a quarter of the city, not a place
const MOST_ACCURACY_M = 5_000; // the server takes no rougher one
const MOST_FIXES = 12;
const RANK: FixOrigin[] = ["pin", "gps", "exif"];

export function radiusM(fix: Fix): number {
  return fix.accuracyM ?? UNKNOWN_ACCURACY_M;
}

export function apartM(a: Fix, b: Fix): number {
  const [x, y] = local([b.lon, b.lat], [a.lon, a.lat]);
  return Math.hypot(x, y);
}

/* The fix that counts: the most deliberate kind, of one kind the most accurate, and of two as good the later. */
export function best(fixes: readonly Fix[]): Fix | null {
  let found: Fix | null = null;
  for (const fix of fixes) {
    if (!found) found = fix;
    const [rank, held] = [RANK.indexOf(fix.origin), RANK.indexOf(found.origin)];
    if (rank < held || (rank === held && radiusM(fix) <= radiusM(found))) found = fix;
  }
  return found;
}

/* What a person must be asked: of each kind its best one speaks; a pin near any other fix is an answer. */
export function doubts(fixes: readonly Fix[]): Doubt[] {
  const chosen = best(fixes);
  if (!chosen) return [];
  const others = RANK.map((kind) => best(fixes.filter((fix) => fix.origin === kind))).filter(
    (fix) => fix !== null && fix !== chosen,
  ) as Fix[];
  const found = others
    .map((other) => ({ one: chosen, other, apartM: apartM(chosen, other) }))
    .filter((doubt) => doubt.apartM > radiusM(doubt.one) + radiusM(doubt.other) + SLACK_M);
  return chosen.origin === "pin" && found.length < others.length ? [] : found;
}

export function isTooRough(fix: Fix): boolean {
  return fix.origin !== "pin" && radiusM(fix) > TOO_ROUGH_M;
}

export type Bounds = readonly [west: number, south: number, east: number, north: number];

export function isWithin(fix: { lon: number; lat: number }, [west, south, east, north]: Bounds): boolean {
  return fix.lon >= west && fix.lon <= east && fix.lat >= south && fix.lat <= north;
}

/* What the server is told: nothing that it cannot take, the pin always, of readings of the device the last. */
export function fixesToSend(fixes: readonly Fix[], city: Bounds): Fix[] {
  const taken = fixes.filter((fix) => isWithin(fix, city) && radiusM(fix) <= MOST_ACCURACY_M);
  const pins = taken.filter((fix) => fix.origin === "pin").slice(-1);
  const device = taken.filter((fix) => fix.origin === "gps").slice(-3);
  const photos = taken.filter((fix) => fix.origin === "exif");
  return [...pins, ...device, ...photos].slice(0, MOST_FIXES);
}
