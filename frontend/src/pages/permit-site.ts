/* The site plan of an application: the office draws and sees each rule turn; officers read the same. */

import type { FeatureCollection, Position } from "geojson";
import { ApiError, isAbort, latest, send } from "../lib/api";
import { readConfig, type CityConfig } from "../lib/config";
import { announce, byId, h, icon, maybe } from "../lib/dom";
import { metres, squareMetres } from "../lib/format";
import { say } from "../lib/say";
import {
  partsOf,
  siteOf,
  summary,
  type Ground,
  type PartFeature,
  type Role,
  type Sheet,
  type SiteLine,
  type SiteVersion,
} from "../lib/site";
import { boxOf } from "../map/camera";
import { Drawing, propertiesOf, type Tool } from "../map/drawing";
import { extent } from "../map/extent";
import { createMap, keepLegendFree, type CityMap } from "../map/frame";
import { EMPTY, collection, plotSelection } from "../map/overlays";
import { currentTheme, onTheme, palette } from "../map/palette";
import { rectangle } from "../map/placing";
import { runs, snapTo } from "../map/snapping";
import {
  SITE_OVERLAYS,
  gridScale,
  envelopeOf,
  failsOf,
  siteLayers,
  siteWords,
  wordsOf,
} from "../map/site-layers";
import { WORKS_OVERLAYS, beyondOf, buildingsOf, worksOver, type Deviation } from "../map/works-layers";
import { firstWrong } from "../parts/measure-field";
import { measuresTyped } from "../parts/measures-form";
import { partList } from "../parts/part-list";
import { DxfPanel } from "../parts/dxf-panel";
import { sheetTable, verdictBox } from "../parts/sheet-table";
import { toast } from "../parts/toast";
import { errorBox } from "../parts/waiting";

/* A survey of what was built says how it differs from what was approved. */
type Surveyed = SiteVersion & { deviation?: Deviation | null };

interface SiteConfig extends CityConfig {
  application: { id: string; state: string; plots: { number: string }[]; site: Surveyed | null };
  ground: Ground | null;
  approved?: FeatureCollection | null; // of an as-built survey: what it is held against
  may_draw: boolean;
  api: string;
  case_url: string;
}

const config = readConfig<SiteConfig>();
const sheetBox = byId("sheet");
const listBox = maybe("parts");
const scale = gridScale(config.ground);
const SETTLE_MS = 350; // a hand that drags is asked for its drawing when it rests
const ask = latest();
let city: CityMap | null = null;
let drawing: Drawing | null = null;
let timer = 0;
let isSaved = true;
let origin = "map";

/* What is drawn now; for who only reads, the plan as it is kept. */
function parts(): PartFeature[] {
  return drawing?.entries().map((entry) => entry.part) ?? kept();
}

function kept(): PartFeature[] {
  return config.application.site?.site.features ?? [];
}

function fixedParts(): PartFeature[] {
  const fixed = drawing?.entries().filter((entry) => entry.fixed);
  return fixed?.map((entry) => entry.part) ?? kept();
}

function point(line: SiteLine): void {
  if (!line.geometry || !city) return;
  const box = extent([{ type: "Feature", geometry: line.geometry, properties: {} }]);
  if (box) city.map.fitBounds(box, { padding: 120, maxZoom: 20 });
}

function show(sheet: Sheet): void {
  sheetBox.replaceChildren(verdictBox(sheet), sheetTable(sheet, point));
  city?.setOverlay("site-fails", failsOf(sheet.rules));
  reasons(sheet);
}

/* What fails and is not mended needs a reason that the auditor reads. */
function reasons(sheet: Sheet): void {
  const box = maybe("reasons");
  if (!box || !config.may_draw) return;
  const failing = [
    ...new Map(sheet.rules.filter((l) => l.status === "fail").map((l) => [l.rule, l])).values(),
  ];
  const held = told();
  box.replaceChildren(
    ...failing.map((line) =>
      h(
        "div",
        { class: "field" },
        h("label", { for: `why-${line.rule}` }, say(`سبب المخالفة: ${line.name}`, `Reason: ${line.name}`)),
        h("input", {
          class: "inp",
          id: `why-${line.rule}`,
          "data-why": line.rule,
          maxlength: 500,
          value: held[line.rule] ?? line.reason ?? "",
        }),
      ),
    ),
  );
}

function told(): Record<string, string> {
  const found: Record<string, string> = {};
  document.querySelectorAll<HTMLInputElement>("[data-why]").forEach((input) => {
    if (input.value.trim()) found[input.dataset.why!] = input.value.trim();
  });
  return found;
}

