/* Digits in any script in, Western digits out; Arabic-Indic on the page only by the reader's own switch. */

const ARABIC_INDIC = "٠١٢٣٤٥٦٧٨٩";
const PERSIAN = "۰۱۲۳۴۵۶۷۸۹";

/* Western digits for Arabic-Indic and Persian ones; everything else is left as typed. */
export function westernDigits(text: string): string {
  return text.replace(/[٠-٩۰-۹]/g, (c) => {
    const at = ARABIC_INDIC.indexOf(c);
    return String(at >= 0 ? at : PERSIAN.indexOf(c));
  });
}

/* A number as people type it: digits of any script, ٫ , or . before the decimals. NaN for anything else. */
export function typedNumber(text: string): number {
  const plain = westernDigits(text.trim()).replaceAll("٬", "").replace("−", "-").replace(/[٫,،]/, ".");
  return /^-?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : NaN;
}

export function arabicDigits(text: string): string {
  return text.replace(/[0-9]/g, (c) => ARABIC_INDIC[Number(c)]!);
}

/* Letters as a search folds them: no harakat or tatweel, one alef, one yaa, one haa, Western digits. */
export function foldArabic(text: string): string {
  return westernDigits(text)
    .normalize("NFKC")
    .replace(/[\u064B-\u065F\u0670\u0640]/g, "")
    .replace(/[أإآٱ]/g, "ا")
    .replace(/ى/g, "ي")
    .replace(/ة/g, "ه")
    .replace(/ؤ/g, "و")
    .replace(/ئ/g, "ي")
    .toLowerCase();
}
