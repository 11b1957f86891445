/* What an inspector's device keeps until the server has it: checks, and violations that stand on them.
   Each has a key of its own, so that what is sent twice is taken once; a step that is done is written
   down before the next one, so that a page that dies in between goes on where it was. */

import { ApiError, send } from "./api";

export interface Question {
  plate: string;
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
  may_stand: boolean | null;
  reason: string;
  reason_words: string;
  place: string;
  zone: { number: string; name_ar: string; name_en: string; distance_to_edge_m: number } | null;
  rights: { kind: string; number: string; zone: string | null; until: string; paid: boolean | null }[];
  plate: { ar: string; en: string; kind: string };
}

export interface Issued {
  id: string;
  number: string;
  state: "issued" | "proposed" | "dropped";
  why: string | null;
}

export interface Kept extends Question {
  key: string;
  at: string; // the device's clock
  wanted: Wanted | null;
  answer: CheckAnswer | null;
  issued: Issued | null;
  refused: string | null; // in the server's words; it will not change by sending again
  done: boolean;
}

const NAME = "inspector";
const STORE = "kept";

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("no database on this device"));
  });
}

async function inStore<T>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await opened();
  try {
    return await new Promise<T>((resolve, reject) => {
      const change = database.transaction(STORE, mode);
      const request = act(change.objectStore(STORE));
      change.oncomplete = () => resolve(request.result);
      change.onerror = change.onabort = () => reject(change.error ?? new Error("not kept on this device"));
    });
  } finally {
    database.close();
  }
}

export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (n) => n.toString(16).padStart(2, "0")).join(
    "",
  );
}

export async function keep(kept: Kept): Promise<void> {
  await inStore("readwrite", (store) => store.put(kept));
}

export async function forget(key: string): Promise<void> {
  await inStore("readwrite", (store) => store.delete(key));
}

/* Everything on the device, the oldest first. */
export async function keptHere(): Promise<Kept[]> {
  const all = await inStore<Kept[]>("readonly", (store) => store.getAll() as IDBRequest<Kept[]>);
  return all.sort((a, b) => a.at.localeCompare(b.at));
}

/* What is asked at once is of now, by the server's clock; what was kept names its own moment. */
export function questionBody(kept: Kept, when: "now" | "then"): Record<string, unknown> {
  const { plate, lon, lat, accuracy_m, origin, at, key } = kept;
  const asked = { plate, lon, lat, accuracy_m, origin, key };
  return when === "now" ? asked : { ...asked, at, sent_at: new Date().toISOString() };
}

async function sendPhotos(kept: Kept, wanted: Wanted, issued: Issued): Promise<void> {
  while (wanted.photos.length) {
    const form = new FormData();
    form.append("photo", wanted.photos[0]!, "photo.jpg");
    await send("POST", `/api/parking/violations/${issued.id}/photos`, form);
    wanted.photos.shift();
    await keep(kept);
  }
}

/* Send one thing on from where it was. A refusal is written down; without a connection it throws. */
async function sendOn(kept: Kept): Promise<void> {
  try {
    if (!kept.answer) {
      kept.answer = await send<CheckAnswer>("POST", "/api/parking/check", questionBody(kept, "then"));
      await keep(kept);
    }
    const { wanted } = kept;
    if (wanted && !kept.issued) {
      const { offence, note, at, supervisor } = wanted;
      const sent = { offence, note, at, supervisor, sent_at: new Date().toISOString() };
      const body = { check: kept.answer.check, key: kept.key, ...sent };
      kept.issued = await send<Issued>("POST", "/api/parking/violations", body);
      await keep(kept);
    }
    if (wanted && kept.issued) await sendPhotos(kept, wanted, kept.issued);
  } catch (error) {
    if (!(error instanceof ApiError) || !isFinal(error.status)) throw error;
    kept.refused = error.message;
  }
  kept.done = true;
  await keep(kept);
}

/* A refusal that sending again does not change; signed out (401, 404, 403) and our faults are none. */
function isFinal(status: number): boolean {
  return [400, 409, 413, 422].includes(status);
}

/* Send what is kept, in order, one at a time in all tabs; returns how much is still to be sent. */
export async function sendKept(after: (kept: Kept) => void): Promise<number> {
  const run = async (): Promise<void> => {
    for (const kept of await keptHere()) {
      if (kept.done) continue;
      await sendOn(kept);
      after(kept);
    }
  };
  try {
    await (navigator.locks ? navigator.locks.request("inspector-queue", run) : run());
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
  return (await keptHere()).filter((kept) => !kept.done).length;
}
