/* The plate on big keys: digits, and the letters of plates in both scripts on one key. */

import { h, icon } from "../lib/dom";
import { say } from "../lib/say";

/* Latin to Arabic, as on the plates (parking_zones.plates, ARABIC). */
export const LETTERS: Record<string, string> = {
  A: "أ",
  B: "ب",
  D: "د",
  H: "ح",
  J: "ج",
  K: "ك",
  L: "ل",
  M: "م",
  R: "ر",
  S: "س",
  T: "ط",
  W: "و",
  Y: "ي",
};
const MOST_DIGITS = 5;
const MOST_LETTERS = 2;

export interface PlateKeys {
  element: HTMLElement;
  text: () => string; // "1111 B"; as far as it is typed
  set: (text: string) => void;
  isWhole: () => boolean;
}

const PRIVATE = ["private", "foreign", "unknown"];

/* A plate as it stands on the car, big; of another country as it was written. */
export function plateSign(text: string, kind: string, country = ""): HTMLElement {
  const [, digits, letters] = /^(\d+) ([A-Z]+)$/.exec(text) ?? [];
  const tone = PRIVATE.includes(kind) ? "" : " red";
  return h(
    "p",
    { class: `plate big${tone}`, dir: "ltr", id: "answer-plate" },
    h("bdi", { class: "n" }, digits ?? text),
    digits ? h("b", { lang: "ar", dir: "rtl" }, [...letters!].map((one) => LETTERS[one]).join(" ")) : null,
    h("small", {}, digits ? letters : country),
  );
}

export function plateKeys(changed: (isWhole: boolean) => void): PlateKeys {
  let digits = "";
  let letters = "";
  const number = h("bdi", { class: "n" });
  const arabic = h("b", { lang: "ar", dir: "rtl" });
  const latin = h("small", {});
  const shown = h("output", { class: "plate big", dir: "ltr", id: "plate" }, number, arabic, latin);

  const isWhole = (): boolean => digits !== "" && letters !== "";

  function show(): void {
    number.textContent = digits || "\u2013";
    arabic.textContent = [...letters].map((letter) => LETTERS[letter]).join(" ");
    latin.textContent = letters;
    shown.setAttribute("aria-label", `${say("اللوحة", "Plate")} ${digits} ${letters}`);
    changed(isWhole());
  }

  function press(sign: string): void {
    if (/\d/.test(sign)) digits = (digits + sign).replace(/^0+(?=\d)/, "").slice(0, MOST_DIGITS);
    else letters = (letters + sign).slice(0, MOST_LETTERS);
    show();
  }

  function back(): void {
    if (letters) letters = letters.slice(0, -1);
    else digits = digits.slice(0, -1);
    show();
  }

  const key = (sign: string, ...inside: (Node | string)[]): HTMLElement =>
    h("button", { type: "button", class: "key", "data-sign": sign, onclick: () => press(sign) }, ...inside);
  const digitKeys = [..."1234567890"].map((digit) => key(digit, digit));
  const letterKeys = Object.entries(LETTERS).map(([letter, its]) =>
    key(letter, h("b", { lang: "ar" }, its), h("small", {}, letter)),
  );
  const undo = h(
    "button",
    { type: "button", class: "key wide", id: "plate-back", onclick: back },
    icon("arrow"),
  );
  undo.setAttribute("aria-label", say("امسح آخر رمز", "Delete the last sign"));
  const element = h(
    "div",
    { class: "platekeys", role: "group", "aria-label": say("رقم اللوحة ورمزها", "The plate") },
    h("div", { class: "row between" }, shown, undo),
    h("div", { class: "pad digits", dir: "ltr" }, ...digitKeys),
    h("div", { class: "pad letters", dir: "ltr" }, ...letterKeys),
  );
  element.addEventListener("keydown", (event) => {
    const sign = event.key.toUpperCase();
    if (/^\d$/.test(sign) || sign in LETTERS) press(sign);
    else if (event.key === "Backspace") back();
    else return;
    event.preventDefault();
  });
  show();
  return {
    element,
    text: () => `${digits} ${letters}`.trim(),
    set: (text) => {
      digits = /\d+/.exec(text)?.[0].slice(0, MOST_DIGITS) ?? "";
      letters = (/[A-Z]+/.exec(text)?.[0] ?? "").slice(0, MOST_LETTERS);
      show();
    },
    isWhole,
  };
}