function failed(error: unknown): void {
  if (isAbort(error)) return;
  const problem = error as ApiError;
  sheetBox.replaceChildren(errorBox(problem.message, problem.reference, () => void check()));
}

async function check(): Promise<void> {
  const drawn = parts();
  if (!drawn.length) {
    sheetBox.replaceChildren();
    city?.setOverlay("site-fails", EMPTY);
    return;
  }
  try {
    const sheet = await ask((signal) =>
      send<Sheet>("POST", `${config.api}/check`, { site: siteOf(drawn) }, signal),
    );
    show(sheet);
    announce(summary(sheet.rules));
  } catch (error) {
    failed(error);
  }
}

function changed(): void {
  isSaved = false;
  city?.setOverlay("site-words", wordsOf(parts(), scale));
  city?.setOverlay("fixed-parts", collection(...fixedParts()));
  if (listBox && drawing) {
    const held = drawing;
    const active = document.activeElement?.id ?? "";
    listBox.replaceChildren(
      partList(
        held.entries(),
        held.selected,
        {
          say: (id, what) => held.say(id, what),
          pick: (id) => held.pick(id),
          remove: (id) => held.remove(id),
        },
        scale,
      ),
    );
    if (active) maybe(active)?.focus();
  }
  clearTimeout(timer);
  timer = window.setTimeout(() => void check(), SETTLE_MS);
}

/* What was built over what was approved: said in metres, and drawn where it stands out. */
function compare(found: Deviation | null): void {
  const box = maybe("deviation");
  if (!box || !found) return;
  city?.setOverlay("beyond", beyondOf(found));
  const tone = found.is_within ? "pass" : "fail";
  const beyond = say(
    `${squareMetres(found.beyond_m2)} خارج المعتمد، أبعدها ${metres(found.beyond_m)}`,
    `${squareMetres(found.beyond_m2)} beyond the approved, the furthest by ${metres(found.beyond_m)}`,
  );
  const missing = say(
    `معتمد لم يُبنَ: ${squareMetres(found.missing_m2)}`,
    `Approved, not built: ${squareMetres(found.missing_m2)}`,
  );
  box.replaceChildren(
    h(
      "div",
      { class: `verdict ${tone}`, role: "status", "data-within": String(found.is_within) },
      icon(tone),
      h(
        "div",
        {},
        h("p", { class: "b" }, found.is_within ? say("كما اعتُمد", "As approved") : beyond),
        h("p", { class: "s" }, missing),
      ),
    ),
  );
}

async function save(): Promise<void> {
  const wrong = listBox && firstWrong(listBox);
  if (wrong) {
    wrong.focus();
    toast(say("صحّح ما كُتب للأجزاء ثم احفظ", "Mend what is written at the parts, then keep"), "triangle");
    return;
  }
  const button = byId<HTMLButtonElement>("save");
  button.disabled = true;
  try {
    const site = await send<Surveyed>("PUT", `${config.api}/site`, {
      site: siteOf(parts()),
      reasons: told(),
      origin,
    });
    isSaved = true;
    show(site);
    compare(site.deviation ?? null);
    toast(say(`حُفظت النسخة ${site.version} من المخطط`, `Version ${site.version} of the site plan is kept`));
    maybe("onward")?.removeAttribute("hidden");
  } catch (error) {
    toast((error as ApiError).message, "triangle");
  } finally {
    button.disabled = false;
  }
}

function addByMeasures(e: Event): void {
  e.preventDefault();
  const ground = config.ground;
  if (!ground || !drawing) return;
  const measures = measuresTyped(byId("measures"));
  if (!measures) return;
  const ring = ground.plot.type === "Polygon" ? ground.plot.coordinates[0]! : ground.plot.coordinates[0]![0]!;
  const made = rectangle(ground.edges, centre(ring), measures);
  if (!made) {
    toast(say("لا ضلع معلوم للقطعة يُقاس منه", "The plot has no edge to measure from"), "triangle");
    return;
  }
  drawing.add(made, propertiesOf(byId<HTMLSelectElement>("new-role").value as Role));
}

function centre(ring: Position[]): Position {
  const points = ring.slice(0, -1);
  return [
    points.reduce((sum, p) => sum + p[0]!, 0) / points.length,
    points.reduce((sum, p) => sum + p[1]!, 0) / points.length,
  ];
}

/* A GeoJSON file of the office: its parts take the place of what is drawn. */
async function upload(input: HTMLInputElement): Promise<void> {
  const file = input.files?.[0];
  if (!file || !drawing) return;
  try {
    const found = partsOf(JSON.parse(await file.text()) as FeatureCollection);
    if (!found.length) throw new Error("nothing");
    origin = "geojson";
    replaceWith(found);
    fit();
  } catch {
    toast(
      say(
        "لا أشكال في الملف أو ليس GeoJSON، وبقي الرسم كما كان",
        "No shapes in the file, or no GeoJSON; the drawing is as it was",
      ),
      "triangle",
    );
  }
  input.value = "";
}

