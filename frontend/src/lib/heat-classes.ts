/* Seven classes with round limits, fixed for a measure and a cell size: filters never move them.
   The 800 m row is the city's reference; other sizes are rounded from it by area, never below one report. */

export type Measure = "count" | "km2";

export const CELL_SIZES = [100, 200, 400, 800, 1600] as const;

const COUNT_BREAKS: Record<number, number[]> = {
  50: [1, 2, 3, 4, 5, 6, 8],
  100: [1, 2, 3, 4, 6, 8, 12],
  200: [1, 2, 4, 6, 10, 15, 25],
  400: [1, 3, 6, 12, 25, 40, 60],
  800: [1, 5, 15, 30, 60, 100, 150],
  1600: [1, 15, 50, 100, 200, 350, 500],
  3200: [1, 50, 150, 300, 700, 1200, 2000],
  6400: [1, 200, 600, 1200, 2800, 5000, 8000],
  12800: [1, 800, 2400, 5000, 11000, 20000, 32000],
};

/* Reports per square kilometre: one scale for every cell size, as a density may be compared across them. */
const KM2_BREAKS = [0, 10, 25, 50, 100, 150, 250];

export const CLASS_WORDS = [
  { ar: "نادر", en: "Rare" },
  { ar: "قليل جدًا", en: "Very low" },
  { ar: "قليل", en: "Low" },
  { ar: "متوسط", en: "Medium" },
  { ar: "مرتفع", en: "High" },
  { ar: "مرتفع جدًا", en: "Very high" },
  { ar: "الأعلى", en: "Highest" },
] as const;

/* Lower limits of the seven classes. */
export function breaks(measure: Measure, cellM: number): number[] {
  if (measure === "km2") return KM2_BREAKS;
  return COUNT_BREAKS[cellM] ?? COUNT_BREAKS[800]!;
}

export function valueOf(count: number, measure: Measure, cellM: number): number {
  return measure === "km2" ? count / (cellM / 1000) ** 2 : count;
}

/* Class 1-7 of a value; 0 for none. */
export function classOf(value: number, limits: number[]): number {
  let found = 0;
  limits.forEach((limit, i) => {
    if (value >= limit && value > 0) found = i + 1;
  });
  return found;
}

/* "5–14", "150 and more": the range of a class, whole numbers for counts. */
export function rangeText(
  i: number,
  limits: number[],
  measure: Measure,
  shown: (n: number) => string,
  more: (n: string) => string,
): string {
  const from = limits[i]!;
  const next = limits[i + 1];
  if (next === undefined) return more(shown(from));
  if (measure === "km2") return `${shown(from)}–${shown(next)}`;
  return next - 1 === from ? shown(from) : `${shown(from)}–${shown(next - 1)}`;
}
