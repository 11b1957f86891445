/* The planner's page: reports on the fixed lattice, filtered, counted, and told in words. */

import { getJson, isAbort, latest } from "../lib/api";
import { readConfig, type CityConfig } from "../lib/config";
import { announce, bdi, byId, h, icon } from "../lib/dom";
import { number, percent } from "../lib/format";
import { CELL_SIZES, valueOf } from "../lib/heat-classes";
import { apiQuery, isStandard, pageQuery, readFilters, type Filters } from "../lib/heat-state";
import { nameOf, say } from "../lib/say";
import type { HeatSummary } from "../lib/types";
import { withQuery } from "../lib/url-state";
import { createMap, type CityMap } from "../map/frame";
import { classFilter, heatData, heatTiles } from "../map/heat-layers";
import { exportMenu } from "../parts/heat-export";
import { filterBar, type HeatChoices } from "../parts/heat-filters";
import { heatLegend } from "../parts/heat-legend";
import { CellPicker, middle, type Cell } from "../parts/heat-cells";
import { cellSentence } from "../parts/heat-tip";
import { sheet } from "../parts/sheet";
import { trend } from "../parts/trend";
import { errorBox, skeleton } from "../parts/waiting";
import type { FeatureCollection, Polygon, Position } from "geojson";
import type { VectorTileSource } from "maplibre-gl";

type HeatConfig = CityConfig & HeatChoices & { period: { from: string; to: string }; cell_m: number };

const SAID_AFTER_MS = 500;
const HOTTEST = 20;
const WIDER = 0.35; // of a zoom: the planner looks at the whole city

const config = readConfig<HeatConfig>();
const standard: Filters = {
  from: config.period.from,
  to: config.period.to,
  categories: [],
  statuses: [],
  wilayat: "",
  cellM: config.cell_m,
  measure: "count",
};
let filters = readFilters(location.search, standard, CELL_SIZES);
const body = byId("panel-body");
const mapBox = byId("map");
const cells = new CellPicker(mapBox, () => filters);
const legend = heatLegend(mapBox, config.heat_class === "exact", () => recolour());
const bar = filterBar(config, filters, standard, apply);
const total = h("span", { class: "count s mute", id: "filter-count" });
byId("filters").append(
  total,
  exportMenu(() => filters),
);
const askSummary = latest();
const askCells = latest();
let city: CityMap | null = null;
let spoken = 0;
const bottom = sheet(byId("panel"), (px) => city?.padFor(px));

function apply(next: Filters): void {
  const recell = next.cellM !== filters.cellM || next.measure !== filters.measure;
  filters = next;
  history.replaceState(
    {},
    "",
    location.pathname + withQuery(location.search, pageQuery(filters, standard)) + location.hash,
  );
  bar.show(filters);
  legend.draw(filters.measure, filters.cellM);
  cells.unpick();
  if (city && recell) city.restyle();
  (city?.map.getSource("heat") as VectorTileSource | undefined)?.setTiles([heatTiles(filters)]);
  void summarise();
}

function recolour(): void {
  for (const layer of ["heat", "heat-line"])
    city?.map.setFilter(layer, classFilter(filters, legend.hidden()));
}

function wilayatTable(s: HeatSummary): HTMLElement {
  const rows = [...s.wilayats].sort((a, b) => b.count - a.count);
  const most = Math.max(1, ...rows.map((r) => r.count));
  return h(
    "table",
    { class: "tbl" },
    h("caption", { class: "vh" }, say("البلاغات حسب الولاية", "Reports by wilayat")),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col", colspan: 2 }, say("الولاية", "Wilayat")),
        h("th", { scope: "col", class: "v" }, say("البلاغات", "Reports")),
        h("th", { scope: "col", class: "v" }, say("الحصة", "Share")),
      ),
    ),
    h(
      "tbody",
      {},
      ...rows.map((r) => {
        const fill = h("i");
        fill.style.setProperty("inline-size", `${(100 * r.count) / most}%`);
        return h(
          "tr",
          {},
          h("th", { scope: "row", class: "nowrap" }, nameOf(r)),
          h("td", { class: "barcell" }, h("div", { class: "row" }, h("span", { class: "bar" }, fill))),
          h("td", { class: "v" }, bdi(number(r.count))),
          h("td", { class: "v mute" }, bdi(percent(s.count ? (100 * r.count) / s.count : 0, 1))),
        );
      }),
    ),
  );
}

/* The planner is told that nothing is lost; the public, what is held back and why. */
function sumSentence(s: HeatSummary): HTMLElement {
  const exact = config.heat_class === "exact";
  const whole = exact
    ? say("مجموع الخلايا يساوي عدد البلاغات تمامًا", "The cells add up to the reports exactly")
    : say(
        "يُرسم للعموم ما بلغ 5 بلاغات في الخلية والشهر؛ ما دونها محسوب في المجموع وغير مرسوم",
        "The public map draws what reaches 5 reports in a cell and month; fewer are in the sum and not drawn",
      );
  const outside = s.outside_count
    ? [
        say("؛ ", "; "),
        bdi(number(s.outside_count)),
        say(" منها خارج الولايات.", " of them outside the wilayats."),
      ]
    : ["."];
  return h("p", { class: "s mute", id: "sum-sentence" }, whole, ...outside);
}

