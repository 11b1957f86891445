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

const ARABIC = /[\u0600-\u06ff]/;
const SYNTHETIC = "synthetic, not authoritative"; // how the demo signs its rows

/* Who a row comes from, as its source wrote it. Where it wrote both languages ("عربي / English"), the page's. */
export function sourceText(text: string): string {
  if (text === SYNTHETIC) return say("بيانات تجريبية غير معتمدة", SYNTHETIC);
  const parts = text.split(" / ");
  const [arabic, latin] = [parts.find((p) => ARABIC.test(p)), parts.find((p) => !ARABIC.test(p))];
  return parts.length === 2 && arabic && latin ? say(arabic, latin) : text;
}
