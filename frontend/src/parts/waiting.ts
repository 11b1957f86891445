/* Loading as the reader sees it: nothing for 300 ms, then a skeleton, a count after 2 s, a way to stop after 5 s. */

import { h } from "../lib/dom";
import { say } from "../lib/say";

export function skeleton(into: HTMLElement, stop: (() => void) | null = null): () => void {
  const timers = [
    setTimeout(() => {
      into.replaceChildren(
        h(
          "div",
          { class: "stack-s skeleton", "aria-busy": "true" },
          h("div", { class: "skel w-55" }),
          h("div", { class: "skel" }),
          h("div", { class: "skel w-80" }),
          h("div", { class: "skel" }),
          h("div", { class: "skel w-55" }),
        ),
      );
    }, 300),
    setTimeout(
      () =>
        into.append(
          h(
            "p",
            { class: "s mute", role: "status" },
            say("نجمع ما ينطبق هنا…", "Collecting what applies here…"),
          ),
        ),
      2000,
    ),
  ];
  if (stop) {
    timers.push(
      setTimeout(
        () =>
          into.append(
            h("button", { type: "button", class: "btn three sm", onclick: stop }, say("إلغاء", "Cancel")),
          ),
        5000,
      ),
    );
  }
  return () => timers.forEach(clearTimeout);
}

/* What failed, what still works, what to do next. */
export function errorBox(message: string, reference: string | null, again: (() => void) | null): HTMLElement {
  return h(
    "div",
    { class: "empty bad", role: "alert" },
    h("p", { class: "b" }, message),
    reference
      ? h("p", { class: "s mute" }, say("رقم البلاغ ", "Reference "), h("bdi", { class: "n" }, reference))
      : null,
    again
      ? h("button", { type: "button", class: "btn two sm", onclick: again }, say("أعد المحاولة", "Try again"))
      : null,
  );
}
