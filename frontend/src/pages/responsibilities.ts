/* Who answers where: each body's ground with its name, what is nobody's and what is several bodies', numbered as
   in the table below the map. */

import type { FeatureCollection } from "geojson";
import type { LayerSpecification } from "maplibre-gl";
import { readConfig, type CityConfig } from "../lib/config";
import { maybe } from "../lib/dom";
import { shownDigits } from "../lib/format";
import { say } from "../lib/say";
import { extent } from "../map/extent";
import { BOLD, SEMIBOLD } from "../map/fonts";
import { createMap, keepLegendFree, type CityMap } from "../map/frame";
import type { Palette } from "../map/palette";

interface ResponsibilitiesConfig extends CityConfig {
  features: FeatureCollection;
}

const config = readConfig<ResponsibilitiesConfig>();
const SOURCE = "responsibilities";
const PADDING_PX = 50;

function layers(c: Palette): LayerSpecification[] {
  const tone = [
    "match",
    ["get", "kind"],
    "gap",
    c.fail,
    "overlap",
    c.near,
    "outside",
    c.copper,
    c.brand,
  ] as never;
  const isWrong = ["in", ["get", "kind"], ["literal", ["gap", "overlap"]]] as never;
  return [
    {
      id: "held-fill",
      type: "fill",
      source: SOURCE,
      filter: ["!", isWrong],
      paint: { "fill-color": tone, "fill-opacity": 0.1 },
    },
    {
      id: "held-line",
      type: "line",
      source: SOURCE,
      filter: ["!", isWrong],
      paint: { "line-color": tone, "line-width": 2 },
    },
    {
      id: "wrong-fill",
      type: "fill",
      source: SOURCE,
      filter: isWrong,
      paint: { "fill-color": tone, "fill-opacity": 0.45 },
    },
    {
      id: "wrong-line",
      type: "line",
      source: SOURCE,
      filter: isWrong,
      paint: { "line-color": tone, "line-width": 3, "line-dasharray": [2, 1] },
    },
    {
      id: "held-text",
      type: "symbol",
      source: SOURCE,
      filter: ["==", ["get", "kind"], "name"],
      layout: {
        "text-field": ["get", "text"],
        "text-font": SEMIBOLD,
        "text-size": 12,
        "text-max-width": 9,
        "text-variable-anchor": ["center", "top", "bottom", "left", "right"],
        "text-radial-offset": 0.6,
      },
      paint: { "text-color": c.ink, "text-halo-color": c.surface, "text-halo-width": 2 },
    },
    {
      id: "wrong-text",
      type: "symbol",
      source: SOURCE,
      filter: isWrong,
      layout: {
        "text-field": ["get", "text"],
        "text-font": BOLD,
        "text-size": 16,
        "text-allow-overlap": true,
      },
      paint: { "text-color": c.ink, "text-halo-color": c.surface, "text-halo-width": 2.5 },
    },
  ];
}

/* A number of the table leads to its piece of ground. */
function showPieces(city: CityMap, container: HTMLElement, all: FeatureCollection): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-show]"))
    button.addEventListener("click", () => {
      const wanted = Number(button.dataset.show);
      const box = extent(all.features.filter((one) => one.properties?.number === wanted));
      if (!box) return;
      container.scrollIntoView({ block: "center" });
      city.map.fitBounds(box, { padding: PADDING_PX, maxZoom: 15 });
    });
}

async function start(container: HTMLElement): Promise<void> {
  const { features } = config;
  const city = await createMap({
    config,
    container,
    overlays: [SOURCE],
    title: say("أرض كل جهة، والفجوات والتداخلات", "The ground of each body, gaps and overlaps"),
    data: (colours) => ({ sources: {}, layers: layers(colours) }),
    hash: false,
  });
  if (!city) return;
  for (const one of features.features)
    if (one.properties?.number) one.properties.text = shownDigits(String(one.properties.text));
  city.setOverlay(SOURCE, features);
  keepLegendFree(city, container);
  showPieces(city, container, features);
  const box = extent(features.features);
  if (box) city.map.fitBounds(box, { padding: PADDING_PX, animate: false });
}

const container = maybe("map");
if (container) void start(container);
