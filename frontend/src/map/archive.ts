/* Reads a PMTiles archive; loaded only where the city has one. An archive in the schema of Protomaps gets
   the style made for it, in our colours and fonts; any other, fills and lines layer by layer. */

import { layers as protomaps, namedFlavor, type Flavor } from "@protomaps/basemaps";
import { addProtocol, type LayerSpecification, type SourceSpecification } from "maplibre-gl";
import { PMTiles, Protocol, TileType } from "pmtiles";
import { lang } from "../lib/say";
import { PREFIX, type Basemap, type Ground } from "./basemap";
import { REGULAR, SEMIBOLD } from "./fonts";
import type { Palette, Theme } from "./palette";

const SOURCE = `${PREFIX}city`;
const PROTOMAPS = ["earth", "water", "roads", "places"]; // layers that tell the schema
const WATER = /water|sea|ocean|lake|river|wadi|ماء|بحر/i;

let protocol: Protocol | null = null;

export function speakPmtiles(): Protocol {
  if (!protocol) {
    protocol = new Protocol({ metadata: true });
    addProtocol("pmtiles", protocol.tile);
  }
  return protocol;
}

function flavour(theme: Theme, c: Palette): Flavor {
  return {
    ...namedFlavor(theme),
    background: c.land,
    earth: c.land,
    water: c.sea,
    buildings: c.building,
    minor_a: c.road,
    minor_b: c.road,
    minor_service: c.road,
    other: c.road,
    minor_casing: c["road-case"],
    minor_service_casing: c["road-case"],
    major: c["road-main"],
    highway: c["road-main"],
    link: c["road-main"],
    major_casing_early: c["road-main-case"],
    major_casing_late: c["road-main-case"],
    highway_casing_early: c["road-main-case"],
    highway_casing_late: c["road-main-case"],
    link_casing: c["road-main-case"],
    ocean_label: c["label-sea"],
    regular: REGULAR[0]!,
    bold: SEMIBOLD[0]!,
    italic: REGULAR[0]!,
  };
}

/* The style asks for fonts of its own in some scripts; ours has no file for them, and none is fetched. */
function ourFonts<T>(part: T): T {
  if (typeof part === "string") return (part.startsWith("Noto Sans") ? REGULAR[0] : part) as T;
  if (Array.isArray(part)) return part.map(ourFonts) as T;
  if (part !== null && typeof part === "object")
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, ourFonts(value)])) as T;
  return part;
}

/* Icons would need a sprite sheet: layers of icons alone are left out, others keep their words. */
function wordsOnly(layer: LayerSpecification): LayerSpecification[] {
  if (layer.type !== "symbol" || !layer.layout) return [layer];
  const { "icon-image": image, ...layout } = layer.layout;
  if (image !== undefined && layout["text-field"] === undefined) return [];
  return [{ ...layer, layout }];
}

/* An archive of one city may lack what it has none of: glaciers, landcover. */
function protomapsLayers(theme: Theme, c: Palette, ids: string[]): LayerSpecification[] {
  // The two packages type the same document by different releases of the style specification.
  const made = protomaps(SOURCE, flavour(theme, c), { lang: lang() }) as unknown as LayerSpecification[];
  return made
    .filter((layer) => !["pois", "roads_shields"].includes(layer.id))
    .filter((layer) => !("source-layer" in layer) || ids.includes(String(layer["source-layer"])))
    .flatMap(wordsOnly)
    .map((layer) => ({ ...ourFonts(layer), id: PREFIX + layer.id }));
}

function plainLayers(ids: string[], c: Palette): LayerSpecification[] {
  const of = (id: string): { source: string; "source-layer": string } => ({
    source: SOURCE,
    "source-layer": id,
  });
  return ids.flatMap((id): LayerSpecification[] => [
    {
      id: `${PREFIX}${id}-fill`,
      type: "fill",
      ...of(id),
      filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "fill-color": WATER.test(id) ? c.sea : c.building, "fill-opacity": 0.35 },
    },
    {
      id: `${PREFIX}${id}-line`,
      type: "line",
      ...of(id),
      filter: ["in", ["geometry-type"], ["literal", ["LineString", "Polygon"]]],
      paint: { "line-color": WATER.test(id) ? c.coast : c["road-case"], "line-width": 1 },
    },
  ]);
}

export async function archiveGround(address: string): Promise<Ground> {
  const url = new URL(address, location.origin).href;
  const archive = new PMTiles(url);
  speakPmtiles().add(archive);
  const header = await archive.getHeader();
  const meta = (await archive.getMetadata()) as { vector_layers?: { id: string }[] };
  const vector = header.tileType === TileType.Mvt;
  const source = { type: vector ? "vector" : "raster", url: `pmtiles://${url}` } as SourceSpecification;
  const ids = (meta.vector_layers ?? []).map((layer) => layer.id);
  const known = PROTOMAPS.every((id) => ids.includes(id));
  const layersFor = (theme: Theme, c: Palette): LayerSpecification[] => {
    if (!vector) return [{ id: `${PREFIX}picture`, type: "raster", source: SOURCE }];
    return known ? protomapsLayers(theme, c, ids) : plainLayers(ids, c);
  };
  return (theme, c): Basemap => ({
    covers: vector && known,
    style: { sources: { [SOURCE]: source }, layers: layersFor(theme, c) },
  });
}
