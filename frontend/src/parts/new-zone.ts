/* The number and the names of a zone to be; what is wrong with one is told at its field. */

import { westernDigits } from "../lib/digits";
import { announce, byId, h, icon, maybe } from "../lib/dom";
import { say } from "../lib/say";
import type { NewZone } from "../lib/zone-edit";

const FIELDS: Record<string, string> = { number: "new-number", name_ar: "new-ar", name_en: "new-en" };

export function newZone(): NewZone {
  const value = (id: string): string => byId<HTMLInputElement>(id).value.trim();
  return {
    number: westernDigits(value("new-number")),
    name_ar: value("new-ar"),
    name_en: value("new-en") || value("new-ar"),
  };
}

/* Tells whether number and name are written, and marks what is not. */
export function isNamed(zone: NewZone): boolean {
  if (!zone.number) marked("number", say("اكتب الرقم الذي على اللوحة.", "Write the number on the sign."));
  else if (!zone.name_ar) marked("name_ar", say("اكتب الاسم بالعربية.", "Write the name in Arabic."));
  return Boolean(zone.number && zone.name_ar);
}

/* Tell a refusal at the field of a member, or above the button where it is none of theirs. */
export function marked(member: string, words: string): void {
  unmarked();
  announce(words);
  const input = maybe<HTMLInputElement>(FIELDS[member] ?? "");
  const told = h("p", { class: "err", id: "new-why" }, icon("triangle"), h("span", {}, words));
  if (!input) {
    byId("add-zone").parentElement?.before(told);
    return;
  }
  input.closest(".field")?.classList.add("bad");
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", "new-why");
  input.before(told);
  input.focus();
}

export function unmarked(): void {
  const form = byId("new-zone");
  maybe("new-why")?.remove();
  form.querySelectorAll(".bad").forEach((field) => field.classList.remove("bad"));
  form.querySelectorAll("[aria-invalid]").forEach((input) => {
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  });
}
