/* A reading of a place: where, how good, from what and when; and the same in the address of the page, so that a
   shared or reloaded reading says no more of itself than is known. */

import { count, date, metres, shownDigits, time } from "./format";
import { MINUTES, SECONDS } from "./plural";
import { say } from "./say";

export type Origin = "gps" | "pin" | "unknown";

export interface Reading {
  lon: number;
  lat: number;
  accuracyM: number;
  origin: Origin;
  at: number | null; // ms since 1970; null for a pin, which does not age, and where it is not known
}

export const PIN_ACCURACY_M = 3; // a thumb on the map at street zoom
export const OLD_AFTER_S = 120; // a person has walked on

/* The zoom at which the circle of a reading fills a fair part of the map. */
export function zoomFor(accuracyM: number): number {
  return Math.max(15, Math.min(19, 19.4 - Math.log2(Math.max(accuracyM, 4) / 6)));
}

/* "?at=lon,lat,accuracy&by=gps&read=2026-11-24T16:40:05Z"; without "by" its origin is not known. */
export function readingQuery(r: Reading): Record<string, string | null> {
  return {
    at: `${r.lon.toFixed(6)},${r.lat.toFixed(6)},${Math.round(r.accuracyM)}`,
    by: r.origin === "unknown" ? null : r.origin,
    read: r.at === null ? null : new Date(r.at).toISOString().replace(/\.\d+Z$/, "Z"),
  };
}

export function readingFrom(search: string, now: number): Reading | null {
  const q = new URLSearchParams(search);
  const [lon, lat, accuracy] = (q.get("at") ?? "")
    .split(",")
    .map((part) => (part.trim() ? Number(part) : NaN));
  if (lon === undefined || lat === undefined || !Number.isFinite(lon) || !Number.isFinite(lat)) return null;
  const by = q.get("by");
  const origin: Origin = by === "gps" || by === "pin" ? by : "unknown";
  const at = Date.parse(q.get("read") ?? "");
  return {
    lon,
    lat,
    accuracyM: accuracy && accuracy > 0 ? accuracy : PIN_ACCURACY_M,
    origin,
    at: origin === "gps" && Number.isFinite(at) && at <= now ? at : null,
  };
}

export function ageS(r: Reading, now: number): number | null {
  return r.at === null ? null : Math.max(0, Math.round((now - r.at) / 1000));
}

function since(r: Reading, now: number): string {
  const seconds = ageS(r, now);
  if (seconds === null || r.at === null) return "";
  if (seconds < 2) return say("الآن", "now");
  if (seconds < 60)
    return say(`قبل ${count(seconds, SECONDS, "", "")}`, `${shownDigits(String(seconds))} s ago`);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60)
    return say(`قبل ${count(minutes, MINUTES, "", "")}`, `${shownDigits(String(minutes))} min ago`);
  const iso = new Date(r.at).toISOString();
  return `${date(iso)} ${time(iso)}`;
}

/* What the reading is, in a few words: its origin, how good it is, how old. */
export function readingText(r: Reading, now: number): string {
  const good = metres(r.accuracyM, 0);
  const what = {
    gps: say(`الدقة ${good}`, `Accuracy ${good}`),
    pin: say(`دبوس، دقته ${good}`, `Pin, good to ${good}`),
    unknown: say(`موضع من عنوان، دقته ${good}`, `From an address, good to ${good}`),
  }[r.origin];
  return [what, since(r, now)].filter(Boolean).join(" · ");
}