function hottest(): HTMLElement {
  return h(
    "details",
    { id: "hottest" },
    h("summary", {}, say("أعلى الخلايا في هذا العرض", "Highest cells in this view"), icon("chevron")),
    h("ol", { class: "plotlist", id: "hot-list" }),
  );
}

/* Without a filter nothing is reported at all; with one, say how to see more. */
function nothing(): HTMLElement {
  const bare = isStandard(filters, standard);
  const [title, advice] = bare
    ? [
        say("لا بلاغات بعد", "No reports yet"),
        say("تظهر الكثافة هنا بعد تسجيل البلاغات.", "The heatmap appears here once reports are recorded."),
      ]
    : [
        say("لا بلاغات في هذه الفترة.", "No reports in this period."),
        say("وسّع المدة أو أزل مرشح الحالة.", "Widen the dates or drop the status filter."),
      ];
  const clear = h(
    "button",
    {
      type: "button",
      class: "btn two sm",
      onclick: () => apply({ ...standard, cellM: filters.cellM, measure: filters.measure }),
    },
    say("مسح المرشحات", "Clear filters"),
  );
  return h(
    "div",
    { class: "empty" },
    h("p", { class: "b" }, title),
    h("p", { class: "s mute" }, advice),
    ...(bare ? [] : [clear]),
  );
}

function render(s: HeatSummary): void {
  const empty = s.count === 0;
  body.replaceChildren(
    h(
      "h1",
      { class: "mute s regular", id: "panel-title", tabindex: -1 },
      say("بلاغات الفترة المختارة", "Reports of the chosen period"),
    ),
    h("p", { class: "bignum", id: "total", "data-count": s.count }, bdi(number(s.count))),
    ...(empty
      ? [nothing()]
      : [
          sumSentence(s),
          h("h2", { class: "h3 block" }, say("الاتجاه الشهري", "Trend by month")),
          trend(s.months),
          h("h2", { class: "h3 block" }, say("حسب الولاية", "By wilayat")),
          wilayatTable(s),
          hottest(),
        ]),
  );
  document.getElementById("hottest")?.addEventListener("toggle", () => void listHottest());
}

async function summarise(): Promise<void> {
  const stop = skeleton(body);
  try {
    const s = await askSummary((signal) =>
      getJson<HeatSummary>(`/api/heat/summary?${apiQuery(filters)}`, signal),
    );
    stop();
    render(s);
    total.replaceChildren(cellSentence(s.count));
    clearTimeout(spoken);
    spoken = window.setTimeout(() => announce(cellSentence(s.count)), SAID_AFTER_MS);
  } catch (error) {
    stop();
    if (isAbort(error)) return;
    const problem = error as { message: string; reference?: string | null };
    body.replaceChildren(
      h(
        "h1",
        { class: "h2", id: "panel-title", tabindex: -1 },
        say("لم تُحسب البلاغات", "The reports were not counted"),
      ),
      errorBox(problem.message, problem.reference ?? null, () => void summarise()),
    );
  }
}

async function listHottest(): Promise<void> {
  const list = document.getElementById("hot-list");
  if (!list || !city || !(document.getElementById("hottest") as HTMLDetailsElement).open) return;
  const b = city.map.getBounds();
  const bbox = [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()].map((v) => v.toFixed(5)).join(",");
  try {
    const answer = await askCells((signal) =>
      getJson<FeatureCollection>(
        `/api/heat/cells?${apiQuery(filters, { bbox, cell_m: filters.cellM })}`,
        signal,
      ),
    );
    const top = [...answer.features]
      .sort((a, z) => Number(z.properties?.count) - Number(a.properties?.count))
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
  const cell: Cell = { x: Number(p.x), y: Number(p.y), count: n, ring };
  const density =
    filters.measure === "km2"
      ? ` · ${number(valueOf(n, "km2", filters.cellM))} ${say("لكل كم²", "per km²")}`
      : "";
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
        density,
      ),
    ),
  );
}

function listen(frame: CityMap): void {
  cells.listen(frame);
  frame.map.on("moveend", () => void listHottest());
}

async function start(): Promise<void> {
  legend.draw(filters.measure, filters.cellM);
  void summarise();
  city = await createMap({
    config: { ...config, zoom: config.zoom - WIDER },
    container: mapBox,
    overlays: ["pick", "position"],
    floating: legend.box,
    title: say(
      "خريطة كثافة البلاغات. الأسهم تنقلك بين الخلايا، وShift مع الأسهم يحرّك الخريطة.",
      "Heatmap of reports. Arrows walk the cells, Shift and arrows move the map.",
    ),
    data: (colours) => heatData(colours, filters, legend.hidden()),
    groups: [
      { id: "names", label: say("أسماء المناطق", "Area names"), on: true },
      { id: "boundaries", label: say("حدود الولايات", "Wilayat boundaries"), on: true },
      { id: "roads", label: say("الطرق", "Roads"), on: true },
    ],
  });
  if (!city) return;
  listen(city);
  bottom.set(bottom.height());
}

void start();
