/* What was done, said once: eight seconds, longer while pointed at. What could not be done has no tick. */

import { h, icon } from "../lib/dom";

let current: HTMLElement | null = null;

export function toast(text: string, sign: "tick" | "info" | "triangle" = "tick"): void {
  current?.remove();
  const box = h("div", { class: "toast floating", role: "status" }, icon(sign), h("span", {}, text));
  current = box;
  document.body.append(box);
  let timer = setTimeout(() => box.remove(), 8000);
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", () => {
    timer = setTimeout(() => box.remove(), 3000);
  });
}