/* The next click on the map names a spot, pulled to the corners of plot and drawing. */
function pointAt(asked: string, got: (at: Position) => void): void {
  if (!city) return;
  toast(asked, "info");
  const { map } = city;
  const lines = runs([
    config.ground?.plot ?? null,
    config.ground?.envelope ?? null,
    ...parts().map((part) => part.geometry),
  ]);
  drawing?.rest();
  map.once("click", (e) => {
    const snapped = snapTo(e.point, lines, (lng, lat) => map.project([lng, lat]));
    drawing?.use("select");
    got(snapped ?? [e.lngLat.lng, e.lngLat.lat]);
  });
}

function replaceWith(found: PartFeature[]): void {
  if (!drawing) return;
  drawing.clear();
  drawing.load(found);
}

/* Only a drawing that was read makes the plan one of a DXF. */
function laidDxf(found: PartFeature[]): void {
  origin = "dxf";
  replaceWith(found);
}

function fit(): void {
  const ground = config.ground;
  if (!ground || !city) return;
  const rings = ground.plot.type === "Polygon" ? ground.plot.coordinates : ground.plot.coordinates.flat();
  city.camera.goToBox(boxOf(rings), 20, { glide: false });
}

function begin(): void {
  if (!city) return;
  const ground = config.ground;
  drawing = new Drawing({
    map: city.map,
    lines: runs([ground?.plot ?? null, ground?.envelope ?? null]),
    changed,
    chosen: (id) => {
      if (drawing) drawing.selected = id;
    },
  });
  drawing.load(kept());
  isSaved = true;
  document
    .querySelectorAll<HTMLButtonElement>("[data-tool]")
    .forEach((button) =>
      button.addEventListener("click", () =>
        drawing?.use(button.dataset.tool as Tool, byId<HTMLSelectElement>("new-role").value as Role),
      ),
    );
  maybe<HTMLFormElement>("measures")?.addEventListener("submit", addByMeasures);
  maybe("save")?.addEventListener("click", () => void save());
  const dxf = maybe<HTMLInputElement>("dxf-file");
  const isDrawn = (): boolean => parts().length > 0;
  const panel = new DxfPanel({ root: byId("dxf"), api: config.api, laid: laidDxf, point: pointAt, isDrawn });
  dxf?.addEventListener("change", () => {
    const chosen = dxf.files?.[0];
    if (chosen) void panel.take(chosen);
    dxf.value = "";
  });
  const file = maybe<HTMLInputElement>("geojson-file");
  file?.addEventListener("change", () => void upload(file));
  addEventListener("beforeunload", (e) => {
    if (!isSaved) e.preventDefault();
  });
}

/* Words and marks go over everything that is drawn, in each theme anew. */
function wordsOnTop(held: CityMap): void {
  const add = (): void => {
    const colours = palette(currentTheme());
    for (const layer of [...worksOver(colours), ...siteWords(colours)]) {
      if (held.map.getLayer(layer.id)) held.map.removeLayer(layer.id);
      held.map.addLayer(layer);
    }
    held.map.setLayoutProperty("sel-sides", "text-allow-overlap", false); // failures are said first
  };
  add();
  onTheme(() => setTimeout(add, 50));
}

async function start(container: HTMLElement): Promise<void> {
  const ground = config.ground;
  city = await createMap({
    config,
    container,
    overlays: ["selection", "hatch", ...SITE_OVERLAYS, ...WORKS_OVERLAYS],
    title: say("الخريطة", "Map"),
    data: (colours) => ({ sources: {}, layers: siteLayers(colours) }),
    hash: false,
    maxZoom: 22,
  });
  const site = config.application.site;
  if (site) show(site);
  if (!city) return;
  const held = city;
  if (ground) {
    city.setOverlay("selection", plotSelection(ground.plot, "", ground.plot_m2));
    city.setOverlay("envelope", envelopeOf(ground));
    keepLegendFree(city, container);
    fit();
  }
  const ready = (): void => {
    if (config.may_draw) begin();
    else changed();
    if (site) held.setOverlay("site-fails", failsOf(site.rules));
    held.setOverlay("approved", buildingsOf(config.approved ?? null));
    compare(site?.deviation ?? null);
    wordsOnTop(held);
  };
  if (city.map.isStyleLoaded()) ready();
  else city.map.once("load", ready);
}

const container = maybe("map");
if (container) void start(container);
