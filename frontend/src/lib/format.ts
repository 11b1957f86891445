/* Numbers, lengths, areas, money, dates: Western digits unless the reader switched; a no-break space before units. */

import { readConfig } from "./config";
import { arabicDigits } from "./digits";
import { lang, say } from "./say";
import { arabicPhrase, englishPhrase, type ArabicForms } from "./plural";

export const NBSP = "\u00a0";

export function shownDigits(text: string): string {
  const arab = typeof document !== "undefined" && document.documentElement.dataset.digits === "arab";
  return arab ? arabicDigits(text) : text;
}

export function number(value: number, decimals = 0): string {
  const text = new Intl.NumberFormat("en-US", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(value);
  return shownDigits(text.replace("-", "\u2212"));
}

export function metres(value: number, decimals = 2): string {
  return number(value, decimals) + NBSP + say("م", "m");
}

/* Metres that a reading gives: whole ones, one decimal below ten. */
export function aboutMetres(value: number): string {
  return metres(value, value < 10 ? 1 : 0);
}

/* Metres as a distance to be read aloud: one decimal under 100 m, whole metres above, kilometres from 1 km. */
export function distance(value: number): string {
  const d = Math.abs(value);
  if (d >= 1000) return number(d / 1000, 1) + NBSP + say("كم", "km");
  return metres(d, d < 100 && Math.abs(d - Math.round(d)) >= 0.05 ? 1 : 0);
}

export function squareMetres(value: number, decimals = 2): string {
  return number(value, decimals) + NBSP + say("م²", "m²");
}

export function percent(value: number, decimals = 0): string {
  return number(value, decimals) + "%";
}

/* Baisa are whole thousandths of a rial; three decimals always, the currency behind in both languages. */
export function rial(baisa: number): string {
  const amount = number(baisa / 1000, 3);
  return amount + NBSP + say("ر.ع.", "OMR");
}

export function count(n: number, ar: ArabicForms, one: string, many: string): string {
  const shown = number(n);
  return lang() === "en" ? englishPhrase(n, shown, one, many) : arabicPhrase(n, shown, ar);
}

/* The clock of the city, whatever the reader's: told by the page, read once. */
let cityZone = "";
export function zoneOfCity(): string {
  if (!cityZone) cityZone = (typeof document === "undefined" ? "" : readConfig().time_zone) || "UTC";
  return cityZone;
}

function parts(iso: string, zone: string): Record<string, string> {
  const fmt = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    day: "2-digit",
    month: "2-digit",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
  return Object.fromEntries(fmt.formatToParts(new Date(iso)).map((p) => [p.type, p.value]));
}

/* dd/mm/yyyy. A plain date (no time) is shown as it stands, whatever the time zone. */
export function date(iso: string, zone = zoneOfCity()): string {
  const plain = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso);
  if (plain) return shownDigits(`${plain[3]}/${plain[2]}/${plain[1]}`);
  const p = parts(iso, zone);
  return shownDigits(`${p.day}/${p.month}/${p.year}`);
}

export function time(iso: string, zone = zoneOfCity()): string {
  const p = parts(iso, zone);
  return shownDigits(`${p.hour === "24" ? "00" : p.hour}:${p.minute}`);
}

export function sameDay(a: string, b: string, zone = zoneOfCity()): boolean {
  return date(a, zone) === date(b, zone);
}

const MONTHS_AR = [
  "يناير",
  "فبراير",
  "مارس",
  "أبريل",
  "مايو",
  "يونيو",
  "يوليو",
  "أغسطس",
  "سبتمبر",
  "أكتوبر",
  "نوفمبر",
  "ديسمبر",
];
const MONTHS_EN = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function monthName(month: string): string {
  const m = Number(month.slice(5, 7)) - 1;
  return say(MONTHS_AR[m] ?? "", MONTHS_EN[m] ?? "");
}
