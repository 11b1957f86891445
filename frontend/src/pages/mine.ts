/* My things on a map: a point a case; a click opens it. The list beside it says the same.
   On the page of one case: its ground. */

import type { FeatureCollection } from "geojson";
import { readConfig, type CityConfig } from "../lib/config";
import { maybe } from "../lib/dom";
import { say } from "../lib/say";
import { extent } from "../map/extent";
import { createMap, type CityMap } from "../map/frame";
import { collection, feature, position } from "../map/overlays";
import { hideBoxes } from "../parts/hide-boxes";
import { readyAnswers } from "../parts/ready-answers";

/* A click on the map names the spot of a remark, or where a report really is, and shows it. */
function aim(city: CityMap): void {
  const fields = [...document.querySelectorAll<HTMLInputElement>("[data-aim]")];
  if (!fields.length) return;
  city.map.on("click", (e) => {
    const at = { lon: e.lngLat.lng, lat: e.lngLat.lat };
    for (const field of fields) field.value = at[field.dataset.aim as "lon" | "lat"].toFixed(7);
    city.setOverlay("position", position([at.lon, at.lat], 1));
  });
}

/* From afar a plot is less than a dot: what opens a page is a point too, until its ground can be seen. */
function withDots(things: FeatureCollection): FeatureCollection {
  const dots = things.features.flatMap((one) => {
    const box = one.properties?.url && one.geometry.type !== "Point" ? extent([one]) : null;
    if (!box) return [];
    const middle = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
    return [feature({ type: "Point", coordinates: middle }, { ...one.properties, role: "afar" })];
  });
  return collection(...things.features, ...dots);
}

async function show(container: HTMLElement): Promise<void> {
  const config = readConfig<CityConfig & { things: FeatureCollection }>();
  const city = await createMap({
    config,
    container,
    overlays: ["things", "position"],
    title: container.getAttribute("aria-label") ?? say("الخريطة", "Map"),
    hash: false,
  });
  if (!city) return;
  city.setOverlay("things", withDots(config.things));
  const box = extent(config.things.features);
  if (box) city.map.fitBounds(box, { padding: 60, maxZoom: 17.5, animate: false });
  city.map.on("click", ["things-point", "things-afar", "things-fill"], (e) => {
    const url: unknown = e.features?.[0]?.properties.url;
    if (typeof url === "string") location.href = url;
  });
  aim(city);
}

hideBoxes();
readyAnswers();
const container = maybe("map");
if (container) void show(container);
