/* A site visit: the plot, what was approved, where the inspector stands; the fix goes with the form. */

import type { FeatureCollection, MultiPolygon, Polygon } from "geojson";
import { ApiError, getJson } from "../lib/api";
import { readConfig, type CityConfig } from "../lib/config";
import { announce, byId, h, icon } from "../lib/dom";
import { metres } from "../lib/format";
import { say } from "../lib/say";
import type { SiteVersion } from "../lib/site";
import { boxOf } from "../map/camera";
import { createMap, keepLegendFree, type CityMap } from "../map/frame";
import { plotSelection, position } from "../map/overlays";
import {
  WORKS_OVERLAYS,
  beyondOf,
  buildingsOf,
  worksLayers,
  worksOver,
  type Deviation,
} from "../map/works-layers";
import { errorBox } from "../parts/waiting";

interface VisitConfig extends CityConfig {
  api: string;
  plot: Polygon | MultiPolygon;
  plot_m2: number;
  approved: FeatureCollection | null;
  as_built: (SiteVersion & { deviation: Deviation | null }) | null;
}

interface Placed {
  placed: "inside" | "near_edge" | "outside";
  distance_to_edge_m: number; // positive inside
  is_coarse: boolean;
}

const GOOD_ENOUGH_M = 8;
const WATCH_MS = 15_000; // a phone under a roof is not waited for longer
const config = readConfig<VisitConfig>();
const here = byId("here");
const take = byId<HTMLButtonElement>("take");
let city: CityMap | null = null;

function rings(): number[][][] {
  return config.plot.type === "Polygon" ? config.plot.coordinates : config.plot.coordinates.flat();
}

function carry(lon: string, lat: string, accuracyM: string): void {
  byId<HTMLInputElement>("lon").value = lon;
  byId<HTMLInputElement>("lat").value = lat;
  byId<HTMLInputElement>("accuracy").value = accuracyM;
}

/* The fix goes with the form at once; where it lies the server says, by the same rule that will judge it.
   One that it refuses goes with nothing: the visit is then written in words. */
async function show(lon: number, lat: number, accuracyM: number): Promise<void> {
  carry(String(lon), String(lat), String(accuracyM));
  city?.setOverlay("position", position([lon, lat], accuracyM));
  const asked = `${config.api}/position?lon=${lon}&lat=${lat}&accuracy_m=${accuracyM}`;
  try {
    tell(await getJson<Placed>(asked), accuracyM);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 422) return;
    carry("", "", "");
    here.replaceChildren(
      errorBox(
        say(
          "الموقع الذي أرسله الجهاز خارج المدينة. أعد المحاولة، أو اكتب كيف عُوينت.",
          "The position that the device sent is outside the city. Try again, or write how the site was seen.",
        ),
        null,
        null,
      ),
    );
  }
}

function tell({ placed, distance_to_edge_m: toEdge, is_coarse: isCoarse }: Placed, accuracyM: number): void {
  const tone = placed === "inside" ? "pass" : placed === "near_edge" ? "near" : "fail";
  const words = {
    pass: say("أنت داخل القطعة", "You are inside the plot"),
    near: isCoarse
      ? say(
          "الموقع تقريبي ولا يثبت أنك على القطعة. أعد القراءة في مكان مكشوف، أو اكتب كيف عُوينت",
          "The position is too coarse to show you on the plot. Read it again in the open, or write how it was seen",
        )
      : say("أنت عند حد القطعة", "You are at the edge of the plot"),
    fail: say(
      `أنت خارج القطعة بنحو ${metres(-toEdge)}؛ اكتب كيف عُوينت`,
      `You are about ${metres(-toEdge)} outside the plot; write how it was seen`,
    ),
  }[tone];
  here.replaceChildren(
    h(
      "p",
      { class: `verdict ${tone}`, "data-placed": tone },
      icon(tone === "pass" ? "pass" : tone === "near" ? "triangle" : "fail"),
      h(
        "span",
        {},
        h("b", {}, words),
        h("br"),
        h(
          "span",
          { class: "s mute" },
          say(`دقة الموقع ${metres(accuracyM)}`, `accurate to ${metres(accuracyM)}`),
        ),
      ),
    ),
  );
  announce(words);
}

function failed(error: GeolocationPositionError): void {
  const text =
    error.code === error.PERMISSION_DENIED
      ? say(
          "لم يسمح المتصفح بقراءة الموقع. اكتب كيف عُوينت.",
          "The browser gave no position. Write how it was seen.",
        )
      : say("لم يصل موقع من الجهاز. أعد المحاولة في مكان مكشوف.", "No position came. Try again in the open.");
  here.replaceChildren(errorBox(text, null, null));
}

function takePosition(): void {
  take.disabled = true;
  let best: GeolocationCoordinates | null = null;
  const end = (): void => {
    navigator.geolocation.clearWatch(watch);
    clearTimeout(timer);
    take.disabled = false;
  };
  const watch = navigator.geolocation.watchPosition(
    ({ coords }) => {
      if (best && coords.accuracy >= best.accuracy) return;
      best = coords;
      void show(coords.longitude, coords.latitude, coords.accuracy);
      if (coords.accuracy <= GOOD_ENOUGH_M) end();
    },
    (error) => {
      end();
      if (!best) failed(error);
    },
    { enableHighAccuracy: true, maximumAge: 0, timeout: WATCH_MS },
  );
  const timer = window.setTimeout(end, WATCH_MS);
}

async function start(container: HTMLElement): Promise<void> {
  city = await createMap({
    config,
    container,
    overlays: ["selection", "hatch", ...WORKS_OVERLAYS, "position"],
    title: say("الخريطة", "Map"),
    data: (colours) => ({ sources: {}, layers: [...worksLayers(colours), ...worksOver(colours)] }),
    hash: false,
    maxZoom: 22,
  });
  if (!city) return;
  city.setOverlay("selection", plotSelection(config.plot, "", config.plot_m2));
  city.setOverlay("approved", buildingsOf(config.approved));
  city.setOverlay("built", buildingsOf(config.as_built?.site ?? null));
  city.setOverlay("beyond", beyondOf(config.as_built?.deviation ?? null));
  keepLegendFree(city, container);
  city.camera.goToBox(boxOf(rings()), 20, { glide: false });
}

take.addEventListener("click", takePosition);
void start(byId("map"));
