/* Floors or height as a person types them: what is wrong is said at the field and stays as it was typed. */

import { typedNumber } from "../lib/digits";
import { h, icon } from "../lib/dom";
import { say } from "../lib/say";

export type Measure = "floors" | "height_m";

export interface MeasureField {
  id: string;
  label: string;
  what: Measure;
  value: number | null;
  told: (value: number | null) => void; // only what is right, or nothing
}

const MOST = { floors: 200, height_m: 1000 };
const typed = new Map<string, string>(); // by field: a list is built anew while a wrong word stands in it

/* What is wrong with a floor count or a height; empty where nothing is. */
export function measureError(what: Measure, text: string): string {
  if (!text.trim()) return "";
  const value = typedNumber(text);
  if (what === "floors")
    return Number.isInteger(value) && value >= 1 && value <= MOST.floors
      ? ""
      : say(`عدد الطوابق عدد صحيح بين 1 و${MOST.floors}.`, `Floors are a whole number, 1 to ${MOST.floors}.`);
  return value > 0 && value <= MOST.height_m
    ? ""
    : say(
        `الارتفاع رقم بالأمتار فوق 0 وحتى ${MOST.height_m}.`,
        `The height is a number in metres, above 0 and up to ${MOST.height_m}.`,
      );
}

/* Drops what was typed wrong in fields that are no more. */
export function forgetTyped(prefix: string): void {
  for (const id of typed.keys()) if (id.startsWith(prefix)) typed.delete(id);
}

/* The first field of a box whose words are wrong. */
export function firstWrong(box: ParentNode): HTMLElement | null {
  return box.querySelector<HTMLElement>("[aria-invalid=true]");
}

export function measureField(field: MeasureField): HTMLElement {
  const { id, what } = field;
  const input = h("input", {
    class: "inp short",
    id,
    inputmode: "decimal",
    autocomplete: "off",
    value: typed.get(id) ?? (field.value === null ? "" : String(field.value)),
  });
  const error = h("p", { class: "err", id: `${id}-error`, role: "alert" });
  const box = h("div", { class: "field tight" }, h("label", { for: id }, field.label), input);
  const judge = (): boolean => {
    const wrong = measureError(what, input.value);
    box.classList.toggle("bad", wrong !== "");
    if (!wrong) {
      typed.delete(id);
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
      error.remove();
      return true;
    }
    typed.set(id, input.value);
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", error.id);
    error.replaceChildren(icon("triangle"), h("span", {}, wrong));
    box.append(error);
    return false;
  };
  input.addEventListener("change", () => {
    if (judge()) field.told(input.value.trim() ? typedNumber(input.value) : null);
  });
  judge();
  return box;
}
