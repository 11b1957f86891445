/* What a device keeps of reports until the server has them: drafts with their photos and every position that was
   known, each with the moment it was fixed. A report has a key of its own, so that what is sent twice is taken once;
   each photo that has arrived is written down before the next goes out. */

import { ApiError, send } from "./api";
import { deviceStore, isFinal, newKey, oneTabAtATime } from "./device-store";
import { fixesToSend, type Bounds, type Fix } from "./fixes";

export interface KeptPhoto {
  id: string; // of this device
  name: string;
  blob: Blob | null; // gone once the report is there
  sent: string | null; // the server's id
  fix: Fix | null; // what the photo said of itself, read before it was made smaller
}

export type Stage = "draft" | "waiting" | "sent" | "refused";

export interface Draft {
  key: string;
  person: number | null; // whose it is; null: made by somebody who was not signed in
  stage: Stage;
  madeAt: string; // the device's clock
  changedAt: string;
  category: string; // empty: none yet
  description: string;
  photos: KeptPhoto[];
  fixes: Fix[]; // of the device and by hand; those of photos are beside them
  sure: boolean; // asked where it is, and has said so
  words: string | null; // why it was refused, or waits, in the server's words
  badPhoto: string | null; // which photo was refused
  notBefore: string | null; // too many were sent: not tried again before
  made: Made | null;
}

export interface Made {
  id: string;
  number: string;
  due_at: string | null;
  url: string;
}

/* What sending came to: "kept" where there was no connection, "sign_in" where nobody is known any more. */
export type Outcome = "sent" | "refused" | "kept" | "later" | "sign_in" | "gone";

const PAUSE_MS = 10 * 60_000; // after "too many"
const store = deviceStore<Draft>("reports", "drafts");

export function newDraft(person: number | null): Draft {
  const now = new Date().toISOString();
  return {
    key: newKey(),
    person,
    stage: "draft",
    madeAt: now,
    changedAt: now,
    category: "",
    description: "",
    photos: [],
    fixes: [],
    sure: false,
    words: null,
    badPhoto: null,
    notBefore: null,
    made: null,
  };
}

export function isEmpty(draft: Draft): boolean {
  const byHand = draft.fixes.some((fix) => fix.origin === "pin");
  return !draft.photos.length && !draft.category && !draft.description.trim() && !byHand;
}

/* Every position that a draft knows. */
export function allFixes(draft: Draft): Fix[] {
  return [...draft.fixes, ...draft.photos.flatMap((photo) => (photo.fix ? [photo.fix] : []))];
}

/* Write what the form holds. Where another tab has meanwhile sent it, the form's is a new one: nothing is lost. */
export async function keepDraft(draft: Draft): Promise<Draft> {
  const held = await store.get(draft.key);
  const own =
    held && held.stage !== "draft" && held.stage !== "refused" ? { ...draft, key: newKey() } : draft;
  const kept = { ...own, changedAt: new Date().toISOString() };
  await store.put(kept);
  return kept;
}

export async function forgetDraft(key: string): Promise<void> {
  await store.drop(key);
}

/* What this person sees of what the device keeps, the newest first: their own, and what nobody has claimed. */
export async function draftsHere(person: number | null): Promise<Draft[]> {
  const all = await store.all();
  const theirs = all.filter((draft) => draft.person === person || draft.person === null);
  return theirs.sort((a, b) => b.changedAt.localeCompare(a.changedAt));
}

/* It is complete and goes out, now or when the network returns. Claimed by whoever is signed in. */
export async function letGo(draft: Draft, person: number | null): Promise<Draft> {
  const waiting: Draft = { ...draft, person, stage: "waiting", words: null, badPhoto: null, notBefore: null };
  return keepDraft(waiting);
}

/* Back into the form: what was refused, or what waits and is to be changed; its key stays. */
export async function takeBack(key: string): Promise<Draft> {
  return store.change(key, (held) => ({ ...held!, stage: "draft" }));
}

