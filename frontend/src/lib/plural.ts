/* Numbers decide the noun: six forms in Arabic, two in English. */

export interface ArabicForms {
  zero?: string;
  one: string; // the whole phrase: بلاغ واحد
  two: string; // the whole phrase: بلاغان
  few: string; // 3-10, number before it: بلاغات
  many: string; // 11-99, number before it: بلاغًا
  other: string; // 100, 101 …: بلاغ
}

const AR = new Intl.PluralRules("ar");

export function arabicPhrase(n: number, shown: string, forms: ArabicForms): string {
  switch (AR.select(n)) {
    case "zero":
      return forms.zero ?? `${shown} ${forms.other}`;
    case "one":
      return forms.one;
    case "two":
      return forms.two;
    case "few":
      return `${shown} ${forms.few}`;
    case "many":
      return `${shown} ${forms.many}`;
    default:
      return `${shown} ${forms.other}`;
  }
}

/* The noun alone, for a number that is drawn large beside it. */
export function arabicNoun(n: number, forms: ArabicForms): string {
  const kind = AR.select(n);
  if (kind === "few") return forms.few;
  if (kind === "many") return forms.many;
  return forms.other;
}

export function englishPhrase(n: number, shown: string, one: string, many: string): string {
  return `${shown} ${n === 1 ? one : many}`;
}

export const REPORTS: ArabicForms = {
  zero: "لا بلاغات",
  one: "بلاغ واحد",
  two: "بلاغان",
  few: "بلاغات",
  many: "بلاغًا",
  other: "بلاغ",
};
export const PLOTS: ArabicForms = {
  zero: "لا قطع",
  one: "قطعة واحدة",
  two: "قطعتان",
  few: "قطع",
  many: "قطعة",
  other: "قطعة",
};
export const RESULTS: ArabicForms = {
  zero: "لا نتائج",
  one: "نتيجة واحدة",
  two: "نتيجتان",
  few: "نتائج",
  many: "نتيجة",
  other: "نتيجة",
};
export const SECONDS: ArabicForms = {
  zero: "الآن",
  one: "ثانية",
  two: "ثانيتين",
  few: "ثوانٍ",
  many: "ثانية",
  other: "ثانية",
};
export const MINUTES: ArabicForms = {
  one: "دقيقة",
  two: "دقيقتين",
  few: "دقائق",
  many: "دقيقة",
  other: "دقيقة",
};
export const ROWS: ArabicForms = {
  zero: "لا صفوف",
  one: "صف واحد",
  two: "صفان",
  few: "صفوف",
  many: "صفًا",
  other: "صف",
};
