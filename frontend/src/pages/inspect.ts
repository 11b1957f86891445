/* The inspector's page, for one hand and without a connection too: a plate, a place, one answer. */

import { ApiError, getJson, send } from "../lib/api";
import { readConfig, type CityConfig } from "../lib/config";
import {
  forget,
  heldHere,
  keep,
  keptHere,
  questionBody,
  sendKept,
  type CheckAnswer,
  type Kept,
  type Question,
} from "../lib/device-queue";
import { newKey } from "../lib/device-store";
import { announce, bdi, byId, h, icon } from "../lib/dom";
import { aboutMetres, rial } from "../lib/format";
import { keepThisPage } from "../lib/offline";
import { nameOf, say } from "../lib/say";
import type { ZoneAnswer } from "../lib/types";
import { createMap, type CityMap } from "../map/frame";
import { position } from "../map/overlays";
import { answerOf, keptAnswer, keptList } from "../parts/check-answer";
import { plateKeys } from "../parts/plate-keys";
import { edgesOf } from "../parts/zone-edges";

interface Offence {
  code: string;
  name_ar: string;
  name_en: string;
  fine_baisa: number;
  basis: string;
}

type InspectConfig = CityConfig & {
  offences: Offence[];
  countries: Record<string, { ar: string; en: string }>;
  person: number;
};

const GOOD_ENOUGH_M = 8;
const WATCH_MS = 12_000; // for the best fix of a few seconds, not the first
const AGAIN_MS = 20_000; // what is kept is offered to the server this often
const LONGEST_SIDE = 1600; // pixels of a photo: a plate is read, and a queue of them fits the device

const config = readConfig<InspectConfig>();
const page = document.querySelector<HTMLElement>(".inspect")!;
const answerBox = byId("check-answer");
const actsBox = byId("check-acts");
const online = byId("online");
const keptBox = byId("kept");
const go = byId<HTMLButtonElement>("check");
const foreign = byId<HTMLInputElement>("foreign");
const country = byId<HTMLSelectElement>("country");
const plate = plateKeys((isWhole) => (go.disabled = !isWhole && !foreign.value.trim()));
let city: CityMap | null = null;

function showOnline(): void {
  const on = navigator.onLine;
  online.className = `st ${on ? "pass" : "near"}`;
  online.replaceChildren(
    icon(on ? "pass" : "triangle"),
    on ? say("متصل", "Online") : say("لا اتصال", "Offline"),
  );
}

/* ---------- where: the best fix of a few seconds ---------- */

function fix(): Promise<GeolocationCoordinates> {
  return new Promise((resolve, reject) => {
    let best: GeolocationPosition | null = null;
    const end = (): void => {
      navigator.geolocation.clearWatch(watch);
      window.clearInterval(timer);
      if (best) resolve(best.coords);
    };
    const watch = navigator.geolocation.watchPosition(
      (found) => {
        if (!best || found.coords.accuracy < best.coords.accuracy) best = found;
        if (best.coords.accuracy <= GOOD_ENOUGH_M) end();
      },
      (error) => {
        end();
        if (!best) reject(new Error(error.message));
      },
      { enableHighAccuracy: true, maximumAge: 0, timeout: WATCH_MS + 8_000 },
    );
    // a fix that is merely fair is taken after two seconds of no better one
    const timer = window.setInterval(() => {
      if (best && Date.now() - best.timestamp > 2_000) end();
    }, 500);
  });
}

async function here(): Promise<Omit<Question, "plate" | "country">> {
  const { longitude, latitude, accuracy } = await fix();
  const read = byId("reading");
  read.textContent = `${say("دقة الموضع", "Accuracy")} ${aboutMetres(accuracy)}`;
  city?.setOverlay("position", position([longitude, latitude], accuracy));
  city?.camera.goTo({ center: [longitude, latitude], zoom: 18 });
  return { lon: longitude, lat: latitude, accuracy_m: Math.max(1, accuracy), origin: "gps" };
}

/* ---------- the question ---------- */

async function drawEdge(asked: Question): Promise<void> {
  const { lon, lat, accuracy_m } = asked;
  const query = `lon=${lon.toFixed(7)}&lat=${lat.toFixed(7)}&accuracy_m=${accuracy_m.toFixed(1)}`;
  const found = await getJson<ZoneAnswer>(`/api/parking/zones/at?${query}`);
  city?.setOverlay("edge", edgesOf(found, [lon, lat]));
}

