/* Periods of the planner's page: the one that is looked at, and the one it is compared with. */

import { h } from "../lib/dom";
import { date } from "../lib/format";
import {
  comparedWith,
  dayAfter,
  justBefore,
  lastDay,
  monthAfter,
  type Filters,
  type Span,
} from "../lib/heat-state";
import { say } from "../lib/say";
import { radios } from "./pop";

export interface Field {
  root: HTMLElement;
  set: (f: Filters) => void;
}

/* Two fields of days (months for the public); the end is inclusive as people say it, exclusive in the query. */
function span(
  ids: [string, string],
  exact: boolean,
  change: (span: Span) => void,
): { root: HTMLElement; set: (s: Span) => void } {
  const kind = exact ? "date" : "month";
  const from = h("input", { type: kind, class: "inp n", id: ids[0], dir: "ltr" });
  const to = h("input", { type: kind, class: "inp n", id: ids[1], dir: "ltr" });
  const note = h("p", { class: "err", role: "alert", hidden: true });
  const apply = (): void => {
    const first = exact || !from.value ? from.value : `${from.value}-01`;
    const after = !to.value ? "" : exact ? dayAfter(to.value) : `${monthAfter(to.value)}-01`;
    const reversed = first !== "" && after !== "" && first >= after;
    note.hidden = !reversed;
    note.textContent = say(
      "البداية بعد النهاية. اجعل «من» قبل «إلى».",
      "The start is after the end. Put \u201cfrom\u201d before \u201cto\u201d.",
    );
    if (!reversed) change({ from: first, to: after });
  };
  from.addEventListener("change", apply);
  to.addEventListener("change", apply);
  const root = h(
    "div",
    { class: "stack-s" },
    h("div", { class: "field" }, h("label", { for: ids[0] }, say("من", "From")), from),
    h("div", { class: "field" }, h("label", { for: ids[1] }, say("إلى", "To")), to),
    note,
  );
  const set = (now: Span): void => {
    const cut = (day: string): string => (exact ? day : day.slice(0, 7));
    from.value = now.from ? cut(now.from) : "";
    to.value = now.to ? cut(lastDay(now.to)) : "";
  };
  return { root, set };
}

export function periodField(exact: boolean, change: (span: Span) => void): Field {
  const made = span(["from", "to"], exact, change);
  if (!exact)
    made.root.append(h("p", { class: "xs mute" }, say("للعموم أشهر كاملة.", "Whole months for the public.")));
  return made;
}

export function periodText(f: Span): string {
  if (!f.from && !f.to) return say("كل المدة", "All");
  if (!f.from) return say(`حتى ${date(lastDay(f.to))}`, `to ${date(lastDay(f.to))}`);
  if (!f.to) return say(`من ${date(f.from)}`, `from ${date(f.from)}`);
  return `${date(f.from)} – ${date(lastDay(f.to))}`;
}

type Kind = "year" | "before" | "own";

/* With what: the same days a year before, as long just before, or days of one's own. */
function compareKind(f: Filters): Kind {
  if (!f.beforeFrom || !f.beforeTo) return comparedWith(f).from ? "year" : "before";
  const before = f.from && f.to ? justBefore(f) : null;
  return before?.from === f.beforeFrom && before.to === f.beforeTo ? "before" : "own";
}

export function compareText(f: Filters): string {
  const kind = compareKind(f);
  if (kind === "before") return say("المدة السابقة", "the period before");
  if (kind === "year") return say("العام السابق", "a year before");
  return periodText({ from: f.beforeFrom, to: f.beforeTo });
}

export function compareField(now: () => Filters, change: (part: Partial<Filters>) => void): Field {
  const own = span(["before-from", "before-to"], true, ({ from, to }) => {
    if (from && to) change({ beforeFrom: from, beforeTo: to });
  });
  const kinds = radios(
    "compare",
    [
      { code: "year", label: say("الأيام نفسها قبل عام", "The same days a year before") },
      { code: "before", label: say("المدة السابقة بالطول نفسه", "The period before, as long") },
      { code: "own", label: say("مدة أخرى", "Another period") },
    ],
    "year",
    (kind) => {
      own.root.hidden = kind !== "own";
      const f = now();
      if (kind === "year") change({ beforeFrom: "", beforeTo: "" });
      if (kind !== "before" || !f.from || !f.to) return;
      const before = justBefore(f);
      change({ beforeFrom: before.from, beforeTo: before.to });
    },
  );
  const against = radios(
    "against",
    [
      { code: "days", label: say("بحسب أيام كل مدة", "By the days of each period") },
      { code: "city", label: say("مقابل تغير المدينة كلها", "Against the change of the whole city") },
    ],
    "days",
    (code) => change({ against: code === "city" ? "city" : "days" }),
  );
  return {
    root: h("div", { class: "stack-s" }, kinds.root, own.root, h("hr"), against.root),
    set: (f) => {
      const kind = compareKind(f);
      kinds.set(kind);
      own.root.hidden = kind !== "own";
      own.set({ from: f.beforeFrom, to: f.beforeTo });
      against.set(f.against);
    },
  };
}
