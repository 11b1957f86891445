/* Where: a wilayat, a housing area, a shape drawn on the map, or what the map shows. */

import { h } from "../lib/dom";
import type { Filters } from "../lib/heat-state";
import { nameOf, say } from "../lib/say";
import type { HeatChoices } from "./heat-choices";
import type { Field } from "./heat-period";
import { radios } from "./pop";

export interface ShapeActs {
  draw: () => void; // begin to draw on the map
  view: () => void; // take what the map shows
}

export function placeField(
  choices: HeatChoices,
  now: Filters,
  change: (part: Partial<Filters>) => void,
  acts: ShapeActs,
): Field {
  const all = { code: "", label: say("الكل", "All") };
  const wilayats = radios(
    "wilayat",
    [all, ...choices.wilayats.map((w) => ({ code: String(w.id), label: nameOf(w) }))],
    now.wilayat,
    (wilayat) => change({ wilayat }),
  );
  const select = h(
    "select",
    { class: "inp", id: "area" },
    h("option", { value: "" }, say("كل المناطق", "All areas")),
    ...(choices.areas ?? []).map((a) => h("option", { value: a.id }, nameOf(a))),
  );
  select.addEventListener("change", () => change({ area: select.value }));
  const press = (id: string, words: string, act: () => void): HTMLButtonElement =>
    h("button", { type: "button", class: "btn two sm", id, onclick: act }, words);
  const clear = press("shape-clear", say("أزل الشكل", "Remove the shape"), () => change({ polygon: "" }));
  const own = [
    h("div", { class: "field" }, h("label", { for: "area" }, say("المنطقة السكنية", "Housing area")), select),
    h("p", { class: "lab" }, say("شكل على الخريطة", "A shape on the map")),
    h(
      "div",
      { class: "row wrap" },
      press("shape-draw", say("ارسم شكلًا", "Draw a shape"), acts.draw),
      press("shape-view", say("ما تعرضه الخريطة", "What the map shows"), acts.view),
      clear,
    ),
  ];
  return {
    root: h("div", { class: "stack-s" }, wilayats.root, ...(choices.heat_class === "exact" ? own : [])),
    set: (f) => {
      wilayats.set(f.wilayat);
      select.value = f.area;
      clear.hidden = !f.polygon;
    },
  };
}

export function placeText(choices: HeatChoices, f: Filters): string {
  const named = [
    f.wilayat && nameOf(choices.wilayats.find((w) => String(w.id) === f.wilayat)),
    f.area && nameOf(choices.areas?.find((a) => String(a.id) === f.area)),
    f.polygon && say("شكل مرسوم", "drawn shape"),
  ].filter(Boolean);
  return named.join(say("، ", ", ")) || say("الكل", "All");
}
