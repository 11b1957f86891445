/* The ground under our own layers: our plain one, a style of any address, or a PMTiles archive of the city
   (settings). Names of a foreign style's sources and layers get a prefix, so that none meets one of ours. */

import type { LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";
import type { CityConfig } from "../lib/config";
import type { Palette, Theme } from "./palette";

export interface Basemap {
  style: Partial<StyleSpecification> & Pick<StyleSpecification, "sources" | "layers">;
  covers: boolean; // it draws land and sea itself
}

/* A basemap is asked for its side of a theme, when that side is drawn. */
export type Ground = (theme: Theme, colours: Palette) => Basemap | null;

export const PREFIX = "base:";
const PLAIN = new Set(["sea", "land", "coast", "shore", "sea-name"]); // what a basemap draws in our stead
const PLAIN_GROUND = ["sea", "land", "coast"];

/* Addresses in a style are relative to it; the braces of {z}/{x}/{y} stay as they are. */
export function absolute(address: string, from: string): string {
  const [, scheme = "", rest = address] = /^(pmtiles:\/\/)?(.*)$/s.exec(address) ?? [];
  return scheme + new URL(rest, from).href.replaceAll("%7B", "{").replaceAll("%7D", "}");
}

function sourceFrom(source: SourceSpecification, from: string): SourceSpecification {
  const made = { ...source } as Record<string, unknown>;
  if (typeof made.url === "string") made.url = absolute(made.url, from);
  if (Array.isArray(made.tiles)) made.tiles = (made.tiles as string[]).map((t) => absolute(t, from));
  if (made.type === "geojson" && typeof made.data === "string") made.data = absolute(made.data, from);
  return made as SourceSpecification;
}

function spriteFrom(sprite: StyleSpecification["sprite"], from: string): StyleSpecification["sprite"] {
  if (typeof sprite === "string") return absolute(sprite, from);
  return sprite?.map((part) => ({ ...part, url: absolute(part.url, from) }));
}

/* A style as it must stand in ours: own names, whole addresses; null for what is no style. */
export function adopted(style: Partial<StyleSpecification>, from: string): Basemap | null {
  if (!Array.isArray(style.layers) || typeof style.sources !== "object") return null;
  const sources = Object.fromEntries(
    Object.entries(style.sources).map(([id, source]) => [PREFIX + id, sourceFrom(source, from)]),
  );
  const layers = style.layers.map(
    (layer) =>
      ({
        ...layer,
        id: PREFIX + layer.id,
        ...("source" in layer ? { source: PREFIX + String(layer.source) } : {}),
      }) as LayerSpecification,
  );
  return {
    covers: true,
    style: {
      sources,
      layers,
      ...(style.glyphs ? { glyphs: absolute(style.glyphs, from) } : {}),
      ...(style.sprite ? { sprite: spriteFrom(style.sprite, from)! } : {}),
      ...(style["font-faces"] ? { "font-faces": style["font-faces"] } : {}),
    },
  };
}

async function fetched(address: string): Promise<Basemap> {
  const from = new URL(address, location.origin).href;
  const response = await fetch(from);
  if (!response.ok) throw new Error(`${response.status} ${from}`);
  const base = adopted((await response.json()) as Partial<StyleSpecification>, from);
  if (!base) throw new Error(`not a style: ${from}`);
  const archived = Object.values(base.style.sources).some(
    (s) => "url" in s && String(s.url).startsWith("pmtiles://"),
  );
  if (archived) (await import("./archive")).speakPmtiles();
  return base;
}

async function styles(config: CityConfig): Promise<Ground> {
  const [light, dark] = [config.style ?? config.style_dark, config.style_dark ?? config.style];
  const asked = [...new Set([light, dark])].filter((url) => url !== null);
  const found = new Map(await Promise.all(asked.map(async (url) => [url, await fetched(url)] as const)));
  return (theme) => found.get((theme === "dark" ? dark : light)!) ?? null;
}

/* Where a basemap cannot be had the plain one is drawn; the map never waits for more than one answer. */
export async function basemap(config: CityConfig): Promise<Ground> {
  try {
    if (config.style ?? config.style_dark) return await styles(config);
    if (config.pmtiles) return await (await import("./archive")).archiveGround(config.pmtiles);
  } catch {
    // said on the page for whoever runs it; a reader of the map can do nothing about it
  }
  if (config.style ?? config.style_dark ?? config.pmtiles)
    document.documentElement.dataset.basemap = "failed";
  return () => null;
}

/* Ours over theirs. What covers the ground replaces our land and sea; anything else lies on them. */
export function over(base: Basemap | null, own: StyleSpecification): StyleSpecification {
  if (!base) return own;
  const plain = base.covers ? [] : own.layers.filter((layer) => PLAIN_GROUND.includes(layer.id));
  const dropped = (id: string): boolean => (base.covers ? PLAIN : new Set(PLAIN_GROUND)).has(id);
  return {
    ...own,
    ...(base.style.glyphs ? { glyphs: base.style.glyphs } : {}),
    ...(base.style.sprite ? { sprite: base.style.sprite } : {}),
    "font-faces": { ...base.style["font-faces"], ...own["font-faces"] },
    sources: { ...base.style.sources, ...own.sources },
    layers: [...plain, ...base.style.layers, ...own.layers.filter((layer) => !dropped(layer.id))],
  };
}
