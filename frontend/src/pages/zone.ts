/* Which parking zone is this place in, how sure is it, and must a ticket be bought now? */

import { ApiError, getJson, isAbort, latest } from "../lib/api";
import { readConfig } from "../lib/config";
import { announce, byId, h, icon } from "../lib/dom";
import {
  ageS,
  OLD_AFTER_S,
  PIN_ACCURACY_M,
  readingFrom,
  readingQuery,
  readingText,
  zoomFor,
} from "../lib/reading";
import type { Reading } from "../lib/reading";
import { say } from "../lib/say";
import type { ZoneAnswer } from "../lib/types";
import { withQuery } from "../lib/url-state";
import { STATES } from "../lib/words";
import { createMap, type CityMap } from "../map/frame";
import { EMPTY, position } from "../map/overlays";
import { sheet } from "../parts/sheet";
import { buyLink, stayPrice } from "../parts/stay-price";
import { edgesOf } from "../parts/zone-edges";
import { errorBox, skeleton } from "../parts/waiting";
import { consequence, paidZone, verdict, zoneFacts } from "../parts/zone-verdict";
import type { Position } from "geojson";

const WATCH_MS = 12000; // a second reading waits this long for the best fix
const GOOD_ENOUGH_M = 8;
const LONG_PRESS_MS = 550;

const config = readConfig();
const panel = byId("panel");
const body = byId("panel-body");
const mapBox = byId("map");
const acts = byId("panel-acts");
const idleBody = [...body.childNodes];
const ask = latest();
let city: CityMap | null = null;
let reading: Reading | null = null;
let pinning = false;
const age = h("span", { class: "st info float", id: "reading-age", hidden: true });
const online = h("span", { class: "st float end-chip", id: "online" });
const pin = h("div", { class: "crosshair", hidden: true }, icon("pin"));
const note = h(
  "div",
  { class: "mapnote ui", hidden: true },
  h("i"),
  say("حد المنطقة الأقرب", "Nearest edge of the zone"),
);
const chips = h("div", { class: "mapbar ui" }, age, online);
mapBox.append(chips, pin, note);
const bottom = sheet(panel, (px) => city?.padFor(px));

function showAge(): void {
  age.hidden = reading === null;
  if (!reading) return;
  const now = Date.now();
  const old = (ageS(reading, now) ?? 0) > OLD_AFTER_S;
  age.className = `st float ${old ? "near" : "info"}`;
  age.dataset.origin = reading.origin;
  age.replaceChildren(icon(reading.origin === "gps" ? "inside" : "pin"), readingText(reading, now));
}

function showOnline(): void {
  const on = navigator.onLine;
  online.className = `st float end-chip ${on ? "pass" : "near"}`;
  online.replaceChildren(
    icon(on ? "pass" : "triangle"),
    on ? say("متصل", "Online") : say("لا اتصال", "Offline"),
  );
}

function edgeOverlay(a: ZoneAnswer, from: Position): void {
  const edges = edgesOf(a, from);
  city?.setOverlay("edge", edges);
  note.hidden = !edges.features.some((f) => f.properties?.part === "edge");
}

function render(a: ZoneAnswer): void {
  const only = a.candidates.length === 1 ? a.candidates[0] : null;
  const buy = paidZone(a) ? buyLink("btn full tall") : undefined;
  body.replaceChildren(
    verdict(a, reading?.origin ?? "unknown"),
    ...[consequence(a, config.roles.includes("inspector"))].filter((el) => el !== null),
    zoneFacts(a),
    ...(only?.number ? [stayPrice(only.number, undefined, buy)] : []),
  );
  panel.dataset.state = a.result;
  const second = say("خذ قراءة ثانية", "Take a second reading");
  drawActs(reading?.origin === "gps" ? second : say("خذ موقعي", "Take my position"), false, buy);
  if (bottom.height() === "line") bottom.set("half");
  announce(
    `${say(STATES[a.result]!.ar, STATES[a.result]!.en)}. ${body.querySelector("#answer")?.textContent ?? ""}`,
  );
}

