/* A cell in words: place, class, the number large, top kinds, open and closed. */

import { bdi, h } from "../lib/dom";
import { count, number } from "../lib/format";
import { breaks, CLASS_WORDS, classOf, decimalsOf } from "../lib/heat-classes";
import { arabicNoun, REPORTS } from "../lib/plural";
import { lang, nameOf, say } from "../lib/say";
import type { HeatCell } from "../lib/types";
import type { HeatView } from "../map/heat-layers";
import { WEIGHT_WORDS } from "./heat-choices";

const KINDS = 3;

function noun(n: number): string {
  return lang() === "en" ? (n === 1 ? "report" : "reports") : arabicNoun(n, REPORTS);
}

function counted(items: { name_ar: string; name_en: string; count: number }[]): (Node | string)[] {
  return items.flatMap((item, i) => [i ? " · " : "", `${nameOf(item)} `, bdi(number(item.count))]);
}

/* ``value`` as the tile has it; null where the reports have nothing to be divided by. */
export function tipContent(cell: HeatCell, view: HeatView, value: number | null): HTMLElement[] {
  const { measure, filters } = view;
  const limits = breaks(measure, filters.cellM);
  const at = value === null ? 0 : classOf(value, limits);
  const word = CLASS_WORDS[at - 1];
  const isPlain = measure.code === "count" && !filters.weight;
  const place =
    nameOf({ name_ar: cell.place_ar, name_en: cell.place_en }) ||
    say("خارج المناطق المسماة", "Outside named areas");
  const top = [...cell.categories].sort((a, b) => b.count - a.count).filter((k) => k.count > 0);
  return [
    h(
      "div",
      { class: "row between" },
      h("b", {}, place),
      word ? h("span", { class: "row use" }, h("i", { class: `sw h${at}c` }), say(word.ar, word.en)) : null,
    ),
    h("p", {}, h("span", { class: "num" }, bdi(number(cell.count))), ` ${noun(cell.count)}`),
    isPlain
      ? null
      : h(
          "p",
          { class: "mute" },
          value === null
            ? say("لا مقام معلوم لهذه الخلية", "Nothing is known to divide them by")
            : bdi(number(value, Math.max(1, decimalsOf(limits)))),
          value === null ? null : ` ${nameOf({ name_ar: measure.unit_ar, name_en: measure.unit_en })}`,
          filters.weight ? `, ${WEIGHT_WORDS[filters.weight]()}` : null,
        ),
    top.length ? h("p", { class: "mute xs" }, ...counted(top.slice(0, KINDS))) : null,
    cell.statuses.length
      ? h("p", { class: "mute xs" }, ...counted(cell.statuses.filter((s) => s.count > 0)))
      : null,
  ].filter((el) => el !== null);
}

export function cellSentence(n: number): string {
  return count(n, REPORTS, "report", "reports");
}
