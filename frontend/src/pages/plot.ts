/* The citizen's page: choose a plot on the map, by number or from the list, and read what applies to it. */

import { ApiError, getJson, isAbort, latest } from "../lib/api";
import { readConfig } from "../lib/config";
import { announce, bdi, byId, h, icon } from "../lib/dom";
import { squareMetres } from "../lib/format";
import { nameOf, say } from "../lib/say";
import type { Here, PlotsAt, SearchResult } from "../lib/types";
import { readHash, withQuery } from "../lib/url-state";
import { useWord } from "../lib/words";
import { boxOf } from "../map/camera";
import { createMap, type CityMap } from "../map/frame";
import { EMPTY, plotSelection, position } from "../map/overlays";
import { combobox } from "../parts/combobox";
import { facts, limits, placeOf, restrictions, services } from "../parts/plot-panel";
import { printSheet } from "../parts/print-sheet";
import { clearHatch, hatchOverlap } from "../parts/plot-hatch";
import { LIST_ZOOM, listPlots } from "../parts/plot-list";
import { sheet } from "../parts/sheet";
import { toast } from "../parts/toast";
import { errorBox, skeleton } from "../parts/waiting";
import type { MultiPolygon, Polygon } from "geojson";

const config = readConfig<ReturnType<typeof readConfig> & { search_url: string; municipality: string }>();
const panel = byId("panel");
const body = byId("panel-body");
const acts = byId("panel-acts");
const mapBox = byId("map");
const ask = latest();
let city: CityMap | null = null;
let chosen: Here | null = null;
const idleBody = [...body.childNodes];
const NEAREST_ZOOM = 18;

const bottom = sheet(panel, (px) => city?.padFor(px));
const search = combobox({ form: byId<HTMLFormElement>("search"), url: config.search_url, choose: take });

/* How the map follows a choice: it goes there in any case, or when less than a part of the plot is in view. */
interface Move {
  unless: number; // the share of the plot that must be in view for the map to stay; above 1 it always goes
  glide: boolean;
}
const GO: Move = { unless: 2, glide: true };
const STAY: Move = { unless: 0.999, glide: true };
const OPENED: Move = { unless: 2, glide: false }; // a page that opens has nothing to glide from
const PLACED: Move = { unless: 0.25, glide: false }; // an address with a place shows exactly that view

function show(here: Here, move: Move): void {
  const geometry = here.plot.geometry as Polygon | MultiPolygon;
  city?.setOverlay(
    "selection",
    plotSelection(geometry, here.plot.properties.number, here.plot.properties.measured_m2),
  );
  const box = boxOf(geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat());
  if (city && city.camera.share(box) < move.unless)
    city.camera.goToBox(box, NEAREST_ZOOM, { glide: move.glide });
}

function heading(here: Here): HTMLElement {
  const p = here.plot.properties;
  const line = [
    useWord(p.use_class),
    p.area_m2 === null ? "" : squareMetres(p.area_m2),
    [placeOf(here), nameOf(here.wilayat)].filter(Boolean).join(say("، ", ", ")),
  ];
  return h(
    "div",
    { class: "phead" },
    h(
      "div",
      {},
      h("p", { class: "s mute" }, say("اخترت القطعة", "You chose plot")),
      h("h1", { id: "panel-title", tabindex: -1 }, bdi(p.number)),
      h("p", { class: "phone-blk s" }, line.filter(Boolean).join(" · ")),
    ),
    h(
      "div",
      { class: "acts" },
      h(
        "button",
        {
          type: "button",
          class: "btn two icon",
          "aria-label": say("مشاركة هذا العرض", "Share this view"),
          onclick: () => void share(),
        },
        icon("share"),
      ),
      h(
        "button",
        {
          type: "button",
          class: "btn three icon",
          "aria-label": say("إغلاق", "Close"),
          onclick: () => close(true),
        },
        icon("close"),
      ),
    ),
  );
}