async function judge(next: Reading): Promise<void> {
  reading = next;
  showAge();
  const at: Position = [next.lon, next.lat];
  city?.setOverlay("position", position(at, next.accuracyM));
  city?.setOverlay("edge", EMPTY);
  if (city)
    city.camera.goTo({
      center: [next.lon, next.lat],
      zoom: next.origin === "gps" ? zoomFor(next.accuracyM) : city.map.getZoom(),
    });
  history.replaceState(
    {},
    "",
    location.pathname + withQuery(location.search, { ...readingQuery(next), zone: null }) + location.hash,
  );
  const stop = skeleton(body);
  try {
    const q = `lon=${next.lon.toFixed(7)}&lat=${next.lat.toFixed(7)}&accuracy_m=${Math.max(1, next.accuracyM).toFixed(1)}`;
    const answer = await ask((signal) => getJson<ZoneAnswer>(`/api/parking/zones/at?${q}`, signal));
    stop();
    render(answer);
    edgeOverlay(answer, at);
  } catch (error) {
    stop();
    if (isAbort(error)) return;
    const problem = error as ApiError;
    body.replaceChildren(
      h(
        "h1",
        { class: "h2", id: "panel-title", tabindex: -1 },
        say("لا جواب لهذا الموضع", "No answer for this place"),
      ),
      errorBox(problem.message, problem.reference, problem.status === 422 ? null : () => void judge(next)),
    );
    panel.dataset.state = "error";
    drawActs(say("خذ موقعي", "Take my position"));
  }
}

/* ---------- position: the best fix of a few seconds, not the first ---------- */

function locationFailed(error: GeolocationPositionError): void {
  const text =
    error.code === error.PERMISSION_DENIED
      ? say(
          "لم يسمح المتصفح بقراءة الموقع. اسمح به من إعدادات الصفحة، أو ضع دبوسًا.",
          "The browser did not allow reading the position. Allow it in the page settings, or drop a pin.",
        )
      : say(
          "لم يصل موقع من الجهاز. اخرج إلى مكان مكشوف، أو ضع دبوسًا.",
          "The device gave no position. Go to an open place, or drop a pin.",
        );
  body.replaceChildren(
    h("h1", { class: "h2", id: "panel-title", tabindex: -1 }, say("لا موقع بعد", "No position yet")),
    errorBox(text, null, null),
  );
  drawActs(say("خذ موقعي", "Take my position"));
}

function takePosition(): void {
  stopPinning();
  drawActs(say("نقرأ الموقع…", "Reading the position…"), true);
  let best: GeolocationPosition | null = null;
  const watch = navigator.geolocation.watchPosition(
    (fix) => {
      if (!best || fix.coords.accuracy < best.coords.accuracy) best = fix;
      if (best.coords.accuracy <= GOOD_ENOUGH_M) finish();
    },
    (error) => {
      navigator.geolocation.clearWatch(watch);
      clearTimeout(timer);
      locationFailed(error);
    },
    { enableHighAccuracy: true, maximumAge: 0, timeout: WATCH_MS + 8000 },
  );
  const finish = (): void => {
    navigator.geolocation.clearWatch(watch);
    clearTimeout(timer);
    if (!best) return;
    const { longitude, latitude, accuracy } = best.coords;
    void judge({ lon: longitude, lat: latitude, accuracyM: accuracy, at: Date.now(), origin: "gps" });
  };
  // A fix that is merely fair is taken after two seconds of no better one.
  const timer = window.setInterval(() => {
    if (best && Date.now() - best.timestamp > 2000) finish();
  }, 500);
}

/* ---------- pin: the middle of the map, moved by thumb or arrow keys; or a tap, or a long press ---------- */

function stopPinning(): void {
  pinning = false;
  pin.hidden = true;
}

