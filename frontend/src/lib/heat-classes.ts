/* Measures and their seven classes as the server tells them (maps/heat/classes.py, denominators): limits are
   round, and fixed for a measure and a size of cell, so that filters never move them. */

import type { Coded } from "./types";

export interface Measure extends Coded {
  limits: number[] | Record<string, number[]>; // of the seven classes; the count's by width of the cell
  unit_ar: string;
  unit_en: string;
}

export const CELL_SIZES = [100, 200, 400, 800, 1600] as const;
export const UNKNOWN = 8; // class of a cell whose reports have nothing to be divided by

export const CLASS_WORDS = [
  { ar: "نادر", en: "Rare" },
  { ar: "قليل جدًا", en: "Very low" },
  { ar: "قليل", en: "Low" },
  { ar: "متوسط", en: "Medium" },
  { ar: "مرتفع", en: "High" },
  { ar: "مرتفع جدًا", en: "Very high" },
  { ar: "الأعلى", en: "Highest" },
] as const;

/* What is divided by something that a cell may lack. */
export function isRate(measure: Measure): boolean {
  return measure.code !== "count" && measure.code !== "km2";
}

/* Lower limits of the seven classes. */
export function breaks(measure: Measure, cellM: number): number[] {
  const { limits } = measure;
  return Array.isArray(limits) ? limits : limits[String(cellM)]!;
}

/* Class 1-7 of a value of a cell with reports. */
export function classOf(value: number, limits: number[]): number {
  return Math.max(1, limits.filter((limit) => value >= limit).length);
}

/* Digits behind the point that tell one class from the next. */
export function decimalsOf(limits: number[]): number {
  return Math.max(...limits.map((limit) => (String(limit).split(".")[1] ?? "").length));
}

/* "5–14", "150 and more": the range of a class; whole numbers where reports are counted. */
export function rangeText(
  i: number,
  limits: number[],
  whole: boolean,
  shown: (n: number) => string,
  more: (n: string) => string,
): string {
  const from = limits[i]!;
  const next = limits[i + 1];
  if (next === undefined) return more(shown(from));
  if (!whole) return `${shown(from)}–${shown(next)}`;
  return next - 1 === from ? shown(from) : `${shown(from)}–${shown(next - 1)}`;
}
