/* The planner's page: reports on the fixed lattice, filtered, measured and judged, and told in words. */

import { getJson, isAbort, latest } from "../lib/api";
import { readConfig, type CityConfig } from "../lib/config";
import { announce, bdi, byId, h } from "../lib/dom";
import { number } from "../lib/format";
import { breaks, CELL_SIZES, decimalsOf } from "../lib/heat-classes";
import {
  apiQuery,
  comparedWith,
  isStandard,
  LOOKS,
  measuredQuery,
  pageQuery,
  PLAIN,
  readFilters,
  ringOf,
  withoutFilters,
  wktOf,
  type Filters,
  type Look,
  type Span,
} from "../lib/heat-state";
import { nameOf, say } from "../lib/say";
import type { HeatCell, HeatSummary, HeatTrends, HotSpots, PlaceChanges } from "../lib/types";
import { withQuery } from "../lib/url-state";
import { createMap, type CityMap } from "../map/frame";
import { classFilter, HEAT_OVERLAYS, heatData, heatTiles, type HeatView } from "../map/heat-layers";
import { collection, EMPTY, feature } from "../map/overlays";
import { CellPicker, middle, type Cell } from "../parts/heat-cells";
import { measureOf, type HeatChoices } from "../parts/heat-choices";
import { exportMenu } from "../parts/heat-export";
import { filterBar } from "../parts/heat-filters";
import { heatLegend } from "../parts/heat-legend";
import { cellsPanel, nothing, sumHead, tellChanges, wilayatTable } from "../parts/heat-panel";
import { cellSentence, tipContent } from "../parts/heat-tip";
import { changePanel, spotsPanel, toned, TONES, trendPanel, verdictTip } from "../parts/heat-verdicts";
import { viewMenu } from "../parts/heat-views";
import { segments } from "../parts/segments";
import { sheet } from "../parts/sheet";
import { toast } from "../parts/toast";
import { errorBox, skeleton } from "../parts/waiting";
import type { FeatureCollection, Polygon, Position } from "geojson";
import type { VectorTileSource } from "maplibre-gl";

type HeatConfig = CityConfig & HeatChoices & { period: { from: string; to: string }; cell_m: number };
type Answer<T> = T & FeatureCollection;

const SAID_AFTER_MS = 500;
const HOTTEST = 20;
const WIDER = 0.35; // of a zoom: the planner looks at the whole city

const config = readConfig<HeatConfig>();
const exact = config.heat_class === "exact";
const standard: Filters = { ...PLAIN, ...config.period, cellM: config.cell_m };
const read = (query: string): Filters =>
  readFilters(
    query,
    standard,
    CELL_SIZES,
    config.measures.map((m) => m.code),
  );
let filters = read(config.view ? `?${config.view.query}` : location.search);
let tones = new Map<number, number>();
const body = byId("panel-body");
const content = h("div", { id: "panel-content" });
const mapBox = byId("map");
const cells = new CellPicker(mapBox, describe);
const legend = heatLegend(mapBox, config, () => recolour());
const bar = filterBar(config, filters, standard, apply, { draw: () => void draw(), view: shapeOfView });
const total = h("span", { class: "count s mute", id: "filter-count" });
const askPanel = latest();
const askCells = latest();
let city: CityMap | null = null;
let spoken = 0;
const bottom = sheet(byId("panel"), (px) => city?.padFor(px));

function view(): HeatView {
  return { filters, measure: measureOf(config, filters.measure), off: legend.hidden(), tones };
}

function writeAddress(): void {
  const query = withQuery(withQuery(location.search, { view: null }), pageQuery(filters, standard));
  history.replaceState({}, "", location.pathname + query + location.hash);
}

function apply(next: Filters): void {
  const before = filters;
  filters = next;
  writeAddress();
  bar.show(filters);
  showLook();
  legend.draw(view());
  cells.unpick();
  const redrawn = (["cellM", "measure", "weight", "look", "by"] as const).some((k) => next[k] !== before[k]);
  if (city && redrawn) restyle();
  (city?.map.getSource("heat") as VectorTileSource | undefined)?.setTiles([heatTiles(filters)]);
  drawChosenShape();
  void tell();
}

function restyle(): void {
  city?.setOverlay("verdicts", EMPTY);
  city?.restyle();
}

