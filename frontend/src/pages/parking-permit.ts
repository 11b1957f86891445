/* Applying for a parking permit: the plot or the bay on the map; the zone told in words and drawn; the price
   with its reasons, before anything is sent. */

import type { Feature, FeatureCollection, Geometry, MultiPolygon, Polygon } from "geojson";
import { ApiError, getJson, isAbort, latest } from "../lib/api";
import { readConfig, type CityConfig } from "../lib/config";
import { bdi, byId, h, icon, maybe } from "../lib/dom";
import { date, rial } from "../lib/format";
import { say } from "../lib/say";
import type { PlotProperties, PlotsAt } from "../lib/types";
import { extent } from "../map/extent";
import { createMap, type CityMap } from "../map/frame";
import { BAYS_HIT } from "../map/bay-layers";
import { collection, EMPTY, feature, plotSelection, position } from "../map/overlays";
import { alikeList, alikePlots } from "../parts/alike-plots";
import { bayList, type Bay, type BayList } from "../parts/bay-list";
import { toast } from "../parts/toast";
import { unitList } from "../parts/unit-list";

type Plot = Feature<Polygon | MultiPolygon, PlotProperties>;
interface Words {
  ar: string;
  en: string;
}
interface Quote {
  result: "inside" | "near_edge" | "ambiguous" | "outside" | null;
  sentence: Words | null;
  zones: { number: string; geometry: Geometry }[];
  zone: string | null;
  lines: { text: Words; quantity: number; rate_baisa: number; amount_baisa: number; source: string }[];
  amount_baisa: number | null;
  valid_from: string;
  valid_to: string;
}

const WAIT_MS = 250;
const DAY_MS = 86_400_000;
const TONES = { inside: "pass", near_edge: "near", ambiguous: "unknown", outside: "fail" } as const;

const HIT_PX = 10;

const config = readConfig<CityConfig & { quote_url: string; units_url: string; bays_url: string }>();
const form = byId<HTMLFormElement>("application");
const plotId = byId<HTMLInputElement>("plot-id");
const number = byId<HTMLInputElement>("plot");
const zone = byId<HTMLSelectElement>("zone");
let city: CityMap | null = null;
let plot: Plot | null = null;
let asking: AbortController | null = null;
let pinnedZone = ""; // of the pin, where the applicant chose none
const units = unitList(config.units_url);
const latestPlot = latest();
const alike = alikeList(byId("alike"), (id) => void choosePlot(id, false).catch(refuse));
const bays: BayList = bayList({
  url: config.bays_url,
  draw: (features, ground) => {
    if (chosen("kind") !== "reserved_bay") return;
    city?.setOverlay("bays", features);
    city?.setOverlay("things", ground ? collection(ground) : EMPTY);
  },
  chosen: (bay) => {
    if (bay) unpin();
    ask();
  },
  loaded: (told) => {
    const seen = told.drawn ? [told.drawn] : [];
    const box = extent(seen);
    if (city && box && !pinned()) city.map.fitBounds(box, { padding: 40, maxZoom: 17, animate: false });
  },
});

function chosen(name: string): string {
  const field = form.elements.namedItem(name);
  return field instanceof RadioNodeList ||
    field instanceof HTMLInputElement ||
    field instanceof HTMLSelectElement
    ? field.value
    : "";
}

/* A field that this kind of permit, or this holder, does not ask for is not shown. */
function fit(): void {
  const kind = chosen("kind");
  const holder = chosen("holder");
  for (const one of form.querySelectorAll<HTMLElement>("[data-for]"))
    one.hidden = !one.dataset.for!.split(" ").includes(kind);
  for (const one of form.querySelectorAll<HTMLElement>("[data-holder]"))
    one.hidden = one.dataset.holder !== holder;
}

function pinned(): boolean {
  return Boolean(chosen("bay_lon"));
}

function unpin(): void {
  byId<HTMLInputElement>("bay-lon").value = "";
  byId<HTMLInputElement>("bay-lat").value = "";
  byId("pin").replaceChildren(h("span", { class: "mute" }, say("لا دبوس بعد", "No pin yet")));
  city?.setOverlay("position", EMPTY);
}

function words(said: Words): string {
  return say(said.ar, said.en);
}

function lastDay(after: string): string {
  return new Date(Date.parse(after) - DAY_MS).toISOString().slice(0, 10);
}

