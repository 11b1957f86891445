/* What the planner's page shows, as it stands in the address; ``to`` is exclusive in the query. */

export const LOOKS = ["cells", "spots", "change", "trend"] as const;
export type Look = (typeof LOOKS)[number];

export interface Filters {
  from: string; // first day, yyyy-mm-dd, "" = from the first report
  to: string; // first day that is out, "" = to the last report
  categories: string[];
  statuses: string[];
  channels: string[];
  wilayat: string;
  area: string;
  polygon: string; // WKT in WGS 84, "" = none
  cellM: number;
  measure: string;
  weight: "" | "severity" | "age";
  halfLife: string; // days, with weight = age
  look: Look;
  by: "wilayat" | "area"; // places of comparison and trend
  beforeFrom: string; // of the period compared with, "" = as long, just before
  beforeTo: string;
  against: "days" | "city";
}

export const PLAIN: Filters = {
  from: "",
  to: "",
  categories: [],
  statuses: [],
  channels: [],
  wilayat: "",
  area: "",
  polygon: "",
  cellM: 800,
  measure: "count",
  weight: "",
  halfLife: "90",
  look: "cells",
  by: "wilayat",
  beforeFrom: "",
  beforeTo: "",
  against: "days",
};

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const ID = /^\d+$/;
const SHAPE = /^POLYGON ?\(\([-\d., ]+\)\)$/;

/* Names in the address of what is one text each. */
const TEXTS = {
  wilayat: "wilayat",
  area: "area",
  polygon: "polygon",
  measure: "per",
  weight: "weight",
  halfLife: "half_life_days",
  look: "look",
  by: "by",
  beforeFrom: "before_from",
  beforeTo: "before_to",
  against: "against",
} as const;

export function readFilters(
  search: string,
  standard: Filters,
  sizes: readonly number[],
  measures: readonly string[],
): Filters {
  const q = new URLSearchParams(search);
  const fits: Record<keyof typeof TEXTS, (text: string) => boolean> = {
    wilayat: (t) => ID.test(t),
    area: (t) => ID.test(t),
    polygon: (t) => SHAPE.test(t),
    measure: (t) => measures.includes(t),
    weight: (t) => t === "severity" || t === "age",
    halfLife: (t) => ID.test(t),
    look: (t) => (LOOKS as readonly string[]).includes(t),
    by: (t) => t === "wilayat" || t === "area",
    beforeFrom: (t) => DAY.test(t),
    beforeTo: (t) => DAY.test(t),
    against: (t) => t === "days" || t === "city",
  };
  const texts = Object.entries(TEXTS).flatMap(([key, name]) => {
    const text = q.get(name);
    return text !== null && fits[key as keyof typeof TEXTS](text) ? [[key, text]] : [];
  });
  const day = (key: "from" | "to"): string => {
    const value = q.get(key);
    return value !== null && (DAY.test(value) || value === "") ? value : standard[key];
  };
  const list = (key: string): string[] => (q.get(key) ?? "").split(",").filter(Boolean);
  const cell = Number(q.get("cell_m"));
  return {
    ...standard,
    ...(Object.fromEntries(texts) as Partial<Filters>),
    from: day("from"),
    to: day("to"),
    categories: list("category"),
    statuses: list("status"),
    channels: list("channel"),
    cellM: sizes.includes(cell) ? cell : standard.cellM,
  };
}

function asked(pairs: Record<string, string | number>, extra: Record<string, string | number>): string {
  const all = Object.entries({ ...pairs, ...extra }).map(([key, value]) => [key, String(value)] as const);
  return new URLSearchParams(all.filter(([, value]) => value !== "").map(([k, v]) => [k, v])).toString();
}

function selected(f: Filters): Record<string, string> {
  return {
    from: f.from,
    to: f.to,
    category: f.categories.join(","),
    status: f.statuses.join(","),
    channel: f.channels.join(","),
    wilayat: f.wilayat,
    area: f.area,
    polygon: f.polygon,
  };
}