async function ask(): Promise<void> {
  go.disabled = true;
  answerBox.replaceChildren(h("p", { class: "mute" }, say("نقرأ الموضع…", "Reading the position…")));
  actsBox.replaceChildren();
  try {
    const kept: Kept = {
      ...(await here()),
      ...(foreign.value.trim()
        ? { plate: foreign.value.trim(), country: country.value }
        : { plate: plate.text(), country: "" }),
      key: newKey(),
      person: config.person,
      at: new Date().toISOString(),
      wanted: null,
      answer: null,
      issued: null,
      refused: null,
      done: false,
    };
    await answer(kept);
  } catch (error) {
    noPosition(error as Error);
  } finally {
    go.disabled = !plate.isWhole() && !foreign.value.trim();
  }
}

function noPosition(error: Error): void {
  const words = error instanceof ApiError ? error.message : positionWords();
  answerBox.replaceChildren(
    h("div", { class: "verdict near", id: "answer", "data-answer": "error" }, icon("triangle"), words),
  );
}

function positionWords(): string {
  return say(
    "لم يصل موقع من الجهاز. اسمح بقراءته، واخرج إلى مكان مكشوف، ثم أعد المحاولة.",
    "The device gave no position. Allow it, go to an open place, and try again.",
  );
}

async function answer(kept: Kept): Promise<void> {
  try {
    kept.answer = await send<CheckAnswer>("POST", "/api/parking/check", questionBody(kept, "now"));
    show(kept, kept.answer);
    void drawEdge(kept).catch(() => undefined); // the answer stands without its drawing
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 0) throw error;
    await keep(kept);
    answerBox.replaceChildren(keptAnswer(kept));
    onTop();
    // near an edge nobody can know it here: then the supervisor decides
    actsBox.replaceChildren(violationButton(kept, true), nextButton());
    await showKept();
  }
}

/* The answer stands on top and whole; the keys and the next question wait below it. */
function onTop(): void {
  page.dataset.answered = "1";
  answerBox.scrollIntoView();
}

function show(kept: Kept, found: CheckAnswer): void {
  answerBox.replaceChildren(answerOf(kept, found));
  onTop();
  const unclear = ["near_edge", "ambiguous", "too_rough", "near_no_parking"].includes(found.reason);
  const acts: HTMLElement[] = [];
  if (found.may_stand === false) acts.push(violationButton(kept, false));
  if (unclear) acts.push(againButton(), violationButton(kept, true));
  if (found.reason === "payment_under_way") acts.push(againButton());
  if (found.may_stand && found.zone) acts.push(violationButton(kept, false));
  actsBox.replaceChildren(...acts, nextButton());
  const named = say(found.plate.ar, found.plate.en);
  announce(`${named}: ${answerBox.querySelector("h2")?.textContent ?? ""}. ${found.reason_words}`);
  if (found.may_stand === false) void suggest(kept);
}

/* A plate typed wrong by one sign would be fined for nothing: those that hold a right are offered. */
async function suggest(kept: Kept): Promise<void> {
  if (kept.country) return;
  const query = new URLSearchParams({ plate: kept.plate });
  const { plates } = await getJson<{ plates: { en: string; ar: string }[] }>(
    `/api/parking/plates/near?${query.toString()}`,
  );
  if (!plates.length) return;
  const chips = plates.map((one) =>
    h(
      "button",
      { type: "button", class: "chip", "data-near": one.en, onclick: () => retry(one.en) },
      h("bdi", { dir: "ltr", class: "n" }, say(one.ar, one.en)),
    ),
  );
  answerBox.append(
    h(
      "div",
      { id: "near" },
      h("p", { class: "s" }, say("أتقصد لوحة لها حق الآن؟", "Did you mean one that has a right now?")),
      h("div", { class: "btns" }, ...chips),
    ),
  );
}

function retry(text: string): void {
  foreign.value = "";
  plate.set(text);
  void ask();
}

function button(words: string, sign: string, kind: string, onclick: () => void, id: string): HTMLElement {
  return h("button", { type: "button", class: `btn ${kind} full tall`, id, onclick }, icon(sign), words);
}

function againButton(): HTMLElement {
  const words = say("خذ قراءة ثانية", "Take a second reading");
  return button(words, "locate", "", () => void ask(), "again");
}

function nextButton(): HTMLElement {
  const clear = (): void => {
    plate.set("");
    foreign.value = "";
    answerBox.replaceChildren();
    actsBox.replaceChildren();
    delete page.dataset.answered;
    byId("keys").scrollIntoView();
  };
  return button(say("لوحة أخرى", "Another plate"), "car", "two", clear, "next");
}

/* ---------- the violation ---------- */

function violationButton(kept: Kept, supervisor: boolean): HTMLElement {
  const words =
    supervisor && kept.answer
      ? say("اعرضها على المشرف", "Lay it before the supervisor")
      : say("حرّر مخالفة", "Issue a violation");
  const kind = kept.answer?.may_stand === false ? "stop" : "two";
  return button(words, "document", kind, () => violationForm(kept, supervisor), "violation");
}

