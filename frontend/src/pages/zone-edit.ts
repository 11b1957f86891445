/* The zone manager's editor: what the hand does is a list of operations; the server applies it to the zones as a
   coverage, and says which zones are concerned, what is wrong, and who would gain and lose. */

import type { Position } from "geojson";
import { ApiError, getJson, isAbort, latest, send } from "../lib/api";
import { readConfig } from "../lib/config";
import { announce, byId, h, maybe } from "../lib/dom";
import { date } from "../lib/format";
import { westernDigits } from "../lib/digits";
import { say } from "../lib/say";
import {
  aboutOf,
  Log,
  operationWords,
  placeOf,
  zonesNow,
  type Checked,
  type EditorConfig,
  type Impact,
  type Opened,
  type PieceFeature,
  type Operation,
  type ZoneFeature,
} from "../lib/zone-edit";
import { extent } from "../map/extent";
import { createMap, type CityMap } from "../map/frame";
import { collection, EMPTY, feature } from "../map/overlays";
import { drawingWords, ZoneHand, type ZoneTool } from "../map/zone-hand";
import {
  faultsOverlay,
  grips,
  piecesOverlay,
  sketchOverlay,
  zoneEditLayers,
  ZONE_OVERLAYS,
  zonesOverlay,
} from "../map/zone-layers";
import { focusCorner } from "../parts/zone-corners";
import {
  announceChecked,
  concernedWords,
  drawEnded,
  zoneCard,
  zoneRow,
  zonesCount,
} from "../parts/zone-card";
import { isNamed, marked, newZone, unmarked } from "../parts/new-zone";
import { faultList } from "../parts/zone-faults";
import { impactTables } from "../parts/zone-impact";
import { toast } from "../parts/toast";
import { errorBox } from "../parts/waiting";

const config = readConfig<EditorConfig>();
const SETTLE_MS = 400; // a hand at work is told who gains and loses when it rests
const log = new Log();
const ask = latest();
const look = latest();
let city: CityMap | null = null;
let hand: ZoneHand | null = null;
let opened: Opened | null = null;
let checked: Checked | null = null;
let impact: Impact | null = null;
let chosen: string | null = null;
let timer = 0;

function zones(): ZoneFeature[] {
  return opened ? zonesNow(opened, checked) : [];
}

function chosenZone(): ZoneFeature | undefined {
  return zones().find((zone) => zone.properties.number === chosen);
}

function edit(): Record<string, unknown> {
  return { kind: config.kind, from: config.from, base: opened?.base, operations: log.done };
}

/* ---------- what is shown ---------- */

function drawZones(shown: ZoneFeature[] | null): void {
  const now = shown ?? zones();
  city?.setOverlay("ze-zones", zonesOverlay(now, chosen, checked?.concerned ?? []));
  city?.setOverlay(
    "ze-grips",
    grips(
      now,
      now.find((zone) => zone.properties.number === chosen),
    ),
  );
}

function drawAll(): void {
  drawZones(null);
  city?.setOverlay("ze-faults", faultsOverlay(checked?.faults.features ?? []));
  city?.setOverlay("ze-pieces", impact ? piecesOverlay(impact.moving.features, chosen) : EMPTY);
}

function drawList(): void {
  const wanted = westernDigits(byId<HTMLInputElement>("find").value.trim()).toLowerCase();
  const shown = zones().filter((zone) => {
    const { number: code, name_ar, name_en } = zone.properties;
    return !wanted || [code, name_ar, name_en].some((text) => text.toLowerCase().includes(wanted));
  });
  const concerned = checked?.concerned ?? [];
  byId("zone-list").replaceChildren(
    ...shown.map((zone) => zoneRow(zone, chosen, concerned, (code) => pick(code, true))),
  );
}

function drawChosen(): void {
  const held = document.activeElement?.closest("[data-at]")?.getAttribute("data-at");
  byId("chosen").replaceChildren(
    ...zoneCard(zones(), chosenZone(), {
      act,
      nudge,
      split: () => use("split"),
      step: () => Number(byId<HTMLSelectElement>("step").value),
      point: showPoint,
      sheet: config.sheet,
      names: config.names,
      isOpen: maybe<HTMLDetailsElement>("corners-box")?.open ?? false,
    }),
  );
  if (held) focusCorner(wantedFocus ?? held.split(",").map(Number));
  wantedFocus = null;
}

function showPoint(at: Position | null): void {
  if (hand?.tool !== "edit") return;
  city?.setOverlay("ze-sketch", at ? collection(feature(placeOf(at), { part: "point" })) : EMPTY);
  if (at && city && !city.map.getBounds().contains([at[0]!, at[1]!]))
    city.camera.goTo({ center: [at[0]!, at[1]!], zoom: city.map.getZoom() });
}

let wantedFocus: Position | null = null;

function drawFaults(): void {
  const faults = checked?.faults.features ?? [];
  byId("faults").replaceChildren(
    ...faultList(faults, {
      act,
      show: (fault) => city?.camera.goTo({ center: fault.properties.at as [number, number], zoom: 18 }),
    }),
  );
}

