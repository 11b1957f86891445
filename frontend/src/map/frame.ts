/* One map on a page: created, themed, controlled, and said to be idle here. A map that cannot be drawn
   leaves a sentence in its place; search, lists and panel go on without it. */

import { Map as MapLibre, setWorkerUrl, type LayerSpecification, type StyleSpecification } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { FeatureCollection } from "geojson";
import type { CityConfig } from "../lib/config";
import { h, icon } from "../lib/dom";
import { say } from "../lib/say";
import { basemap, over, PREFIX } from "./basemap";
import { Camera } from "./camera";
import { layerControl, locateControl, scaleBar, zoomControls, type Group } from "./controls";
import { keepNames } from "./names";
import { EMPTY, ROOM } from "./overlays";
import { currentTheme, onTheme, palette, type Palette, type Theme, type Token } from "./palette";
import { cityStyle } from "./style";

setWorkerUrl(new URL(workerUrl, location.origin).href);

export interface DataLayers {
  sources: StyleSpecification["sources"];
  layers: LayerSpecification[];
}

export interface FrameOptions {
  config: CityConfig;
  container: HTMLElement; // .map
  overlays: string[];
  groups?: Group[];
  title: string; // name of the map for a screen reader
  data?: (colours: Palette) => DataLayers;
  onLocate?: () => void;
  floating?: HTMLElement; // lies over the top of the map on a phone
  hash?: boolean;
  maxZoom?: number;
}

export interface CityMap {
  map: MapLibre;
  camera: Camera;
  setOverlay: (id: string, data: FeatureCollection) => void;
  restyle: () => void;
  styleFor: (theme: Theme) => StyleSpecification;
  padFor: (bottomPx: number) => void;
}

function locale(title: string): Record<string, string> {
  return {
    "Map.Title": title,
    "CooperativeGesturesHandler.WindowsHelpText": say(
      "اضغط Ctrl ومرّر للتقريب",
      "Hold Ctrl and scroll to zoom",
    ),
    "CooperativeGesturesHandler.MacHelpText": say("اضغط ⌘ ومرّر للتقريب", "Hold ⌘ and scroll to zoom"),
    "CooperativeGesturesHandler.MobileHelpText": say("حرّك بإصبعين", "Use two fingers to move"),
  };
}

/* Diagonal strokes for the part of a plot that a restriction covers. */
function hatch(colour: string): ImageData {
  const size = 16;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const g = canvas.getContext("2d")!;
  g.strokeStyle = colour;
  g.lineWidth = 2.5;
  for (const shift of [-size, 0, size]) {
    g.beginPath();
    g.moveTo(shift, 0);
    g.lineTo(shift + size, size);
    g.stroke();
  }
  return g.getImageData(0, 0, size, size);
}

const LOOK_MS = 250;
const HATCHES: Record<string, Token> = { "hatch-wadi": "wadi-ink", "hatch-fail": "fail" };

const CLEAR = { width: 24, height: 24, data: new Uint8Array(24 * 24 * 4) };

/* A pattern is made when a style first asks for it, in the ink of the theme. */
export function giveHatch(map: MapLibre, theme: () => Theme): void {
  map.setMissingStyleImageResolver((id) => {
    if (id === ROOM && !map.hasImage(id)) map.addImage(id, CLEAR);
    const token = HATCHES[id];
    if (token && !map.hasImage(id)) map.addImage(id, hatch(palette(theme())[token]), { pixelRatio: 2 });
  });
}

function failed(container: HTMLElement): void {
  container.append(
    h(
      "div",
      { class: "mapfail ui" },
      h(
        "div",
        { class: "empty", role: "status" },
        icon("triangle"),
        h(
          "p",
          { class: "b" },
          say("تعذّر رسم الخريطة على هذا الجهاز", "The map cannot be drawn on this device"),
        ),
        h("p", { class: "s mute" }, say("البحث والقوائم تعمل كما هي.", "Search and lists work as usual.")),
      ),
    ),
  );
  document.documentElement.dataset.mapIdle = "failed";
}

function applyGroups(style: StyleSpecification, hidden: Set<string>, shown: Set<string>): StyleSpecification {
  const layers = style.layers.map((layer) => {
    const group = (layer.metadata as { group?: string } | undefined)?.group;
    if (!group || (!hidden.has(group) && !shown.has(group))) return layer;
    return {
      ...layer,
      layout: { ...layer.layout, visibility: hidden.has(group) ? "none" : "visible" },
    } as LayerSpecification;
  });
  return { ...style, layers };
}

/* A tile that comes back with the ETag it had draws no frame, and without a frame the library is never
   idle again: so a map that is busy is looked at until it has nothing left to load, and then drawn once. */
