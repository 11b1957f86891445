/* The legend of the planner's map: it names what is shown and the cell, never moves with the filters, and
   switches classes off. */

import { h } from "../lib/dom";
import { number, NBSP } from "../lib/format";
import { breaks, CLASS_WORDS, decimalsOf, isRate, rangeText, UNKNOWN } from "../lib/heat-classes";
import { nameOf, say } from "../lib/say";
import type { HeatView } from "../map/heat-layers";
import { unitOf, WEIGHT_WORDS, type HeatChoices } from "./heat-choices";
import { TONES } from "./heat-verdicts";

interface LegendClass {
  code: string;
  swatch: string;
  range: string;
  word: string;
}

interface Legend {
  title: string;
  cell: boolean; // whether it is about cells of a size
  none: string; // what no colour means
  classes: LegendClass[];
}

export interface HeatLegend {
  box: HTMLElement;
  draw: (view: HeatView) => void;
  hidden: () => Set<string>;
}

/* On the public map a cell without colour may hold a few reports that are not told. */
function uncoloured(exact: boolean): string {
  return exact
    ? say("بلا لون: لا بلاغات", "No colour: no reports")
    : say("بلا لون: لا بلاغات أو أقل مما يُعلن", "No colour: none, or too few to tell");
}

function ofCells(view: HeatView, choices: HeatChoices): Legend {
  const { measure, filters } = view;
  const limits = breaks(measure, filters.cellM);
  const whole = measure.code === "count" && !filters.weight;
  const shown = (n: number): string => number(n, decimalsOf(limits));
  const classes = CLASS_WORDS.map((word, i) => ({
    code: String(i + 1),
    swatch: `h${i + 1}c`,
    range: rangeText(i, limits, whole, shown, (n) => say(`${n} فأكثر`, `${n} or more`)),
    word: say(word.ar, word.en),
  }));
  const unknown = {
    code: String(UNKNOWN),
    swatch: "h0c",
    range: say("؟", "?"),
    word: say("لا مقام معلوم", "No denominator"),
  };
  const weight = filters.weight ? ` ${WEIGHT_WORDS[filters.weight]()}` : "";
  return {
    title: `${unitOf(measure)}${weight}${say("، في خلية", ", in cells of")}`,
    cell: true,
    none: uncoloured(choices.heat_class === "exact"),
    classes: isRate(measure) ? [...classes, unknown] : classes,
  };
}

function ofVerdicts(view: HeatView, choices: HeatChoices): Legend {
  const { look } = view.filters;
  const words = { spots: choices.spot_words, change: choices.change_words, trend: choices.trend_words };
  const told = (look === "cells" ? undefined : words[look]) ?? [];
  const titles = {
    cells: "",
    spots: say("البؤر الساخنة والباردة، في خلية", "Hot and cold spots, in cells of"),
    change: say("ما تغيّر بين المدتين، في خلية", "What changed between the periods, in cells of"),
    trend: say("اتجاه البلاغات سنة بعد سنة", "Reports from year to year"),
  };
  const none = {
    cells: "",
    spots: say("بلا لون: لا دليل", "No colour: no evidence"),
    change: say("بلا لون: لا بلاغات في المدتين", "No colour: no reports in either"),
    trend: say("بلا لون: لا تكفي البيانات", "No colour: too little to tell"),
  };
  const drawn = told.filter((word) => word.code !== "none" && word.code !== "not_tested");
  return {
    title: titles[look],
    cell: look !== "trend",
    none: none[look],
    classes: drawn.map((word) => ({
      code: word.code,
      swatch: `d${TONES[word.code] ?? 4}c`,
      range: "",
      word: nameOf(word),
    })),
  };
}

export function heatLegend(into: HTMLElement, choices: HeatChoices, changed: () => void): HeatLegend {
  const off = new Set<string>();
  let drawn = "";
  const title = h("span");
  const cell = h("span", { class: "mute regular nowrap" });
  const none = h("span", { class: "mute xs regular wide-only" });
  const list = h("ol", { class: "ramp" });
  const box = h(
    "div",
    {
      class: "legend ramp-box ui",
      role: "group",
      "aria-label": say("مفتاح الخريطة: اضغط صنفًا لإخفائه", "Legend of the map: press a class to hide it"),
    },
    h("h2", { class: "row between" }, h("span", {}, title, " ", cell), none),
    list,
  );
  into.append(box);

  const item = (one: LegendClass): HTMLElement => {
    const check = h("input", { type: "checkbox", class: "vh", checked: !off.has(one.code) });
    check.addEventListener("change", () => {
      if (check.checked) off.delete(one.code);
      else off.add(one.code);
      changed();
    });
    return h(
      "li",
      {},
      h(
        "label",
        {},
        check,
        h("i", { class: one.swatch }),
        one.range ? h("bdi", { class: "n" }, one.range) : null,
        h("span", { class: one.range ? "mute" : "mute alone" }, one.word),
      ),
    );
  };

  return {
    box,
    hidden: () => off,
    draw: (view) => {
      const legend = view.filters.look === "cells" ? ofCells(view, choices) : ofVerdicts(view, choices);
      const { cellM } = view.filters;
      const shape = legend.classes.map((one) => `${one.code} ${one.range}`).join();
      if (shape !== drawn) off.clear(); // other classes: what was hidden is none of them
      drawn = shape;
      title.textContent = legend.title;
      none.textContent = legend.none;
      cell.replaceChildren(
        ...(legend.cell
          ? [h("bdi", { class: "n" }, `${number(cellM)} × ${number(cellM)}`), NBSP, say("م", "m")]
          : []),
      );
      list.replaceChildren(...legend.classes.map(item));
    },
  };
}