function drawDone(): void {
  byId<HTMLButtonElement>("undo").disabled = !log.canUndo;
  byId<HTMLButtonElement>("redo").disabled = !log.canRedo;
  byId("done").replaceChildren(...log.done.slice(-8).map((one) => h("li", {}, operationWords(one))));
  byId("concerned").replaceChildren(concernedWords(checked?.concerned ?? []));
  byId<HTMLButtonElement>("save").disabled = !checked?.can_be_saved;
}

function drawImpact(): void {
  const box = byId("impact");
  box.replaceChildren(
    ...impactTables(impact, date(config.from), (piece: PieceFeature) => {
      const all = extent([piece]);
      if (all && city) city.map.fitBounds(all, { padding: 120, maxZoom: 19 });
    }),
  );
}

function render(): void {
  drawAll();
  drawList();
  drawEnded(byId("ended-box"), opened?.ended ?? [], zones(), act);
  drawChosen();
  drawFaults();
  drawDone();
  drawImpact();
}

/* ---------- what is done ---------- */

function pick(code: string, fly = false): void {
  chosen = code;
  render();
  const zone = chosenZone();
  if (!zone) return;
  announce(say(`المنطقة ${code}`, `Zone ${code}`));
  const box = extent([zone]);
  if (fly && box && city) city.map.fitBounds(box, { padding: 80, maxZoom: 18 });
}

function act(operation: Operation): void {
  log.push(operation);
  void check(operation);
}

function nudge(at: Position, to: Position): void {
  wantedFocus = to;
  log.nudge(at, to);
  void check(null);
}

/* Tells whether the server did it; what it would not do is told at once, or by whoever asked. */
async function check(tried: Operation | null, onRefused = refused): Promise<boolean> {
  if (!opened) return false;
  document.body.setAttribute("aria-busy", "true");
  document.documentElement.dataset.checked = "0";
  try {
    const found = log.done.length
      ? await ask((signal) => send<Checked>("POST", `${config.api}/check`, edit(), signal))
      : null;
    checked = found;
    impact = null;
    chosen = aboutOf(tried) ?? chosen;
    if (tried?.op === "reopen") pick(tried.zone, true); // it may lie out of sight
    render();
    announceChecked(checked);
    clearTimeout(timer);
    if (found?.can_be_saved) timer = window.setTimeout(() => void preview(), SETTLE_MS);
    return true;
  } catch (error) {
    if (!isAbort(error)) onRefused(error as ApiError);
    return false;
  } finally {
    document.body.removeAttribute("aria-busy");
    document.documentElement.dataset.checked = "1";
  }
}

/* What the server would not do has not been done. */
function refused(error: ApiError): void {
  if (error.status === 409) return stale(error);
  if (error.status) log.drop();
  toast(error.why, "triangle");
  announce(error.why);
  render();
}

function stale(error: ApiError): void {
  byId("faults").replaceChildren(errorBox(error.message, error.reference, () => location.reload()));
  byId<HTMLButtonElement>("save").disabled = true;
  announce(error.message);
}

async function preview(): Promise<void> {
  const box = byId("impact");
  try {
    impact = await look((signal) => send<Impact>("POST", `${config.api}/preview`, edit(), signal));
    drawImpact();
    drawAll();
    box.dataset.ready = String(log.done.length);
  } catch (error) {
    if (isAbort(error)) return;
    const problem = error as ApiError;
    if (problem.status === 409) stale(problem);
    else box.replaceChildren(errorBox(problem.message, problem.reference, () => void preview()));
  }
}

async function save(e: Event): Promise<void> {
  e.preventDefault();
  const source = byId<HTMLInputElement>("source");
  if (!source.value.trim()) {
    source.focus();
    toast(
      say("اكتب القرار الذي يستند إليه التعديل", "Write the decision that the edit rests on"),
      "triangle",
    );
    return;
  }
  const button = byId<HTMLButtonElement>("save");
  button.disabled = true;
  const correction = maybe<HTMLInputElement>("correction")?.checked ?? false;
  try {
    await send("POST", config.api, { ...edit(), source: source.value.trim(), correction });
    const kept = checked?.concerned.length ?? 0;
    log.done = [];
    checked = null;
    impact = null;
    await open();
    toast(
      say(
        `حُفظ التعديل من ${date(config.from)}: ${zonesCount(kept)}`,
        `Kept from ${date(config.from)}: ${zonesCount(kept)}`,
      ),
    );
    byId("save-form").dataset.saved = "1";
  } catch (error) {
    const problem = error as ApiError;
    if (problem.status === 409) stale(problem);
    toast(problem.message, "triangle");
    button.disabled = false;
  }
}

/* ---------- something new: drawn or split off ---------- */

function use(tool: ZoneTool): void {
  hand?.use(tool);
  document
    .querySelectorAll<HTMLButtonElement>("[data-tool]")
    .forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.tool === tool)));
  byId("drawing").hidden = tool === "edit";
  byId("new-zone").hidden = true;
  if (tool === "edit") return;
  byId("drawing-words").textContent = drawingWords(tool, chosen ?? "");
  city?.map.getCanvas().focus();
}