/* The query for the API: which reports. */
export function apiQuery(f: Filters, extra: Record<string, string | number> = {}): string {
  return asked(selected(f), extra);
}

/* The same with what each cell's value is. */
export function measuredQuery(f: Filters, extra: Record<string, string | number> = {}): string {
  const weighed = {
    weight: f.weight,
    half_life_days: f.weight === "age" ? f.halfLife : "",
  };
  return asked({ ...selected(f), per: f.measure === "count" ? "" : f.measure, ...weighed }, extra);
}

/* The query for the page's own address: what differs from the standard view. */
export function pageQuery(f: Filters, standard: Filters): Record<string, string | null> {
  const texts = Object.entries(TEXTS).map(([key, name]) => {
    const value = f[key as keyof typeof TEXTS];
    return [name, value === standard[key as keyof typeof TEXTS] ? null : value];
  });
  return {
    from: f.from === standard.from ? null : f.from,
    to: f.to === standard.to ? null : f.to,
    category: f.categories.join(",") || null,
    status: f.statuses.join(",") || null,
    channel: f.channels.join(",") || null,
    cell_m: f.cellM === standard.cellM ? null : String(f.cellM),
    ...(Object.fromEntries(texts) as Record<string, string | null>),
  };
}

/* The same view of other reports: what is not a filter stays. */
export function withoutFilters(f: Filters, standard: Filters): Filters {
  const { from, to, categories, statuses, channels, wilayat, area, polygon } = standard;
  return { ...f, from, to, categories, statuses, channels, wilayat, area, polygon };
}

export function isStandard(f: Filters, standard: Filters): boolean {
  return apiQuery(f) === apiQuery(standard);
}

/* The day before an exclusive end, as people say a period. */
export function lastDay(to: string): string {
  const day = new Date(`${to}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() - 1);
  return day.toISOString().slice(0, 10);
}

export function dayAfter(day: string): string {
  const next = new Date(`${day}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
}

export function monthAfter(month: string): string {
  const [y, m] = month.split("-").map(Number) as [number, number];
  return m === 12 ? `${y + 1}-01` : `${y}-${String(m + 1).padStart(2, "0")}`;
}

/* The same days a year earlier: what a year is fairly compared with. */
export function yearBefore(day: string): string {
  const year = Number(day.slice(0, 4)) - 1;
  const leap = day.slice(5) === "02-29";
  return leap ? `${year}-03-01` : `${year}${day.slice(4)}`;
}

export interface Span {
  from: string;
  to: string;
}

/* With what a period is compared: what was chosen, else the same days a year before; where those would overlap,
   nothing is said and the server takes as long just before. */
export function comparedWith(f: Filters): Span {
  if (f.beforeFrom && f.beforeTo) return { from: f.beforeFrom, to: f.beforeTo };
  const year = f.from && f.to ? { from: yearBefore(f.from), to: yearBefore(f.to) } : { from: "", to: "" };
  return year.to > f.from ? { from: "", to: "" } : year;
}

/* As long as the period, ending where it begins. */
export function justBefore(f: Span): Span {
  const day = 86_400_000;
  const [from, to] = [Date.parse(f.from), Date.parse(f.to)];
  const days = Math.round((to - from) / day);
  return { from: new Date(from - days * day).toISOString().slice(0, 10), to: f.from };
}

/* A ring drawn on the map as WKT, to a metre. */
export function wktOf(ring: readonly (readonly number[])[]): string {
  return `POLYGON((${ring.map(([lon, lat]) => `${lon!.toFixed(5)} ${lat!.toFixed(5)}`).join(",")}))`;
}

export function ringOf(wkt: string): number[][] {
  const inside = /\(\(([^)]*)\)\)/.exec(wkt)?.[1] ?? "";
  return inside
    .split(",")
    .map((pair) => pair.trim().split(" ").map(Number))
    .filter((pair) => pair.length === 2 && pair.every(Number.isFinite));
}