function recolour(): void {
  if (filters.look !== "cells") return city?.restyle();
  for (const layer of ["heat", "heat-line"]) city?.map.setFilter(layer, classFilter(view()));
}

/* ---------- what is looked at ---------- */

const LOOK_WORDS: Record<Look, string> = {
  cells: say("الكثافة", "Density"),
  spots: say("البؤر", "Hot spots"),
  change: say("قبل وبعد", "Before, after"),
  trend: say("الاتجاه", "Trend"),
};

const looks = segments(
  "look",
  say("ما تعرضه الخريطة", "What the map shows"),
  LOOKS.map((look) => [look, LOOK_WORDS[look]] as const),
  () => filters.look,
  (look) => apply({ ...filters, look, ...spanOf(look) }),
);
const places = segments(
  "by",
  say("الأماكن", "Places"),
  [
    ["wilayat", say("الولايات", "Wilayats")],
    ["area", say("المناطق السكنية", "Housing areas")],
  ] as const,
  () => filters.by,
  (by) => apply({ ...filters, by }),
);

/* One year tells no trend: unless somebody chose the days, a trend looks at all of them. */
function spanOf(look: Look): Span {
  const { from, to } = filters;
  const untouched = from === standard.from && to === standard.to;
  if (look === "trend") return untouched ? { from: "", to: "" } : { from, to };
  return filters.look === "trend" && !from && !to ? { from: standard.from, to: standard.to } : { from, to };
}

function showLook(): void {
  looks.show();
  places.show();
  places.root.hidden = filters.look === "cells" || filters.look === "spots";
}

/* ---------- the panel ---------- */

async function cellsTold(signal: AbortSignal): Promise<void> {
  const s = await getJson<HeatSummary>(`/api/heat/summary?${apiQuery(filters)}`, signal);
  const table = wilayatTable(s);
  const clear = (): void => apply(withoutFilters(filters, standard));
  content.replaceChildren(
    ...sumHead(s),
    ...(s.count === 0
      ? [nothing(isStandard(filters, standard), clear)]
      : cellsPanel(s, exact, table, () => void listHottest())),
  );
  total.replaceChildren(cellSentence(s.count));
  clearTimeout(spoken);
  spoken = window.setTimeout(() => announce(cellSentence(s.count)), SAID_AFTER_MS);
  // Not waited for: what is known already stands, and a change that cannot be told leaves the shares.
  if (exact && s.count) changesTold(table, signal).catch(() => undefined);
}

/* Beside each wilayat its change against the same days a year before. */
async function changesTold(table: HTMLElement, signal: AbortSignal): Promise<void> {
  const span = comparedWith({ ...filters, beforeFrom: "", beforeTo: "" });
  if (!span.from) return;
  const query = apiQuery(filters, { by: "wilayat", before_from: span.from, before_to: span.to });
  const told = await getJson<PlaceChanges>(`/api/heat/compare?${query}`, signal);
  const year = Number(span.from.slice(0, 4));
  const whole = filters.from.endsWith("-01-01") && filters.to === `${year + 2}-01-01`;
  const since = whole ? say(`عن ${year}`, `On ${year}`) : say("عن العام السابق", "On a year before");
  tellChanges(table, told, since, config.change_words);
}

async function spotsTold(signal: AbortSignal): Promise<void> {
  const query = measuredQuery(filters, { cell_m: filters.cellM });
  const answer = await getJson<Answer<HotSpots>>(`/api/heat/hotspots?${query}`, signal);
  content.replaceChildren(...spotsPanel(answer, lookAt));
  void nameSpots(signal);
  city?.setOverlay("verdicts", toned(answer, "class"));
  tellTotal(answer.count);
}

/* The places of the listed spots, one after the other: the list stands before its last name is known. */
async function nameSpots(signal: AbortSignal): Promise<void> {
  for (const row of content.querySelectorAll<HTMLElement>("#spot-list [data-x]")) {
    const where = { x: row.dataset.x!, y: row.dataset.y!, cell_m: filters.cellM };
    const known = await getJson<HeatCell>(`/api/heat/cell?${apiQuery(filters, where)}`, signal).catch(
      () => null,
    );
    const place = known && nameOf({ name_ar: known.place_ar, name_en: known.place_en });
    if (place) row.textContent = place;
  }
}