let pending: Position[] = [];

function finished(points: Position[]): void {
  pending = points;
  unmarked();
  byId("new-zone").hidden = false;
  byId<HTMLInputElement>("new-number").focus();
}

function named(e: Event): void {
  e.preventDefault();
  const zone = newZone();
  const isSplit = hand?.tool === "split" && chosen !== null;
  const isClosed = opened?.ended.some((one) => one.number === zone.number) ?? false;
  unmarked();
  if (isClosed && !isSplit) {
    void added({ op: "reopen", zone: zone.number, corners: pending }); // it has its names
    return;
  }
  if (!isNamed(zone)) return;
  const operation: Operation = isSplit
    ? { op: "split", zone: chosen!, line: pending, ...zone }
    : { op: "draw", corners: pending, ...zone };
  void added(operation);
}

/* The drawing and its names stay until the server has taken them. */
async function added(operation: Operation): Promise<void> {
  const button = byId<HTMLButtonElement>("add-zone");
  button.disabled = true;
  log.push(operation);
  const isDone = await check(operation, notAdded);
  button.disabled = false;
  if (!isDone) return;
  byId<HTMLFormElement>("new-zone").reset();
  use("edit");
}

/* A refusal is told in the form: at the field where it is one's, else above the button. */
function notAdded(error: ApiError): void {
  if (error.status === 409) return stale(error);
  log.drop(); // without a connection too: it is tried again by the same button
  marked(error.errors[0]?.pointer.split("/")[2] ?? "", error.why);
  drawDone();
}

/* ---------- the page ---------- */

async function open(): Promise<void> {
  opened = await getJson<Opened>(`${config.api}?kind=${config.kind}&on=${config.from}`);
  render();
  const later = byId("later");
  later.hidden = opened.later === null;
  if (opened.later)
    byId("later-words").textContent = say(
      `هناك تغيير مقرر ليوم ${date(opened.later)}؛ التعديل قبله لا يُحفظ.`,
      `A change is already set for ${date(opened.later)}; an edit before it is not kept.`,
    );
}

function undo(): void {
  if (log.undo()) void check(null);
}

function redo(): void {
  if (log.redo()) void check(null);
}

function keys(e: KeyboardEvent): void {
  const isTyping = (e.target as HTMLElement).matches("input, select, textarea");
  if (isTyping || !(e.ctrlKey || e.metaKey)) return;
  if (e.code === "KeyZ" && !e.shiftKey) undo();
  else if (e.code === "KeyY" || (e.code === "KeyZ" && e.shiftKey)) redo();
  else return;
  e.preventDefault();
}

function listen(): void {
  byId("undo").addEventListener("click", undo);
  byId("redo").addEventListener("click", redo);
  byId("find").addEventListener("input", drawList);
  byId("save-form").addEventListener("submit", (e) => void save(e));
  byId("new-zone").addEventListener("submit", named);
  byId("finish").addEventListener("click", () => hand?.finish());
  byId("back").addEventListener("click", () => hand?.back());
  byId("stop").addEventListener("click", () => use("edit"));
  document
    .querySelectorAll<HTMLButtonElement>("[data-tool]")
    .forEach((button) => button.addEventListener("click", () => use(button.dataset.tool as ZoneTool)));
  addEventListener("keydown", keys);
  addEventListener("beforeunload", (e) => {
    if (log.canUndo) e.preventDefault();
  });
}

function fitAll(): void {
  const box = extent(zones());
  if (box && city) city.map.fitBounds(box, { padding: 60, maxZoom: 17, animate: false });
}

async function start(): Promise<void> {
  listen();
  const container = byId("map");
  city = await createMap({
    config,
    container,
    overlays: ZONE_OVERLAYS,
    title: say(
      "خريطة المناطق قيد التعديل. عند الرسم: الأسهم للتحريك، Enter لرأس في الوسط.",
      "Map of the zones under edit. When drawing: arrows move, Enter sets a corner in the middle.",
    ),
    data: (colours) => ({ sources: {}, layers: zoneEditLayers(colours) }),
    groups: [
      { id: "uses", label: say("استعمال الأرض", "Land use"), on: false },
      { id: "buildings", label: say("المباني", "Buildings"), on: true },
      { id: "roads", label: say("الطرق وأسماؤها", "Roads and their names"), on: true },
      { id: "numbers", label: say("أرقام القطع", "Plot numbers"), on: false },
    ],
    maxZoom: 21,
  });
  if (city) {
    hand = new ZoneHand({
      map: city.map,
      zones,
      chosen: chosenZone,
      pick: (code) => pick(code),
      act,
      live: drawZones,
      sketch: (points, pointer) => city?.setOverlay("ze-sketch", sketchOverlay(points, pointer)),
      finished,
    });
  }
  try {
    await open();
    fitAll();
    document.documentElement.dataset.opened = "1";
  } catch (error) {
    const problem = error as ApiError;
    byId("faults").replaceChildren(errorBox(problem.message, problem.reference, () => location.reload()));
  }
}

void start();
