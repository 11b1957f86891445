/* What an inspector's device keeps until the server has it: checks, and violations that stand on them.
   Each has a key of its own, so that what is sent twice is taken once; a step that is done is written
   down before the next one, so that a page that dies in between goes on where it was. */

import { ApiError, send } from "./api";
import { deviceStore, isFinal, oneTabAtATime } from "./device-store";

export interface Question {
  plate: string;
  country: string; // empty: of this country
  lon: number;
  lat: number;
  accuracy_m: number;
  origin: "gps" | "pin";
}

export interface Wanted {
  offence: string;
  note: string;
  at: string; // the device's clock
  supervisor: boolean;
  photos: Blob[];
}

export interface CheckAnswer {
  check: string;
  at: string; // the moment that it is of, by the server's clock
  may_stand: boolean | null;
  reason: string;
  reason_words: string;
  place: string;
  zone: { number: string; name_ar: string; name_en: string; distance_to_edge_m: number } | null;
  rights: { kind: string; number: string; zone: string | null; until: string; paid: boolean | null }[];
  plate: { ar: string; en: string; kind: string };
  fined?: {
    number: string;
    issued_at: string;
    offence_ar: string;
    offence_en: string;
    zone: string | null;
  }[];
}

export interface Issued {
  id: string;
  number: string;
  state: "issued" | "proposed" | "dropped";
  why: string | null;
}

export interface Kept extends Question {
  key: string;
  person: number; // whose question it is: another's is not sent as one's own
  at: string; // the device's clock
  wanted: Wanted | null;
  answer: CheckAnswer | null;
  issued: Issued | null;
  refused: string | null; // in the server's words; it will not change by sending again
  done: boolean;
}

const store = deviceStore<Kept>("inspector", "kept");

export async function keep(kept: Kept): Promise<void> {
  await store.put(kept);
}

/* What the device holds of one thing now; nothing where it holds none. */
export async function heldHere(key: string): Promise<Partial<Kept>> {
  return (await store.get(key)) ?? {};
}

export async function forget(key: string): Promise<void> {
  await store.drop(key);
}

/* Everything on the device, the oldest first. */
export async function keptHere(): Promise<Kept[]> {
  const all = await store.all();
  return all.sort((a, b) => a.at.localeCompare(b.at));
}

/* What is asked at once is of now, by the server's clock; what was kept names its own moment. */
export function questionBody(kept: Kept, when: "now" | "then"): Record<string, unknown> {
  const { plate, country, lon, lat, accuracy_m, origin, at, key } = kept;
  const asked = { plate, lon, lat, accuracy_m, origin, key, ...(country ? { country } : {}) };
  return when === "now" ? asked : { ...asked, at, sent_at: new Date().toISOString() };
}

/* Write progress down beside what the page may have written meanwhile: what is wanted is the page's. */
function progress(key: string, made: Partial<Kept>, sentPhotos = 0): Promise<Kept> {
  return store.change(key, (held) => {
    const merged = { ...held!, ...made };
    merged.wanted?.photos.splice(0, sentPhotos);
    return merged;
  });
}

async function sendPhotos(kept: Kept, issued: Issued): Promise<Kept> {
  let held = kept;
  while (held.wanted?.photos.length) {
    const form = new FormData();
    form.append("photo", held.wanted.photos[0]!, "photo.jpg");
    await send("POST", `/api/parking/violations/${issued.id}/photos`, form);
    held = await progress(held.key, {}, 1);
  }
  return held;
}

async function sendViolation(kept: Kept, wanted: Wanted, check: string): Promise<Kept> {
  if (kept.issued) return kept;
  const { offence, note, at, supervisor } = wanted;
  const sent = { offence, note, at, supervisor, sent_at: new Date().toISOString() };
  const issued = await send<Issued>("POST", "/api/parking/violations", { check, key: kept.key, ...sent });
  return progress(kept.key, { issued });
}

/* Send one thing on from where it was. A refusal is written down; without a connection it throws. */
async function sendOn(found: Kept): Promise<Kept> {
  let kept = found;
  try {
    if (!kept.answer) {
      const answer = await send<CheckAnswer>("POST", "/api/parking/check", questionBody(kept, "then"));
      kept = await progress(kept.key, { answer });
    }
    if (kept.wanted) kept = await sendViolation(kept, kept.wanted, kept.answer!.check);
    if (kept.issued) kept = await sendPhotos(kept, kept.issued);
  } catch (error) {
    if (!(error instanceof ApiError) || !isFinal(error.status)) throw error;
    return progress(kept.key, { refused: error.message, done: true });
  }
  const wantedMeanwhile = (await progress(kept.key, {})).wanted !== null && !kept.issued;
  return progress(kept.key, { done: !wantedMeanwhile });
}

/* Send what is a person's own, in order, one at a time in all tabs; returns how much is still to be sent.
   One that the server cannot take now holds up no other; without a connection nothing is tried further. */
export async function sendKept(person: number, after: (kept: Kept) => void): Promise<number> {
  const run = async (): Promise<void> => {
    for (const kept of await keptHere()) {
      if (kept.done || kept.person !== person) continue;
      try {
        after(await sendOn(kept));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 0 || error.status === 401) return;
      }
    }
  };
  await oneTabAtATime("inspector-queue", run);
  return (await keptHere()).filter((kept) => !kept.done).length;
}
