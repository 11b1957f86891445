/* A cell in words: place, class, the number large, top kinds, open and closed. */

import { bdi, h } from "../lib/dom";
import { count, number } from "../lib/format";
import { breaks, CLASS_WORDS, classOf, valueOf, type Measure } from "../lib/heat-classes";
import { arabicNoun, REPORTS } from "../lib/plural";
import { lang, nameOf, say } from "../lib/say";
import type { HeatCell } from "../lib/types";

const KINDS = 3;

function noun(n: number): string {
  return lang() === "en" ? (n === 1 ? "report" : "reports") : arabicNoun(n, REPORTS);
}

function counted(items: { name_ar: string; name_en: string; count: number }[]): (Node | string)[] {
  return items.flatMap((item, i) => [i ? " · " : "", `${nameOf(item)} `, bdi(number(item.count))]);
}

export function tipContent(cell: HeatCell, measure: Measure, cellM: number): HTMLElement[] {
  const value = valueOf(cell.count, measure, cellM);
  const at = classOf(value, breaks(measure, cellM));
  const word = CLASS_WORDS[at - 1];
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
    h(
      "p",
      {},
      h("span", { class: "num" }, bdi(number(cell.count))),
      ` ${noun(cell.count)}`,
      measure === "km2"
        ? h("span", { class: "mute" }, say(" · لكل كم² ", " · per km² "), bdi(number(value, 0)))
        : null,
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
