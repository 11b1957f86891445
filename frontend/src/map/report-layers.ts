/* Where a photo was taken beside where the device is: its circle dashed and in the second voice's copper, so that the
   two are told apart without colour, the way between them dotted, each with its word. */

import type { LayerSpecification } from "maplibre-gl";
import type { FeatureCollection, Position } from "geojson";
import { BOLD, SEMIBOLD } from "./fonts";
import { circle } from "./measure";
import { collection, feature } from "./overlays";
import type { Palette } from "./palette";

export interface PhotoPlace {
  at: Position;
  radiusM: number;
  label: string;
}

/* The place of a photo, and where it contradicts the device's: that one's word and the way between. */
export function photoPlace(
  photo: PhotoPlace,
  device: { at: Position; label: string } | null,
  apart: string,
): FeatureCollection {
  const drawn = [
    feature({ type: "Polygon", coordinates: [circle(photo.at, photo.radiusM)] }, { part: "circle" }),
    feature({ type: "Point", coordinates: photo.at }, { part: "photo", label: photo.label }),
  ];
  if (device) {
    const middle = [(photo.at[0]! + device.at[0]!) / 2, (photo.at[1]! + device.at[1]!) / 2];
    drawn.push(
      feature({ type: "LineString", coordinates: [photo.at, device.at] }, { part: "way" }),
      feature({ type: "Point", coordinates: device.at }, { part: "label", label: device.label }),
      feature({ type: "Point", coordinates: middle }, { part: "apart", label: apart }),
    );
  }
  return collection(...drawn);
}

export function reportLayers(c: Palette): LayerSpecification[] {
  const part = (name: string): never => ["==", ["get", "part"], name] as never;
  const word = { "text-color": c.ink, "text-halo-color": c.halo, "text-halo-width": 2 };
  return [
    {
      id: "report-circle",
      type: "fill",
      source: "report",
      filter: part("circle"),
      paint: { "fill-color": c.copper, "fill-opacity": 0.1 },
    },
    {
      id: "report-circle-line",
      type: "line",
      source: "report",
      filter: part("circle"),
      paint: { "line-color": c.copper, "line-width": 1.5, "line-dasharray": [4, 3] },
    },
    {
      id: "report-way",
      type: "line",
      source: "report",
      filter: part("way"),
      layout: { "line-cap": "round" },
      paint: { "line-color": c.ink, "line-width": 2, "line-dasharray": [0.1, 2.4] },
    },
    {
      id: "report-photo",
      type: "circle",
      source: "report",
      filter: part("photo"),
      paint: {
        "circle-radius": 8,
        "circle-color": c.surface,
        "circle-stroke-color": c.copper,
        "circle-stroke-width": 5,
      },
    },
    {
      id: "report-label",
      type: "symbol",
      source: "report",
      filter: ["in", ["get", "part"], ["literal", ["photo", "label"]]],
      layout: {
        "text-field": ["get", "label"],
        "text-font": SEMIBOLD,
        "text-size": 14,
        "text-offset": [0, 1.5],
        "text-allow-overlap": true,
      },
      paint: word,
    },
    {
      id: "report-apart",
      type: "symbol",
      source: "report",
      filter: part("apart"),
      layout: {
        "text-field": ["get", "label"],
        "text-font": BOLD,
        "text-size": 15,
        "text-offset": [0, -0.9],
        "text-allow-overlap": true,
      },
      paint: word,
    },
  ];
}