function render(here: Here, focus: boolean): void {
  const restrict = restrictions(here);
  body.replaceChildren(
    h(
      "div",
      { class: "plot", "data-plot": String(here.plot.id ?? ""), "data-number": here.plot.properties.number },
      heading(here),
      facts(here),
      h("div", { class: "restrict" }, h("h2", {}, say("ماذا ينطبق هنا", "What applies here")), restrict),
      limits(here),
      services(here),
    ),
  );
  body.scrollTop = 0;
  acts.replaceChildren(
    h(
      "div",
      { class: "btns" },
      h(
        "button",
        { type: "button", class: "btn", id: "print", onclick: () => void print() },
        icon("print"),
        say("طباعة صحيفة القطعة", "Print the plot sheet"),
      ),
      h(
        "button",
        {
          type: "button",
          class: "btn two phone-only",
          onclick: () => bottom.set(bottom.height() === "full" ? "half" : "full"),
        },
        say("التفاصيل", "Details"),
      ),
    ),
  );
  if (bottom.height() === "line") bottom.set("half");
  document.title = `${say("القطعة", "Plot")} ${here.plot.properties.number} | ${config.municipality}`;
  announce(
    say(`اخترت القطعة ${here.plot.properties.number}`, `You chose plot ${here.plot.properties.number}`),
  );
  if (focus) byId("panel-title").focus({ preventScroll: true });
}

interface Choice {
  focus?: boolean;
  move?: Move;
  push?: boolean;
}

async function choose(id: number, { focus = true, move = GO, push = true }: Choice = {}): Promise<void> {
  if (push)
    history.pushState(
      {},
      "",
      location.pathname + withQuery(location.search, { plot: String(id), q: null }) + location.hash,
    );
  panel.dataset.state = "loading";
  const stop = skeleton(body, () => close(true));
  try {
    const here = await ask((signal) => getJson<Here>(`/api/plots/${id}/here`, signal));
    stop();
    chosen = here;
    render(here, focus);
    search.set([nameOf(here.area), here.plot.properties.number].filter(Boolean).join(" "));
    show(here, move);
    hatchOverlap(city, chosen);
    panel.dataset.state = "plot";
  } catch (error) {
    stop();
    if (isAbort(error)) return;
    const problem = error as ApiError;
    const text =
      problem.status === 404
        ? say(
            "لا قطعة بهذا العنوان. ابحث برقمها، أو اخترها على الخريطة.",
            "There is no plot at this address. Search by its number, or choose it on the map.",
          )
        : problem.message;
    body.replaceChildren(
      h(
        "h1",
        { class: "h2", id: "panel-title", tabindex: -1 },
        say("لم تُفتح القطعة", "The plot was not opened"),
      ),
      errorBox(
        text,
        problem.reference,
        problem.status === 404 ? null : () => void choose(id, { push: false }),
      ),
    );
    acts.replaceChildren();
    panel.dataset.state = "error";
  }
}

function close(toMap: boolean): void {
  chosen = null;
  body.replaceChildren(...idleBody);
  acts.replaceChildren();
  panel.dataset.state = "idle";
  city?.setOverlay("selection", EMPTY);
  clearHatch(city);
  search.set("");
  history.pushState({}, "", location.pathname + withQuery(location.search, { plot: null }) + location.hash);
  document.title = config.municipality;
  listPlots(city, fromList);
  if (toMap) city?.map.getCanvas().focus();
}

/* A click chooses the plot it lies in; on a shared edge the nearest one inside; elsewhere it says so. */
async function clicked(lon: number, lat: number, focus: boolean): Promise<void> {
  try {
    const at = await ask((signal) =>
      getJson<PlotsAt>(`/api/plots/at?lon=${lon.toFixed(7)}&lat=${lat.toFixed(7)}&accuracy_m=0.5`, signal),
    );
    const best = [...at.candidates].sort((a, b) => b.distance_to_edge_m - a.distance_to_edge_m)[0];
    if (best && at.result !== "outside")
      await choose(best.id, { focus, move: (city?.map.getZoom() ?? 0) < LIST_ZOOM ? GO : STAY });
    else
      toast(
        say(
          "لا قطعة هنا. اختر أرضًا مرسومة، أو ابحث برقم القطعة.",
          "No plot here. Choose a drawn parcel, or search by plot number.",
        ),
        "info",
      );
  } catch (error) {
    if (!isAbort(error)) toast((error as Error).message, "triangle");
  }
}