function source(text: string): string {
  const [ar, en] = text.split(" / ");
  return say(ar ?? text, en ?? text);
}

function tellNoPrice(): void {
  const text = say("يظهر السعر حين تُعرف المنطقة.", "The price follows once the zone is sure.");
  byId("price").replaceChildren(h("p", { class: "s mute" }, text));
}

/* A price of the zone alone is that of one place: which bay it is decides how many. */
function ofOnePlace(): HTMLElement | null {
  if (chosen("kind") !== "reserved_bay" || chosen("bay") || pinned()) return null;
  const text = say(
    "لمكان واحد في هذه المنطقة؛ يثبت السعر حين تختار الموقف.",
    "For one place in this zone; the price is fixed when you choose the bay.",
  );
  return h("p", { class: "s mute", id: "of-one-place" }, text);
}

function tellPrice(quote: Quote): void {
  const price = byId("price");
  if (quote.amount_baisa === null) return tellNoPrice();
  const onePlace = ofOnePlace();
  price.replaceChildren(
    h("p", { class: "bignum-s" }, rial(quote.amount_baisa)),
    ...(onePlace ? [onePlace] : []),
    h(
      "p",
      { class: "s" },
      say("من ", "From "),
      bdi(date(quote.valid_from)),
      say(" حتى نهاية ", " until the end of "),
      bdi(date(lastDay(quote.valid_to))),
    ),
    h(
      "table",
      { class: "tbl" },
      h(
        "tbody",
        {},
        ...quote.lines.map((line) =>
          h(
            "tr",
            {},
            h(
              "td",
              {},
              words(line.text),
              h(
                "span",
                { class: "mute xs line2" },
                bdi(String(line.quantity)),
                " × ",
                rial(line.rate_baisa),
                ` · ${source(line.source)}`,
              ),
            ),
            h("td", { class: "v" }, rial(line.amount_baisa)),
          ),
        ),
      ),
    ),
  );
}

function tellZone(quote: Quote): void {
  const found = byId("found");
  found.replaceChildren();
  if (quote.sentence && quote.result)
    found.append(
      h(
        "p",
        { class: `verdict block s ${TONES[quote.result]}`, "data-result": quote.result },
        icon(quote.result),
        h("span", {}, words(quote.sentence)),
      ),
    );
  if (chosen("kind") === "reserved_bay") return; // the ground is that of the zone whose bays are listed
  city?.setOverlay(
    "things",
    collection(...quote.zones.map((one) => feature(one.geometry, { number: one.number }))),
  );
}

function question(): URLSearchParams | null {
  const kind = chosen("kind");
  const asked = new URLSearchParams({ permit_kind: kind });
  if (kind !== "special") asked.set("months", chosen("months"));
  if (kind === "one_zone" || kind === "all_zones") {
    if (plotId.value) asked.set("plot_id", plotId.value);
    else if (number.value.trim()) asked.set("number", number.value.trim());
    else if (kind === "one_zone") return null;
  }
  if (kind !== "all_zones" && zone.value) asked.set("zone", zone.value);
  for (const name of ["bay", "bay_lon", "bay_lat"])
    if (kind === "reserved_bay" && chosen(name)) asked.set(name, chosen(name));
  if (chosen("starts_on")) asked.set("starts_on", chosen("starts_on"));
  return asked;
}

async function quote(): Promise<void> {
  const asked = question();
  asking?.abort();
  if (!asked) {
    byId("found").replaceChildren();
    alike.show([]);
    return tellNoPrice();
  }
  asking = new AbortController();
  try {
    const told = await getJson<Quote>(`${config.quote_url}?${asked.toString()}`, asking.signal);
    tellZone(told);
    tellPrice(told);
    if (chosen("kind") === "reserved_bay" && pinned() && !zone.value)
      listBays((pinnedZone = told.zone ?? ""));
  } catch (error) {
    if ((error as Error).name === "AbortError") return;
    byId("found").replaceChildren(
      h("p", { class: "verdict near block s" }, icon("triangle"), h("span", {}, (error as ApiError).message)),
    );
    if (!plotId.value) alike.show(alikePlots(error as ApiError));
    tellNoPrice();
  }
}

function listBays(ofZone: string): void {
  bays.ask(ofZone, chosen("months"), chosen("starts_on"));
}

