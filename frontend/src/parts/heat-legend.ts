/* The legend of the heat: it names the measure and the cell, never moves, and switches classes off. */

import { h } from "../lib/dom";
import { number, NBSP } from "../lib/format";
import { breaks, CLASS_WORDS, rangeText, type Measure } from "../lib/heat-classes";
import { say } from "../lib/say";

export interface HeatLegend {
  box: HTMLElement;
  draw: (measure: Measure, cellM: number) => void;
  hidden: () => Set<number>;
}

/* On the public map a cell without colour may hold a few reports that are not told. */
function uncoloured(exact: boolean): string {
  return exact
    ? say("بلا لون: لا بلاغات", "No colour: no reports")
    : say("بلا لون: لا بلاغات أو أقل مما يُعلن", "No colour: none, or too few to tell");
}

export function heatLegend(into: HTMLElement, exact: boolean, changed: () => void): HeatLegend {
  const off = new Set<number>();
  const title = h("span");
  const cell = h("span", { class: "mute regular" });
  const texts = CLASS_WORDS.map(() => h("bdi", { class: "n" }));
  const items = CLASS_WORDS.map((word, i) => {
    const box = h("input", { type: "checkbox", class: "vh", checked: true });
    box.addEventListener("change", () => {
      if (box.checked) off.delete(i + 1);
      else off.add(i + 1);
      changed();
    });
    return h(
      "li",
      {},
      h(
        "label",
        {},
        box,
        h("i", { class: `h${i + 1}c` }),
        texts[i]!,
        h("span", { class: "mute" }, say(word.ar, word.en)),
      ),
    );
  });
  const box = h(
    "div",
    {
      class: "legend ramp-box ui",
      role: "group",
      "aria-label": say("مفتاح الكثافة: اضغط صنفًا لإخفائه", "Legend of the heat: press a class to hide it"),
    },
    h(
      "h2",
      { class: "row between" },
      h("span", {}, title, " ", cell),
      h("span", { class: "mute xs regular wide-only" }, uncoloured(exact)),
    ),
    h("ol", { class: "ramp" }, ...items),
  );
  into.append(box);
  return {
    box,
    hidden: () => off,
    draw: (measure, cellM) => {
      title.textContent =
        measure === "km2"
          ? say("البلاغات لكل كم²، في خلية", "Reports per km², in cells of")
          : say("البلاغات في كل خلية", "Reports in each cell of");
      cell.replaceChildren(
        h("bdi", { class: "n" }, `${number(cellM)} × ${number(cellM)}`),
        NBSP,
        say("م", "m"),
      );
      const limits = breaks(measure, cellM);
      texts.forEach((text, i) => {
        text.textContent = rangeText(i, limits, measure, number, (n) => say(`${n} فأكثر`, `${n} or more`));
      });
    },
  };
}