function take(result: SearchResult): void {
  if (result.kind === "building_permit") location.assign(result.url);
  else if (result.kind === "plot" && result.id !== null) void choose(result.id);
  else if (result.lon !== null && result.lat !== null && city) {
    city.camera.goTo({ center: [result.lon, result.lat], zoom: result.kind === "wilayat" ? 12 : 15.5 });
    toast(say(`الخريطة الآن عند ${result.title}`, `The map now shows ${result.title}`));
  } else location.href = result.url;
}

async function share(): Promise<void> {
  try {
    await navigator.clipboard.writeText(location.href);
    toast(say("نُسخ عنوان هذا العرض تمامًا.", "The address of exactly this view was copied."));
  } catch {
    const input = h("input", {
      class: "inp ltr",
      readonly: true,
      value: location.href,
      "aria-label": say("عنوان هذا العرض", "Address of this view"),
    });
    acts.append(input);
    input.select();
  }
}

async function print(): Promise<void> {
  if (!chosen) return;
  const title = say(`القطعة ${chosen.plot.properties.number}`, `Plot ${chosen.plot.properties.number}`);
  await printSheet(
    city,
    title,
    [facts(chosen), restrictions(chosen), limits(chosen), services(chosen)],
    config.is_demo,
    config.municipality,
  );
}

function fromList(id: number): void {
  void choose(id, { move: STAY });
}

function locate(): void {
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      const at: [number, number] = [coords.longitude, coords.latitude];
      city?.setOverlay("position", position(at, coords.accuracy));
      city?.camera.goTo({ center: at, zoom: 17 });
    },
    () =>
      toast(
        say(
          "لم نتمكن من معرفة موقعك. اسمح للمتصفح بقراءته، أو ابحث باسم المنطقة.",
          "Your position could not be read. Allow the browser to read it, or search by area.",
        ),
        "triangle",
      ),
    { enableHighAccuracy: true, timeout: 15000 },
  );
}

function fromAddress(move: Move): void {
  const id = Number(new URLSearchParams(location.search).get("plot"));
  if (Number.isInteger(id) && id > 0) void choose(id, { focus: false, move, push: false });
  else if (chosen) close(false);
}

const GROUPS = [
  { id: "uses", label: say("استعمال الأرض", "Land use"), on: true },
  { id: "numbers", label: say("أرقام القطع", "Plot numbers"), on: true },
  { id: "buildings", label: say("المباني", "Buildings"), on: true },
  { id: "roads", label: say("الطرق وأسماؤها", "Roads and their names"), on: true },
  { id: "wadi", label: say("الأودية", "Wadis"), on: true },
  {
    id: "restrictions",
    label: say("حرم الطريق والتراث والخدمات", "Road reserve, heritage, utilities"),
    on: false,
  },
  { id: "zones", label: say("مناطق المواقف", "Parking zones"), on: false },
  { id: "boundaries", label: say("حدود الولايات", "Wilayat boundaries"), on: true },
];

async function start(): Promise<void> {
  const placed = readHash(location.hash) !== null;
  city = await createMap({
    config,
    container: mapBox,
    overlays: ["selection", "hatch", "position"],
    groups: GROUPS,
    title: say(
      "خريطة القطع. الأسهم للتحريك، + و − للتقريب، Enter لاختيار القطعة في الوسط.",
      "Plot map. Arrows move, + and − zoom, Enter chooses the plot at the centre.",
    ),
    onLocate: locate,
    floating: byId("search"),
  });
  if (city) {
    const { map } = city;
    map.on("click", (e) => void clicked(e.lngLat.lng, e.lngLat.lat, false));
    map.on("idle", () => {
      listPlots(city, fromList);
      hatchOverlap(city, chosen);
    });
    for (const [type, cursor] of [
      ["mouseenter", "pointer"],
      ["mouseleave", ""],
    ] as const)
      map.on(type, "use", () => (map.getCanvas().style.cursor = cursor));
    map.getCanvas().addEventListener("keydown", (e) => {
      if (e.key === "Enter") void clicked(map.getCenter().lng, map.getCenter().lat, true);
    });
    bottom.set(bottom.height());
  }
  panel.addEventListener("keydown", (e) => {
    if (e.key === "Escape") city?.map.getCanvas().focus();
  });
  window.addEventListener("popstate", () => fromAddress(STAY));
  fromAddress(placed ? PLACED : OPENED);
}

void start();