/* What can be chosen follows the plot or the zone, as the price does. */
function choices(): void {
  const kind = chosen("kind");
  const isBay = kind === "reserved_bay";
  if (isBay) listBays(zone.value || pinnedZone);
  city?.setOverlay("selection", isBay || !plot ? EMPTY : drawnPlot(plot));
  if (!isBay) city?.setOverlay("bays", EMPTY);
  if (kind !== "one_zone" && kind !== "all_zones") return;
  const typed = number.value.trim();
  if (plotId.value) units.ask(new URLSearchParams({ plot_id: plotId.value }));
  else units.ask(typed ? new URLSearchParams({ number: typed }) : null);
}

let waiting = 0;
function ask(): void {
  window.clearTimeout(waiting);
  waiting = window.setTimeout(() => {
    choices();
    void quote();
  }, WAIT_MS);
}

function drawnPlot(one: Plot): FeatureCollection {
  return plotSelection(one.geometry, one.properties.number, one.properties.measured_m2);
}

function refuse(error: unknown): void {
  if (!isAbort(error)) toast((error as ApiError).message, "triangle");
}

/* What the page was refused for: a plot that is chosen since answers it. */
function answerPlot(): void {
  const field = byId("plot-field");
  if (!field.classList.contains("bad")) return;
  field.classList.remove("bad");
  field.querySelector(".err")?.remove();
  maybe("refused")?.remove();
}

async function choosePlot(id: number, glide: boolean): Promise<void> {
  plotId.value = String(id); // what is asked from here on is of this plot, however late its shape comes
  plot = await latestPlot((signal) => getJson<Plot>(`/api/plots/${id}`, signal));
  number.value = plot.properties.number;
  answerPlot();
  alike.mark(id);
  city?.setOverlay("selection", drawnPlot(plot));
  const box = extent([plot]);
  if (city && box && !glide) city.map.fitBounds(box, { padding: 120, maxZoom: 17, animate: false });
  ask();
}

/* The bay under a finger, if one is there; one that cannot be asked for is told with its reason. */
function bayUnder(x: number, y: number): Bay | null {
  const box: [[number, number], [number, number]] = [
    [x - HIT_PX, y - HIT_PX],
    [x + HIT_PX, y + HIT_PX],
  ];
  const layers = BAYS_HIT.filter((id) => city?.map.getLayer(id));
  const hits = city?.map.queryRenderedFeatures(box, { layers }) ?? [];
  if (!hits.length) return null;
  const free = hits.find((hit) => hit.properties.state !== "not") ?? hits[0]!;
  const bay = bays.choose(Number(free.properties.id));
  if (bay?.why) toast(`${bay.key}: ${words(bay.why)}`, "triangle");
  return bay;
}

async function clicked(lng: number, lat: number, x: number, y: number): Promise<void> {
  try {
    if (chosen("kind") === "reserved_bay") {
      if (bayUnder(x, y)) return;
      bays.clear();
      byId<HTMLInputElement>("bay-lon").value = lng.toFixed(7);
      byId<HTMLInputElement>("bay-lat").value = lat.toFixed(7);
      byId("pin").replaceChildren(bdi(`${lat.toFixed(6)}, ${lng.toFixed(6)}`));
      city?.setOverlay("position", position([lng, lat], 2));
      ask();
      return;
    }
    const at = await getJson<PlotsAt>(`/api/plots/at?lon=${lng}&lat=${lat}&accuracy_m=0`);
    const first = at.candidates[0];
    if (first) await choosePlot(first.id, true);
  } catch (error) {
    refuse(error);
  }
}

async function start(container: HTMLElement): Promise<void> {
  fit();
  form.addEventListener("change", () => {
    fit();
    ask();
  });
  number.addEventListener("input", () => {
    plotId.value = ""; // what is typed stands alone
    alike.show([]);
    ask();
  });
  city = await createMap({
    config,
    container,
    overlays: ["things", "selection", "hatch", "bays", "position"],
    title: say("الخريطة", "Map"),
  });
  city?.map.on("click", (e) => void clicked(e.lngLat.lng, e.lngLat.lat, e.point.x, e.point.y));
  const id = Number(plotId.value);
  if (id) await choosePlot(id, false).catch(() => undefined);
  else ask();
}

const container = maybe("map");
if (container) void start(container);