async function changeTold(signal: AbortSignal): Promise<void> {
  if (!filters.from || !filters.to) {
    const needed = say(
      "اختر بداية الفترة ونهايتها لتُقارن بغيرها.",
      "Choose the start and the end of the period, so that it can be compared.",
    );
    content.replaceChildren(h("p", { class: "verdict info" }, needed));
    return;
  }
  const span = comparedWith(filters);
  const asked = { before_from: span.from, before_to: span.to, against: filters.against };
  const [told, drawn] = await Promise.all([
    getJson<PlaceChanges>(`/api/heat/compare?${apiQuery(filters, { ...asked, by: filters.by })}`, signal),
    getJson<FeatureCollection>(
      `/api/heat/compare?${apiQuery(filters, { ...asked, by: "cell", cell_m: filters.cellM })}`,
      signal,
    ),
  ]);
  content.replaceChildren(...changePanel(told, config.change_words, filters));
  city?.setOverlay("verdicts", toned(drawn, "change"));
  tellTotal(told.places.reduce((sum, place) => sum + place.after, 0));
}

async function trendTold(signal: AbortSignal): Promise<void> {
  const query = apiQuery(filters, { by: filters.by });
  const told = await getJson<HeatTrends>(`/api/heat/trends?${query}`, signal);
  content.replaceChildren(...trendPanel(told, config.trend_words, filters));
  const hidden = legend.hidden();
  const shown = told.places.filter((p) => p.trend !== "not_tested" && !hidden.has(p.trend));
  tones = new Map(shown.map((p) => [p.id, TONES[p.trend] ?? 4]));
  city?.restyle();
  tellTotal(told.places.reduce((sum, place) => sum + place.count, 0));
}

function tellTotal(n: number): void {
  total.replaceChildren(cellSentence(n));
}

const TOLD: Record<Look, (signal: AbortSignal) => Promise<void>> = {
  cells: cellsTold,
  spots: spotsTold,
  change: changeTold,
  trend: trendTold,
};

async function tell(): Promise<void> {
  const stop = skeleton(content);
  try {
    await askPanel(TOLD[filters.look]);
    stop();
  } catch (error) {
    stop();
    if (isAbort(error)) return;
    const problem = error as { message: string; reference?: string | null };
    content.replaceChildren(
      h(
        "h1",
        { class: "h2", id: "panel-title", tabindex: -1 },
        say("لم تُحسب البلاغات", "The reports were not counted"),
      ),
      errorBox(problem.message, problem.reference ?? null, () => void tell()),
    );
  }
}

/* ---------- cells ---------- */

async function describe(cell: Cell, signal: AbortSignal): Promise<HTMLElement[]> {
  if (filters.look === "spots") return verdictTip(cell.facts, config.spot_words);
  if (filters.look === "change") return verdictTip(cell.facts, config.change_words);
  const where = { x: cell.x, y: cell.y, cell_m: filters.cellM };
  const known = await getJson<HeatCell>(`/api/heat/cell?${apiQuery(filters, where)}`, signal);
  return tipContent(known, view(), valueOf(cell));
}

/* As the tile has it; a plain count is its own value. */
function valueOf(cell: Cell): number | null {
  if (filters.measure === "count" && !filters.weight) return Number(cell.facts.count);
  return cell.facts.value === undefined || cell.facts.value === null ? null : Number(cell.facts.value);
}

function lookAt(ring: Position[]): void {
  city?.camera.goTo({ center: middle(ring), zoom: Math.max(city.map.getZoom(), 12) });
}

async function listHottest(): Promise<void> {
  const list = document.getElementById("hot-list");
  if (!list || !city || !(document.getElementById("hottest") as HTMLDetailsElement).open) return;
  try {
    const query = measuredQuery(filters, { bbox: box(city).join(","), cell_m: filters.cellM });
    const answer = await askCells((signal) => getJson<FeatureCollection>(`/api/heat/cells?${query}`, signal));
    const worth = (p: Record<string, unknown> | null): number => Number(p?.value ?? -1);
    const top = [...answer.features]
      .sort((a, z) => worth(z.properties) - worth(a.properties))
      .slice(0, HOTTEST);
    list.replaceChildren(
      ...top.map((f) => hotRow(f.properties ?? {}, (f.geometry as Polygon).coordinates[0]!)),
    );
  } catch (error) {
    if (!isAbort(error)) list.replaceChildren(h("li", {}, (error as Error).message));
  }
}

