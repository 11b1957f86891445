/* What was done, said once: eight seconds, longer while pointed at; never for errors. */

import { h, icon } from "../lib/dom";

let current: HTMLElement | null = null;

export function toast(text: string): void {
  current?.remove();
  const box = h("div", { class: "toast floating", role: "status" }, icon("tick"), h("span", {}, text));
  current = box;
  document.body.append(box);
  let timer = setTimeout(() => box.remove(), 8000);
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", () => {
    timer = setTimeout(() => box.remove(), 3000);
  });
}
