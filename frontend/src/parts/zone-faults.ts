/* What is wrong with the zones under edit, each with what can be done about it. */

import type { Position } from "geojson";
import { h, icon } from "../lib/dom";
import { say } from "../lib/say";
import type { FaultFeature, Operation } from "../lib/zone-edit";

export interface FaultActs {
  show: (fault: FaultFeature) => void;
  act: (operation: Operation) => void;
}

function button(words: string, act: () => void): HTMLElement {
  return h("button", { type: "button", class: "btn two sm", onclick: act }, words);
}

function mends(fault: FaultFeature, act: (operation: Operation) => void): HTMLElement[] {
  const { wrong, zones, at, m2 } = fault.properties;
  const [one, other] = zones;
  if (wrong === "overlap" && one && other) {
    const give = (to: string, of: string): HTMLElement =>
      button(say(`للمنطقة ${to}`, `To zone ${to}`), () => act({ op: "give", to, of }));
    return [give(one, other), give(other, one)];
  }
  if (wrong === "sliver")
    return zones
      .slice(1)
      .map((to) => button(say(`ضمه إلى ${to}`, `Give it to ${to}`), () => act({ op: "pass", at, to })));
  if (wrong !== "gap") return [];
  const here: Position = at;
  const fills = m2
    ? zones.map((to) =>
        button(say(`ضمه إلى ${to}`, `Give it to ${to}`), () => act({ op: "fill", at: here, to })),
      )
    : [];
  return [...fills, button(say("مقصود", "It is intended"), () => act({ op: "leave", at: here }))];
}

export function faultList(faults: FaultFeature[], acts: FaultActs): HTMLElement[] {
  if (!faults.length) return [];
  const rows = faults.map((fault) =>
    h(
      "li",
      { class: "fault" },
      h(
        "button",
        { type: "button", class: "linkish", onclick: () => acts.show(fault) },
        icon("fail"),
        " ",
        fault.properties.words,
      ),
      h("div", { class: "row wrap tight" }, ...mends(fault, acts.act)),
    ),
  );
  return [
    h(
      "div",
      { class: "verdict fail", role: "status", id: "fault-box" },
      icon("fail"),
      h(
        "div",
        {},
        h("h3", {}, say("لا يُحفظ قبل الإصلاح", "Mend this before it can be kept")),
        h("ul", { class: "plain" }, ...rows),
      ),
    ),
  ];
}