function hotRow(p: Record<string, unknown>, ring: Position[]): HTMLElement {
  const n = Number(p.count);
  const cell: Cell = { x: Number(p.x), y: Number(p.y), weight: n, ring, facts: p };
  const measure = measureOf(config, filters.measure);
  const digits = decimalsOf(breaks(measure, filters.cellM));
  const value =
    filters.measure === "count" || p.value === null
      ? ""
      : ` · ${number(Number(p.value), digits)} ${nameOf({ name_ar: measure.unit_ar, name_en: measure.unit_en })}`;
  const [lon, lat] = middle(ring);
  const place = nameOf({ name_ar: p.place_ar as string, name_en: p.place_en as string });
  const act = (): void => {
    city?.camera.goTo({ center: [lon, lat], zoom: city.map.getZoom() });
    cells.pick(cells.whole(cell));
  };
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", onclick: act },
      h("span", { class: "num" }, bdi(number(n))),
      h(
        "span",
        { class: "s mute" },
        place || h("bdi", { class: "n ltr" }, `${lat.toFixed(3)}, ${lon.toFixed(3)}`),
        value,
      ),
    ),
  );
}

/* ---------- a shape of one's own ---------- */

function box(frame: CityMap): string[] {
  const b = frame.map.getBounds();
  return [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()].map((v) => v.toFixed(5));
}

function shapeOfView(): void {
  if (!city) return;
  const [w, so, e, n] = box(city).map(Number) as [number, number, number, number];
  bar.close();
  apply({ ...filters, polygon: wktOf([[w, so], [e, so], [e, n], [w, n], [w, so]]) }); // prettier-ignore
}

async function draw(): Promise<void> {
  if (!city) return;
  bar.close();
  cells.unpick();
  const { drawShape } = await import("../map/shape-drawing");
  const hint = say(
    "اضغط على زوايا الشكل، واضغط الأخيرة مرتين. Esc للإلغاء.",
    "Press the corners of the shape, the last one twice. Esc gives up.",
  );
  toast(hint);
  cells.rest(true);
  drawShape(city.map, (ring) => {
    cells.rest(false);
    if (ring) apply({ ...filters, polygon: wktOf(ring) });
  });
}

function drawChosenShape(): void {
  const ring = ringOf(filters.polygon);
  const shape = ring.length > 3 ? collection(feature({ type: "Polygon", coordinates: [ring] })) : EMPTY;
  city?.setOverlay("shape", shape);
}

async function start(): Promise<void> {
  body.replaceChildren(...(exact ? [looks.root, places.root] : []), content);
  const query = (): string => withQuery("", pageQuery(filters, standard));
  const views = exact ? [viewMenu(query, (kept) => apply(read(`?${kept}`))).root] : [];
  byId("filters").append(
    h(
      "div",
      { class: "row bar-end" },
      total,
      ...views,
      exportMenu(() => filters),
    ),
  );
  if (config.view) {
    writeAddress();
    document.title = `${config.view.name} | ${document.title}`;
  } else if (new URLSearchParams(location.search).has("view")) {
    writeAddress();
    toast(
      say(
        "لا عرض محفوظ بهذا الرابط، أو لم يعد مشاركًا.",
        "No saved view is at this link, or it is shared no more.",
      ),
    );
  }
  showLook();
  legend.draw(view());
  const first = tell();
  city = await createMap({
    config: { ...config, zoom: config.zoom - WIDER },
    container: mapBox,
    overlays: HEAT_OVERLAYS,
    floating: legend.box,
    title: say(
      "خريطة كثافة البلاغات. الأسهم تنقلك بين الخلايا، وShift مع الأسهم يحرّك الخريطة.",
      "Heatmap of reports. Arrows walk the cells, Shift and arrows move the map.",
    ),
    data: (colours) => heatData(colours, view()),
    groups: [
      { id: "names", label: say("أسماء المناطق", "Area names"), on: true },
      { id: "boundaries", label: say("حدود الولايات", "Wilayat boundaries"), on: true },
      { id: "roads", label: say("الطرق", "Roads"), on: true },
    ],
  });
  if (!city) return;
  cells.listen(city);
  city.map.on("moveend", () => void listHottest());
  bottom.set(bottom.height());
  drawChosenShape();
  await first;
  if (filters.look !== "cells") void tell(); // the answer came before there was a map to draw it on
}

void start();
