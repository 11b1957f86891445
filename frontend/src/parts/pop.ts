/* A chip that opens a small box of choices; Esc and a press elsewhere close it. */

import { h, icon } from "../lib/dom";

export interface Chip {
  root: HTMLElement;
  set: (value: string, on: boolean) => void;
  close: () => void;
}

/* A button and the box it opens, under the button, closed at first. */
export function pop(button: HTMLButtonElement, box: HTMLElement): { root: HTMLElement; close: () => void } {
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-controls", box.id);
  box.hidden = true;
  const root = h("div", { class: "pop" }, button, box);
  const show = (open: boolean): void => {
    box.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => show(Boolean(box.hidden)));
  root.addEventListener("keydown", (e) => {
    if (e.key === "Escape" && !box.hidden) {
      show(false);
      button.focus();
    }
  });
  document.addEventListener("pointerdown", (e) => {
    if (!root.contains(e.target as Node)) show(false);
  });
  return { root, close: () => show(false) };
}

export function chip(id: string, name: string, content: HTMLElement, iconName: string | null = null): Chip {
  const value = h("bdi");
  const button = h(
    "button",
    { type: "button", class: "chip", id: `${id}-chip` },
    iconName ? icon(iconName) : null,
    h("span", { class: "k" }, `${name}:`),
    value,
    icon("chevron", "turn"),
  );
  const box = h("div", { class: "popbox", id: `${id}-box`, role: "group", "aria-label": name }, content);
  return {
    ...pop(button, box),
    set: (text, on) => {
      value.textContent = text;
      button.title = `${name}: ${text}`; // where there is no room for all of it
      button.classList.toggle("on", on);
    },
  };
}

export interface Option {
  code: string;
  label: string;
}

/* Check boxes; none checked means all. */
export function checks(
  options: Option[],
  chosen: string[],
  change: (codes: string[]) => void,
): { root: HTMLElement; set: (codes: string[]) => void } {
  const boxes = options.map((o) =>
    h("input", { type: "checkbox", class: "check", value: o.code, checked: chosen.includes(o.code) }),
  );
  const root = h(
    "ul",
    {},
    ...options.map((o, i) => h("li", {}, h("label", { class: "checkrow" }, boxes[i]!, o.label))),
  );
  root.addEventListener("change", () => change(boxes.filter((b) => b.checked).map((b) => b.value)));
  return { root, set: (codes) => boxes.forEach((b) => (b.checked = codes.includes(b.value))) };
}

export function radios(
  name: string,
  options: Option[],
  chosen: string,
  change: (code: string) => void,
): { root: HTMLElement; set: (code: string) => void } {
  const boxes = options.map((o) =>
    h("input", { type: "radio", class: "check", name, value: o.code, checked: o.code === chosen }),
  );
  const root = h(
    "ul",
    {},
    ...options.map((o, i) => h("li", {}, h("label", { class: "checkrow" }, boxes[i]!, o.label))),
  );
  root.addEventListener("change", () => change(boxes.find((b) => b.checked)?.value ?? ""));
  return { root, set: (code) => boxes.forEach((b) => (b.checked = b.value === code)) };
}

/* One of several, told as a list of none or one. */
export function one(
  name: string,
  options: Option[],
  chosen: string[],
  change: (codes: string[]) => void,
): { root: HTMLElement; set: (codes: string[]) => void } {
  const made = radios(name, options, chosen[0] ?? "", (code) => change(code ? [code] : []));
  return { root: made.root, set: (codes) => made.set(codes[0] ?? "") };
}
