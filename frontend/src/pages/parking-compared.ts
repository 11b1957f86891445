/* Revenue before and after a change of price, zone by zone on the map: sign and percent, not colour alone. */

import type { FeatureCollection } from "geojson";
import type { LayerSpecification } from "maplibre-gl";
import { readConfig, type CityConfig } from "../lib/config";
import { maybe } from "../lib/dom";
import { shownDigits } from "../lib/format";
import { say } from "../lib/say";
import { extent } from "../map/extent";
import { BOLD } from "../map/fonts";
import { createMap, keepLegendFree } from "../map/frame";
import type { Palette } from "../map/palette";

interface ComparedConfig extends CityConfig {
  features: FeatureCollection | null;
}

const config = readConfig<ComparedConfig>();
const SOURCE = "compared";

function layers(c: Palette): LayerSpecification[] {
  const tone = [
    "match",
    ["get", "tone"],
    "more",
    c.pass,
    "less",
    c.fail,
    "same",
    c["ink-2"],
    c.unknown,
  ] as never;
  const isUnknown = ["==", ["get", "tone"], "unknown"] as never;
  return [
    {
      id: "compared-fill",
      type: "fill",
      source: SOURCE,
      paint: { "fill-color": tone, "fill-opacity": ["case", isUnknown, 0.08, 0.3] },
    },
    {
      id: "compared-line",
      type: "line",
      source: SOURCE,
      filter: ["!", isUnknown],
      paint: { "line-color": tone, "line-width": 2.5 },
    },
    {
      id: "compared-unknown",
      type: "line",
      source: SOURCE,
      filter: isUnknown,
      paint: { "line-color": tone, "line-width": 2.5, "line-dasharray": [2, 1.5] },
    },
    {
      id: "compared-text",
      type: "symbol",
      source: SOURCE,
      layout: {
        "text-field": ["concat", ["get", "number"], "\n", ["get", "text"]],
        "text-font": BOLD,
        "text-size": 15,
        "text-allow-overlap": true,
      },
      paint: { "text-color": c.ink, "text-halo-color": c.surface, "text-halo-width": 2 },
    },
  ];
}

async function start(container: HTMLElement, features: FeatureCollection): Promise<void> {
  const city = await createMap({
    config,
    container,
    overlays: [SOURCE],
    title: say(
      "فرق الإيراد قبل تغيير السعر وبعده",
      "Difference of revenue before and after the price changed",
    ),
    data: (colours) => ({ sources: {}, layers: layers(colours) }),
    hash: false,
  });
  if (!city) return;
  for (const f of features.features)
    if (f.properties) f.properties.text = shownDigits(String(f.properties.text));
  city.setOverlay(SOURCE, features);
  keepLegendFree(city, container);
  const box = extent(features.features);
  if (box) city.map.fitBounds(box, { padding: 50, maxZoom: 17, animate: false });
}

const container = maybe("map");
if (container && config.features) void start(container, config.features);
