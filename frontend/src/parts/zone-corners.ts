/* The corners of the chosen zone as a list: the way of the keyboard to every one of them.
   Arrows move a corner by the chosen step, Delete takes it out, + puts one on the edge after it. */

import type { Position } from "geojson";
import { bdi, h } from "../lib/dom";
import { metres, number } from "../lib/format";
import { say } from "../lib/say";
import { edges, holders, rounded, shifted, type Operation, type ZoneFeature } from "../lib/zone-edit";

export interface CornerActs {
  act: (operation: Operation) => void;
  nudge: (at: Position, to: Position) => void;
  point: (at: Position | null) => void; // the corner that has the focus
  step: () => number; // metres of one press
}

const WAYS: Record<string, [number, number]> = {
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
  ArrowLeft: [-1, 0], // west is left on every map, whatever the page's direction
  ArrowRight: [1, 0],
};

function pressed(e: KeyboardEvent, at: Position, middle: Position, acts: CornerActs): void {
  const way = WAYS[e.key];
  if (way) {
    e.preventDefault();
    acts.nudge(at, shifted(at, way[0] * acts.step(), way[1] * acts.step()));
  } else if (e.key === "Delete" || e.key === "Backspace") {
    e.preventDefault();
    acts.act({ op: "delete", at });
  } else if (e.key === "+" || e.key === "Insert") {
    e.preventDefault();
    acts.act({ op: "insert", at: rounded(middle) });
  }
}

export function cornerList(zones: ZoneFeature[], zone: ZoneFeature, acts: CornerActs): HTMLElement {
  const rows = edges(zone).map((edge, i) => {
    const shared = holders(zones, edge.from);
    const others = shared.filter((one) => one !== zone.properties.number);
    const words = [
      say(`رأس ${number(i + 1)}`, `Corner ${number(i + 1)}`),
      others.length ? say(`مشترك مع ${others.join("، ")}`, `shared with ${others.join(", ")}`) : "",
    ].filter(Boolean);
    return h(
      "li",
      {},
      h(
        "button",
        {
          type: "button",
          class: "corner",
          id: `corner-${i}`,
          "data-at": edge.from.join(),
          "aria-keyshortcuts": "ArrowUp ArrowDown ArrowLeft ArrowRight Delete +",
          onkeydown: (e) => pressed(e as KeyboardEvent, edge.from, edge.middle, acts),
          onfocus: () => acts.point(edge.from),
          onblur: () => acts.point(null),
        },
        h("span", {}, words.join(say("، ", ", "))),
        bdi(metres(edge.lengthM, 1), "xs"),
      ),
    );
  });
  return h("ol", { class: "plain corners" }, ...rows);
}

/* The corner that lies nearest to a place gets the focus: the list was made anew under the hand. */
export function focusCorner(aim: Position): void {
  let best: HTMLElement | null = null;
  let least = Infinity;
  for (const el of document.querySelectorAll<HTMLElement>("[data-at]")) {
    const [x, y] = el.dataset.at!.split(",").map(Number) as [number, number];
    const away = Math.hypot(x - aim[0]!, y - aim[1]!);
    if (away < least) [best, least] = [el, away];
  }
  best?.focus();
}