export function reportBody(draft: Draft, city: Bounds, now: string): Record<string, unknown> {
  const fixes = fixesToSend(allFixes(draft), city).map((fix) => ({
    origin: fix.origin,
    lon: Number(fix.lon.toFixed(7)),
    lat: Number(fix.lat.toFixed(7)),
    ...(fix.accuracyM === null ? {} : { accuracy_m: Math.round(fix.accuracyM * 10) / 10 }),
    ...(fix.at === null ? {} : { at: fix.at }),
  }));
  return {
    category: draft.category,
    description: draft.description.trim(),
    fixes,
    photos: draft.photos.flatMap((photo) => (photo.sent ? [photo.sent] : [])),
    made_at: draft.madeAt,
    sent_at: now,
    key: draft.key,
    sure: draft.sure,
    channel: "app",
  };
}

async function sendPhotos(draft: Draft, write: Write): Promise<Draft> {
  let held = draft;
  for (const photo of draft.photos) {
    if (photo.sent || !photo.blob) continue;
    const form = new FormData();
    form.append("photo", photo.blob, photo.name);
    try {
      const { id } = await send<{ id: string }>("POST", "/api/observations/photos", form);
      const photos = held.photos.map((one) => (one.id === photo.id ? { ...one, sent: id } : one));
      held = await write({ photos });
    } catch (error) {
      if (!(error instanceof ApiError) || !isFinal(error.status)) throw error;
      return write({ stage: "refused", words: error.message, badPhoto: photo.id });
    }
  }
  return held;
}

type Write = (made: Partial<Draft>) => Promise<Draft>;

/* Send one report on from where it was. A refusal is written down; without a connection it throws. */
async function sendOn(found: Draft, city: Bounds, write: Write): Promise<Draft> {
  const held = await sendPhotos(found, write);
  if (held.stage === "refused") return held;
  try {
    const body = reportBody(held, city, new Date().toISOString());
    const made = await send<Made>("POST", "/api/observations", body);
    const photos = held.photos.map((photo) => ({ ...photo, blob: null }));
    return await write({ stage: "sent", made, photos, words: null });
  } catch (error) {
    if (!(error instanceof ApiError) || !isFinal(error.status)) throw error;
    return write({ stage: "refused", words: error.errors.length ? error.why : error.message });
  }
}

export interface Sending {
  city: Bounds;
  told: (draft: Draft) => void; // after each step
}

/* Send one; the caller holds the lock. The words of what holds it up are kept beside it. */
async function sendOne(draft: Draft, { city, told }: Sending): Promise<Outcome> {
  let held = draft;
  const write: Write = async (made) => {
    held = await store
      .change(draft.key, (kept) => ({ ...(kept ?? held), ...made }))
      .catch(() => ({ ...held, ...made })); // a full device does not hold up what can be sent now
    told(held);
    return held;
  };
  try {
    const { stage } = await sendOn(draft, city, write);
    return stage === "sent" ? "sent" : "refused";
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 0) return "kept";
    if ([401, 403].includes(error.status)) return "sign_in";
    const notBefore = new Date(Date.now() + PAUSE_MS).toISOString();
    await write({ words: error.message, notBefore });
    return "later";
  }
}

/* Send this one now, whatever its pause; where another tab is at it, what that came to. */
export async function sendNow(draft: Draft, sending: Sending): Promise<Outcome> {
  let outcome: Outcome = "gone";
  await oneTabAtATime("report-queue", async () => {
    const held = (await store.get(draft.key).catch(() => undefined)) ?? draft;
    if (held.stage === "sent") sending.told(held);
    outcome = held.stage === "sent" ? "sent" : await sendOne({ ...held, stage: "waiting" }, sending);
  });
  return outcome;
}

/* Send what waits and is this person's own, in order, one at a time in all tabs. */
export async function sendWaiting(person: number | null, sending: Sending): Promise<void> {
  if (person === null || !navigator.onLine) return;
  await oneTabAtATime("report-queue", async () => {
    const all = (await store.all()).sort((a, b) => a.madeAt.localeCompare(b.madeAt));
    const now = new Date().toISOString();
    for (const draft of all) {
      if (draft.stage !== "waiting" || draft.person !== person) continue;
      if (draft.notBefore !== null && draft.notBefore > now) continue;
      const outcome = await sendOne(draft, sending);
      if (outcome === "kept" || outcome === "sign_in") return;
    }
  });
}
