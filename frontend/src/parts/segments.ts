/* One of a few ways to look at the same thing: radio buttons that lie side by side. */

import { h } from "../lib/dom";

export function segments<T extends string>(
  name: string,
  title: string,
  options: readonly (readonly [T, string])[],
  chosen: () => T,
  change: (code: T) => void,
): { root: HTMLElement; show: () => void } {
  const boxes = options.map(([code]) => h("input", { type: "radio", name, value: code }));
  const root = h(
    "fieldset",
    { class: "seg", id: `${name}-seg` },
    h("legend", { class: "vh" }, title),
    h("div", { class: "opts" }, ...options.map(([, words], i) => h("label", {}, boxes[i]!, words))),
  );
  root.addEventListener("change", () => {
    const found = boxes.find((b) => b.checked);
    if (found) change(found.value as T);
  });
  return { root, show: () => boxes.forEach((b) => (b.checked = b.value === chosen())) };
}