function startPinning(): void {
  pinning = true;
  pin.hidden = false;
  if (bottom.isPhone()) bottom.set("line");
  if (city && city.map.getZoom() < 16)
    city.camera.goTo({ center: city.map.getCenter().toArray() as [number, number], zoom: 17 });
  city?.map.getCanvas().focus();
  acts.replaceChildren(
    h(
      "div",
      { class: "btns" },
      h(
        "button",
        { type: "button", class: "btn", id: "pin-here", onclick: pinHere },
        icon("tick"),
        say("الدبوس هنا", "The pin is here"),
      ),
      h("button", { type: "button", class: "btn two", onclick: cancelPin }, say("إلغاء", "Cancel")),
    ),
  );
  announce(
    say(
      "حرّك الخريطة حتى يقف الدبوس على الموضع، ثم اضغط «الدبوس هنا».",
      "Move the map until the pin stands on the place, then press \u201cThe pin is here\u201d.",
    ),
  );
}

function cancelPin(): void {
  stopPinning();
  drawActs(say("خذ موقعي", "Take my position"));
}

function pinHere(): void {
  if (!city) return;
  const c = city.map.getCenter();
  dropPin(c.lng, c.lat);
}

function dropPin(lon: number, lat: number): void {
  stopPinning();
  void judge({ lon, lat, accuracyM: PIN_ACCURACY_M, at: null, origin: "pin" });
}

/* One filled button: to buy where the place is sure and paid, else to read the position. */
function drawActs(main: string, busy = false, buy?: HTMLAnchorElement): void {
  const look = buy ? "btn two" : "btn full tall";
  const take = h(
    "button",
    { type: "button", class: look, id: "take", disabled: busy, onclick: takePosition },
    icon("locate"),
    main,
  );
  const drop = h(
    "button",
    { type: "button", class: buy ? "btn two" : "btn two full", id: "drop-pin", onclick: startPinning },
    icon("pin"),
    say("ضع دبوسًا", "Drop a pin"),
  );
  if (buy) acts.replaceChildren(buy, h("div", { class: "btns" }, take, drop));
  else acts.replaceChildren(take, drop);
}

function listen(frame: CityMap): void {
  const { map } = frame;
  map.on("click", (e) => {
    if (pinning) dropPin(e.lngLat.lng, e.lngLat.lat);
  });
  let press = 0;
  map.on("touchstart", (e) => {
    press = window.setTimeout(() => dropPin(e.lngLat.lng, e.lngLat.lat), LONG_PRESS_MS);
  });
  for (const end of ["touchend", "touchmove", "touchcancel", "movestart"] as const)
    map.on(end, () => window.clearTimeout(press));
  map.on("contextmenu", (e) => dropPin(e.lngLat.lng, e.lngLat.lat));
  map.getCanvas().addEventListener("keydown", (e) => {
    if (e.key === "Enter") pinHere();
    if (e.key === "Escape" && pinning) cancelPin();
  });
}

/* "?at=lon,lat,accuracy" shows the same reading again. */
function fromAddress(): void {
  const shown = readingFrom(location.search, Date.now());
  if (!shown) return;
  city?.camera.goTo({ center: [shown.lon, shown.lat], zoom: zoomFor(shown.accuracyM) }, { glide: false });
  void judge(shown);
}

async function start(): Promise<void> {
  drawActs(say("خذ موقعي", "Take my position"));
  showOnline();
  for (const event of ["online", "offline"]) window.addEventListener(event, showOnline);
  window.setInterval(showAge, 1000);
  city = await createMap({
    config,
    container: mapBox,
    overlays: ["position", "edge"],
    title: say(
      "خريطة مناطق المواقف. الأسهم للتحريك، Enter لوضع دبوس في الوسط.",
      "Map of parking zones. Arrows move, Enter drops a pin in the middle.",
    ),
    onLocate: takePosition,
    floating: chips,
    groups: [
      { id: "zones", label: say("مناطق المواقف", "Parking zones"), on: true },
      { id: "uses", label: say("استعمال الأرض", "Land use"), on: false },
      { id: "buildings", label: say("المباني", "Buildings"), on: true },
      { id: "roads", label: say("الطرق وأسماؤها", "Roads and their names"), on: true },
      { id: "numbers", label: say("أرقام القطع", "Plot numbers"), on: false },
    ],
  });
  if (city) listen(city);
  bottom.set(bottom.height());
  body.replaceChildren(...idleBody);
  fromAddress();
}

void start();