function watchIdle(map: MapLibre): void {
  const root = document.documentElement;
  let looking = 0;
  const look = (): void => {
    if (root.dataset.mapIdle === "1") {
      window.clearInterval(looking);
      looking = 0;
    } else if (map.loaded() && !map.isMoving()) map.triggerRepaint();
  };
  const busy = (): void => {
    root.dataset.mapIdle = "0";
    looking ||= window.setInterval(look, LOOK_MS);
  };
  busy();
  map.on("idle", () => (root.dataset.mapIdle = "1"));
  for (const event of ["movestart", "dataloading"] as const) map.on(event, busy);
}

/* Whoever made the basemap is named beside us; a source knows its makers when it has been read. */
function creditBasemap(map: MapLibre, container: HTMLElement): void {
  const line = container.querySelector(".attrib");
  if (!line) return;
  const said = new Set<string>();
  map.on("sourcedata", (e) => {
    const html = e.sourceId.startsWith(PREFIX) && map.getSource(e.sourceId)?.attribution;
    if (!html) return;
    const text = new DOMParser().parseFromString(html, "text/html").body.textContent.trim();
    if (!text || said.has(text)) return;
    said.add(text);
    line.append(" · ", h("bdi", {}, text));
  });
}

function coveredTop(container: HTMLElement, floating: HTMLElement | undefined): number {
  if (!floating) return 0;
  return Math.max(0, floating.getBoundingClientRect().bottom - container.getBoundingClientRect().top);
}

export async function createMap(options: FrameOptions): Promise<CityMap | null> {
  const { config, container } = options;
  const overlays: Record<string, FeatureCollection> = Object.fromEntries(
    ["names", ...options.overlays].map((id) => [id, EMPTY]),
  );
  const hidden = new Set((options.groups ?? []).filter((g) => !g.on).map((g) => g.id));
  const shown = new Set((options.groups ?? []).filter((g) => g.on).map((g) => g.id));
  const ground = await basemap(config);
  const styleFor = (theme: Theme): StyleSpecification => {
    const colours = palette(theme);
    const data = options.data?.(colours);
    const own = cityStyle({ config, colours, overlays, ...(data ? { data } : {}) });
    return applyGroups(over(ground(theme, colours), own), hidden, shown);
  };
  const canvas = h("div", { class: "canvas" });
  container.prepend(canvas);
  let map: MapLibre;
  try {
    map = new MapLibre({
      container: canvas,
      style: styleFor(currentTheme()),
      center: config.center,
      zoom: config.zoom,
      maxZoom: options.maxZoom ?? 20,
      minZoom: 7,
      hash: options.hash ?? true,
      attributionControl: false,
      maplibreLogo: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      locale: locale(options.title),
      fadeDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
    });
  } catch {
    canvas.remove();
    failed(container);
    return null;
  }
  const camera = new Camera(map);
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  giveHatch(map, currentTheme);
  watchIdle(map);
  const setOverlay = (id: string, data: FeatureCollection): void => {
    overlays[id] = data;
    const source = map.getSource(id);
    if (source && "setData" in source) (source as { setData: (d: FeatureCollection) => void }).setData(data);
  };
  // What was set before the style had loaded is drawn when it has.
  map.on("style.load", () => {
    for (const [id, data] of Object.entries(overlays)) if (data.features.length) setOverlay(id, data);
  });
  creditBasemap(map, container);
  keepNames(map, (data) => setOverlay("names", data));
  const restyle = (): void => {
    for (const id of Object.keys(HATCHES)) if (map.hasImage(id)) map.removeImage(id);
    map.setStyle(styleFor(currentTheme()), { diff: true });
  };
  onTheme(restyle);
  addControls(map, options, (id, on) => {
    (on ? shown : hidden).add(id);
    (on ? hidden : shown).delete(id);
    restyle();
  });
  return {
    map,
    restyle,
    styleFor,
    setOverlay,
    camera,
    padFor: (bottomPx) => {
      // Without a sheet nothing floats over the map that its middle should keep clear of.
      const top = bottomPx > 0 ? coveredTop(container, options.floating) : 0;
      container.style.setProperty("--sheet-free", `${bottomPx}px`);
      container.style.setProperty("--top-free", `${top}px`);
      camera.cover({ top, bottom: bottomPx });
    },
  };
}

/* On a phone the legend is a strip along the foot: scale and small print stand above it, the map looks past it. */
export function keepLegendFree(city: CityMap, container: HTMLElement): void {
  const legend = container.querySelector<HTMLElement>(".site-legend");
  if (legend && matchMedia("(max-width: 48rem)").matches) city.padFor(legend.offsetHeight);
}

function addControls(map: MapLibre, options: FrameOptions, change: (id: string, on: boolean) => void): void {
  const { container } = options;
  const second = h("div", { class: "grp" });
  if (options.onLocate) second.append(locateControl(options.onLocate));
  const bar = h(
    "div",
    { class: "ctl ui", role: "group", "aria-label": say("أدوات الخريطة", "Map tools") },
    zoomControls(map),
    second,
  );
  container.append(bar);
  if (options.groups?.length) {
    const { button, box } = layerControl(options.groups, change);
    second.append(button);
    container.append(box);
  }
  scaleBar(map, container);
}
