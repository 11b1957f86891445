/* Words and icons of stored codes: uses, verdicts, the four answers. */

import { h, icon } from "./dom";
import { say } from "./say";

export const USES: Record<string, { ar: string; en: string; token: string }> = {
  residential: { ar: "سكني", en: "Residential", token: "u-res" },
  residential_commercial: { ar: "سكني تجاري", en: "Residential-commercial", token: "u-rescom" },
  commercial: { ar: "تجاري", en: "Commercial", token: "u-com" },
  industrial: { ar: "صناعي", en: "Industrial", token: "u-ind" },
  agricultural: { ar: "زراعي", en: "Agricultural", token: "u-agr" },
  tourist: { ar: "سياحي", en: "Tourist", token: "u-tour" },
  government: { ar: "حكومي", en: "Government", token: "u-gov" },
  educational: { ar: "تعليمي", en: "Educational", token: "u-gov" },
  health: { ar: "صحي", en: "Health", token: "u-gov" },
  religious: { ar: "ديني", en: "Religious", token: "u-gov" },
  infrastructure: { ar: "مرافق وبنية أساسية", en: "Utilities and infrastructure", token: "u-ind" },
  open_space: { ar: "حديقة ومتنزه", en: "Garden and park", token: "u-open" },
};

/* The swatches of a legend: one line a colour. */
export const USE_LEGEND = [
  ["residential"],
  ["residential_commercial"],
  ["commercial"],
  ["industrial", "infrastructure"],
  ["agricultural"],
  ["tourist"],
  ["government", "educational", "health", "religious"],
  ["open_space"],
] as const;

export function useWord(code: string | null | undefined): string {
  const use = code ? USES[code] : undefined;
  return use ? say(use.ar, use.en) : "";
}

interface State {
  ar: string;
  en: string;
  icon: string;
  tone: string;
}

export const STATES: Record<string, State> = {
  concerned: { ar: "مشمولة", en: "Concerned", icon: "triangle", tone: "near" },
  not_concerned: { ar: "غير مشمولة", en: "Not concerned", icon: "tick", tone: "na" },
  no_data: { ar: "لا توجد بيانات", en: "No data", icon: "diamond", tone: "unknown" },
  unknown: { ar: "غير معلوم", en: "Unknown", icon: "diamond", tone: "unknown" },
  inside: { ar: "داخل المنطقة", en: "Inside the zone", icon: "inside", tone: "in" },
  near_edge: { ar: "قريب من الحد", en: "Near the edge", icon: "near_edge", tone: "near" },
  ambiguous: { ar: "أكثر من منطقة", en: "More than one zone", icon: "ambiguous", tone: "unknown" },
  outside: { ar: "خارج المناطق", en: "Outside the zones", icon: "outside", tone: "na" },
};

/* Colour, icon and word together; never one alone. */
export function state(code: string): HTMLElement {
  const known = STATES[code] ?? STATES.unknown!;
  return h(
    "span",
    { class: `st ${known.tone}`, "data-state": code },
    icon(known.icon),
    say(known.ar, known.en),
  );
}
