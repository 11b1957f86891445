/* What the page's server side tells the island: one JSON block, no globals. */

export interface CityConfig {
  lang: "ar" | "en";
  is_demo: boolean;
  tiles: string; // "/tiles"
  layers: string[]; // names that exist and that this person may see
  bounds: [number, number, number, number]; // west, south, east, north
  center: [number, number];
  zoom: number;
  style: string | null; // address of a base style in place of our own
  style_dark: string | null;
  pmtiles: string | null; // address of the city's own basemap archive
  coast: string;
  waters: { name_ar: string; name_en: string; at: [number, number] }[];
  roles: string[];
  attribution: string;
  time_zone: string;
  prefix: string; // "" or "/en"
  [extra: string]: unknown;
}

export function readConfig<T extends CityConfig = CityConfig>(): T {
  const block = document.getElementById("config");
  return JSON.parse(block?.textContent ?? "{}") as T;
}
