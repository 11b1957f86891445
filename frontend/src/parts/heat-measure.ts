/* What a cell's colour says: reports, or reports by ground, residents, roads or plots; plain or weighted. */

import { h } from "../lib/dom";
import { number } from "../lib/format";
import type { Filters } from "../lib/heat-state";
import { nameOf, say } from "../lib/say";
import { measureOf, WEIGHT_WORDS, type HeatChoices } from "./heat-choices";
import type { Field } from "./heat-period";
import { radios } from "./pop";

const HALF_LIVES = ["30", "90", "365"];

function titleOf(choices: HeatChoices, code: string): string {
  const measure = measureOf(choices, code);
  if (code === "count" || code === "km2") return nameOf(measure);
  return nameOf({ name_ar: measure.unit_ar, name_en: measure.unit_en });
}

export function measureField(
  choices: HeatChoices,
  now: Filters,
  change: (part: Partial<Filters>) => void,
): Field {
  const per = radios(
    "measure",
    choices.measures.map((m) => ({ code: m.code, label: titleOf(choices, m.code) })),
    now.measure,
    (measure) => change({ measure }),
  );
  const weights = radios(
    "weight",
    [
      { code: "", label: say("كل بلاغ واحد", "Each report counts once") },
      { code: "severity", label: WEIGHT_WORDS.severity() },
      { code: "age", label: WEIGHT_WORDS.age() },
    ],
    now.weight,
    (code) => change({ weight: code === "severity" || code === "age" ? code : "" }),
  );
  const halves = h(
    "select",
    { class: "inp", id: "half-life" },
    ...HALF_LIVES.map((d) =>
      h("option", { value: d }, say(`${number(Number(d))} يومًا`, `${number(Number(d))} days`)),
    ),
  );
  halves.addEventListener("change", () => change({ halfLife: halves.value }));
  const half = h(
    "div",
    { class: "field" },
    h("label", { for: "half-life" }, say("ينتصف الوزن بعد", "The weight halves after")),
    halves,
  );
  const own = [h("hr"), weights.root, half];
  return {
    root: h("div", { class: "stack-s" }, per.root, ...(choices.heat_class === "exact" ? own : [])),
    set: (f) => {
      per.set(f.measure);
      weights.set(f.weight);
      halves.value = f.halfLife;
      half.hidden = f.weight !== "age";
    },
  };
}

/* Short, for a chip: "per km of road" without the reports that every measure counts. */
export function measureText(choices: HeatChoices, f: Filters): string {
  const title = titleOf(choices, f.measure).replace(/^(بلاغ|reports) /, "");
  return [title, f.weight && WEIGHT_WORDS[f.weight]()].filter(Boolean).join(say("، ", ", "));
}
