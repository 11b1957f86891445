/* The map of a report: device and photo with their circles, the pin, and the cross-hair under which the map is moved.
   Outside of pinning a thumb on it scrolls the page, so that nobody is caught in it. */

import { Marker } from "maplibre-gl";
import type { CityConfig } from "../lib/config";
import { h, icon } from "../lib/dom";
import { apartM, best, radiusM, type Doubt, type Fix } from "../lib/fixes";
import { distance } from "../lib/format";
import { zoomFor } from "../lib/reading";
import { say } from "../lib/say";
import { createMap, type CityMap } from "../map/frame";
import { EMPTY, position } from "../map/overlays";
import { photoPlace } from "../map/report-layers";

const PIN_ZOOM = 17.5;
const WORD_ROOM_M = 15; // nearer to the device's dot its word would lie on it
const TIP_PX = -19; // from the middle of the sign to its tip

export interface ReportMap {
  show: (fixes: readonly Fix[], asked: readonly Doubt[]) => void;
  pinning: (on: boolean) => void;
  centre: () => [number, number];
  isThere: boolean;
}

interface Options {
  config: CityConfig;
  container: HTMLElement;
  begin: () => void; // somebody touched the map: the pin is to be moved
  dropped: () => void;
  cancelled: () => void;
  moved: (lon: number, lat: number) => void; // under the cross-hair
}

export async function reportMap(options: Options): Promise<ReportMap> {
  const { config, container } = options;
  const cross = h("div", { class: "crosshair", hidden: true }, icon("pin"));
  container.append(cross);
  const city = await createMap({
    config,
    container,
    overlays: ["position", "report"],
    title: say(
      "خريطة مكان الملاحظة. Enter لتحريك الدبوس، والأسهم لتحريك الخريطة تحته، ثم Enter لوضعه.",
      "Map of the place. Enter moves the pin, arrows move the map under it, Enter puts it down.",
    ),
    hash: false,
  });
  if (!city)
    return { show: () => undefined, pinning: () => undefined, centre: () => config.center, isThere: false };
  const { map } = city;
  const sign = new Marker({ element: h("div", { class: "pinmark" }, icon("pin")), offset: [0, TIP_PX] });
  let on = false;

  const hands = (free: boolean): void => {
    for (const hand of [map.dragPan, map.scrollZoom, map.touchZoomRotate, map.doubleClickZoom, map.keyboard])
      if (free) hand.enable();
      else hand.disable();
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    container.toggleAttribute("data-still", !free);
  };
  hands(false);
  map.on("click", (event) => {
    if (!on) options.begin();
    else city.camera.goTo({ center: event.lngLat.toArray() as [number, number], zoom: map.getZoom() }); // without dragging
  });
  map.on("moveend", () => {
    if (!on) return;
    const { lng, lat } = map.getCenter();
    options.moved(lng, lat);
  });
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      if (on) options.dropped();
      else options.begin();
    } else if (event.key === "Escape" && on) options.cancelled();
  });

  return {
    isThere: true,
    centre: () => map.getCenter().toArray() as [number, number],
    show: (fixes, asked) => show(city, sign, fixes, asked[0] ?? null),
    pinning: (now) => {
      on = now;
      cross.hidden = !now;
      sign.getElement().hidden = now;
      hands(now);
      map.resize();
      if (!now) return;
      const center = map.getCenter().toArray() as [number, number];
      city.camera.goTo({ center, zoom: Math.max(map.getZoom(), PIN_ZOOM) });
      map.getCanvas().focus({ preventScroll: true });
    },
  };
}

function show(city: CityMap, sign: Marker, fixes: readonly Fix[], asked: Doubt | null): void {
  const of = (origin: Fix["origin"]): Fix | null => best(fixes.filter((fix) => fix.origin === origin));
  const [device, photo, pin, chosen] = [of("gps"), of("exif"), of("pin"), best(fixes)];
  const at = (fix: Fix): [number, number] => [fix.lon, fix.lat];
  city.setOverlay("position", device ? position(at(device), radiusM(device)) : EMPTY);
  const between = asked && device && photo ? { at: at(device), label: say("أنت", "You") } : null;
  const isApart = photo && (!device || apartM(photo, device) > radiusM(device) + WORD_ROOM_M);
  const label = isApart ? say("الصورة", "Photo") : "";
  const drawn = photo && { at: at(photo), radiusM: radiusM(photo), label };
  city.setOverlay("report", drawn ? photoPlace(drawn, between, asked ? distance(asked.apartM) : "") : EMPTY);
  if (pin) sign.setLngLat(at(pin)).addTo(city.map);
  else sign.remove();
  if (!chosen) return;
  if (asked) {
    const all = [asked.one, asked.other];
    const [lons, lats] = [all.map((fix) => fix.lon), all.map((fix) => fix.lat)];
    city.camera.goToBox([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)], 17);
  } else city.camera.goTo({ center: at(chosen), zoom: Math.min(18, zoomFor(radiusM(chosen))) });
}
