/* Both texts are always written together; the page's language chooses. */

export type Lang = "ar" | "en";

export function lang(): Lang {
  return typeof document !== "undefined" && document.documentElement.lang === "en" ? "en" : "ar";
}

export function say(ar: string, en: string): string {
  return lang() === "en" ? en : ar;
}

/* A thing with name_ar and name_en. A missing translation falls back to the other name, never to nothing. */
export function nameOf(
  thing: { name_ar?: string | null; name_en?: string | null } | null | undefined,
): string {
  if (!thing) return "";
  return say(thing.name_ar || thing.name_en || "", thing.name_en || thing.name_ar || "");
}
