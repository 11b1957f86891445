/* The device's position: the best fix of some seconds, not the first. Each better one is told as it comes, so that a
   first bad one (a cell tower's) is seen to give way. */

import type { Fix } from "./fixes";

const WATCH_MS = 12_000;
const GOOD_ENOUGH_M = 8;
const FAIR_M = 35;
const QUIET_MS = 3_000; // a fair fix is final when no better one came for so long; a poor one is waited out

export type NoFix = "denied" | "none";

export interface Watch {
  stop: () => void;
}

function fixOf(found: GeolocationPosition): Fix {
  const { longitude, latitude, accuracy } = found.coords;
  const at = new Date(found.timestamp).toISOString();
  return { origin: "gps", lon: longitude, lat: latitude, accuracyM: Math.max(1, accuracy), at };
}

/* ``better`` is told each fix that is better than those before, ``end`` when no more is waited for. */
export function watchForBest(better: (fix: Fix) => void, end: (why: NoFix | null) => void): Watch {
  if (!("geolocation" in navigator)) {
    end("none");
    return { stop: () => undefined };
  }
  let best: Fix | null = null;
  let heardAt = Date.now();
  let over = false;
  const began = Date.now();
  const finish = (why: NoFix | null): void => {
    if (over) return;
    stop();
    end(why);
  };
  const watch = navigator.geolocation.watchPosition(
    (found) => {
      const fix = fixOf(found);
      if (over || (best && fix.accuracyM! > best.accuracyM!)) return;
      best = fix;
      heardAt = Date.now();
      better(fix);
      if (fix.accuracyM! <= GOOD_ENOUGH_M) finish(null);
    },
    (error) => {
      if (!best) finish(error.code === error.PERMISSION_DENIED ? "denied" : "none");
    },
    { enableHighAccuracy: true, maximumAge: 0, timeout: WATCH_MS + 8_000 },
  );
  const timer = window.setInterval(() => {
    if (best && best.accuracyM! <= FAIR_M && Date.now() - heardAt > QUIET_MS) finish(null);
    else if (Date.now() - began > WATCH_MS + 8_000) finish(best ? null : "none");
  }, 500);
  function stop(): void {
    over = true;
    navigator.geolocation.clearWatch(watch);
    window.clearInterval(timer);
  }
  return { stop };
}

/* Whether the position may be read without asking the person first. */
export async function mayReadPosition(): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: "geolocation" })).state === "granted";
  } catch {
    return false;
  }
}
