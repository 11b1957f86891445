/* The planner's filters as they stand in the address; months are whole, ``to`` is exclusive in the query. */

export interface Filters {
  from: string; // first day, yyyy-mm-dd, "" = from the first report
  to: string; // first day that is out, "" = to the last report
  categories: string[];
  statuses: string[];
  wilayat: string;
  cellM: number;
  measure: "count" | "km2";
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function readFilters(search: string, standard: Filters, sizes: readonly number[]): Filters {
  const q = new URLSearchParams(search);
  const day = (key: "from" | "to"): string => {
    const value = q.get(key);
    return value !== null && (DAY.test(value) || value === "") ? value : standard[key];
  };
  const list = (key: string): string[] => (q.get(key) ?? "").split(",").filter(Boolean);
  const cell = Number(q.get("cell_m"));
  return {
    from: day("from"),
    to: day("to"),
    categories: list("category"),
    statuses: list("status"),
    wilayat: /^\d+$/.test(q.get("wilayat") ?? "") ? q.get("wilayat")! : "",
    cellM: sizes.includes(cell) ? cell : standard.cellM,
    measure: q.get("per") === "km2" ? "km2" : "count",
  };
}

/* The query for the API: only what is set. */
export function apiQuery(f: Filters, extra: Record<string, string | number> = {}): string {
  const q = new URLSearchParams();
  if (f.from) q.set("from", f.from);
  if (f.to) q.set("to", f.to);
  if (f.categories.length) q.set("category", f.categories.join(","));
  if (f.statuses.length) q.set("status", f.statuses.join(","));
  if (f.wilayat) q.set("wilayat", f.wilayat);
  for (const [key, value] of Object.entries(extra)) q.set(key, String(value));
  return q.toString();
}

/* The query for the page's own address: what differs from the standard view. */
export function pageQuery(f: Filters, standard: Filters): Record<string, string | null> {
  return {
    from: f.from === standard.from ? null : f.from,
    to: f.to === standard.to ? null : f.to,
    category: f.categories.join(",") || null,
    status: f.statuses.join(",") || null,
    wilayat: f.wilayat || null,
    cell_m: f.cellM === standard.cellM ? null : String(f.cellM),
    per: f.measure === "count" ? null : f.measure,
  };
}

export function isStandard(f: Filters, standard: Filters): boolean {
  return Object.values(pageQuery({ ...f, cellM: standard.cellM, measure: "count" }, standard)).every(
    (v) => v === null,
  );
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