function choices(kept: Kept): Offence[] {
  const covered = kept.answer?.may_stand === true; // then only what a ticket gives no right to
  return config.offences.filter((one) => !covered || one.basis !== "unpaid");
}

function violationForm(kept: Kept, supervisor: boolean): void {
  const offences = choices(kept);
  const fine = h("p", { class: "s", id: "fine" });
  const told = (): void => {
    const one = offences.find((other) => other.code === select.value);
    fine.replaceChildren(
      ...(one ? [say("الغرامة", "Fine"), " ", h("b", {}, bdi(rial(one.fine_baisa)))] : []),
    );
  };
  const select = h(
    "select",
    { class: "inp", id: "offence", "aria-describedby": "fine", onchange: told },
    ...offences.map((one) => h("option", { value: one.code }, nameOf(one))),
  );
  told();
  const note = h("input", { class: "inp", id: "note", maxlength: "300" });
  const photos = h("input", {
    class: "inp",
    id: "photos",
    type: "file",
    accept: "image/*",
    capture: "environment",
    multiple: true,
    required: true,
  });
  const form = h(
    "form",
    { class: "form", id: "violation-form" },
    field("offence", say("المخالفة", "Offence"), select, fine),
    field("photos", say("صور المركبة واللوحة والموضع", "Photos of vehicle, plate and place"), photos),
    field("note", say("ملاحظة (اختيارية)", "Note (optional)"), note),
    h(
      "button",
      { type: "submit", class: "btn stop full tall", id: "issue" },
      icon("document"),
      supervisor && kept.answer ? say("أرسلها إلى المشرف", "Send to the supervisor") : say("حرّر", "Issue"),
    ),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const files = [...(photos.files ?? [])];
    void issue(kept, { offence: select.value, note: note.value, supervisor, files });
  });
  actsBox.replaceChildren(form, nextButton());
  form.scrollIntoView();
}

function field(id: string, words: string, ...inputs: HTMLElement[]): HTMLElement {
  return h("div", { class: "field" }, h("label", { for: id }, words), ...inputs);
}

/* A photo as it is needed: small enough for a queue, its own place and device not told. */
async function smaller(file: File): Promise<Blob> {
  const image = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return await new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no photo"))), "image/jpeg", 0.85),
  );
}

interface Filled {
  offence: string;
  note: string;
  supervisor: boolean;
  files: File[];
}

async function issue(kept: Kept, filled: Filled): Promise<void> {
  const { offence, note, supervisor } = filled;
  try {
    const photos = await Promise.all(filled.files.map(smaller));
    kept.wanted = { offence, note, supervisor, photos, at: new Date().toISOString() };
    kept.done = false;
    await keep({ ...kept, ...(await heldHere(kept.key)), wanted: kept.wanted, done: false });
  } catch {
    const words = say(
      "تعذر حفظ المخالفة أو صورها على الجهاز. التقط صورة أخرى، أو أفرغ مكانًا.",
      "The violation or its photos could not be kept here. Take another photo, or free some space.",
    );
    actsBox.prepend(h("div", { class: "verdict fail", role: "alert" }, icon("triangle"), words));
    return;
  }
  actsBox.replaceChildren(nextButton());
  await sendAll();
  byId("kept-title").scrollIntoView();
}

/* ---------- what the device keeps ---------- */

async function showKept(): Promise<void> {
  const all = await keptHere();
  const waiting = all.filter((kept) => !kept.done).length;
  byId("kept-section").hidden = all.length === 0;
  byId("waiting").textContent = waiting ? String(waiting) : "";
  byId("waiting").dataset.count = String(waiting);
  keptBox.replaceChildren(...keptList(all, (kept) => void forget(kept.key).then(showKept)));
}

async function sendAll(): Promise<void> {
  await sendKept(config.person, () => void showKept());
  await showKept();
}

async function start(): Promise<void> {
  byId("keys").append(plate.element);
  go.addEventListener("click", () => void ask());
  for (const [code, name] of Object.entries(config.countries))
    if (code !== "OM") country.append(h("option", { value: code }, say(name.ar, name.en)));
  foreign.addEventListener("input", () => (go.disabled = !plate.isWhole() && !foreign.value.trim()));
  showOnline();
  for (const event of ["online", "offline"]) window.addEventListener(event, showOnline);
  window.addEventListener("online", () => void sendAll());
  window.setInterval(() => void sendAll(), AGAIN_MS);
  void sendAll();
  city = await createMap({
    config,
    container: byId("map"),
    overlays: ["position", "edge"],
    title: say("خريطة الموضع وحدود المناطق", "Map of the place and the edges of zones"),
    hash: false,
  });
  void here().catch(() => undefined); // the map begins where the inspector stands
  await keepThisPage();
}

void start();
