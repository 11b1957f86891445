/* The planner's filter bar: chips "name: value", applied at once, cleared by one button. */

import { byId, h, icon } from "../lib/dom";
import { date, metres, number } from "../lib/format";
import { CELL_SIZES } from "../lib/heat-classes";
import { dayAfter, isStandard, lastDay, monthAfter, type Filters } from "../lib/heat-state";
import { nameOf, say } from "../lib/say";
import type { Coded, Named } from "../lib/types";
import { checks, chip, one, radios, type Chip } from "./pop";

export interface HeatChoices {
  heat_class: "public" | "exact";
  categories: Coded[];
  statuses: Coded[];
  wilayats: (Named & { id: number })[];
}

export interface FilterBar {
  show: (f: Filters) => void;
}

/* Days for a planner, whole months for the public; the end is inclusive as people say it, exclusive in the query. */
function period(
  f: () => Filters,
  exact: boolean,
  change: (from: string, to: string) => void,
): { root: HTMLElement; set: () => void } {
  const kind = exact ? "date" : "month";
  const from = h("input", { type: kind, class: "inp n", id: "from", dir: "ltr" });
  const to = h("input", { type: kind, class: "inp n", id: "to", dir: "ltr" });
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
    if (!reversed) change(first, after);
  };
  from.addEventListener("change", apply);
  to.addEventListener("change", apply);
  const root = h(
    "div",
    { class: "stack-s" },
    h("div", { class: "field" }, h("label", { for: "from" }, say("من", "From")), from),
    h("div", { class: "field" }, h("label", { for: "to" }, say("إلى", "To")), to),
    note,
    exact ? null : h("p", { class: "xs mute" }, say("للعموم أشهر كاملة.", "Whole months for the public.")),
  );
  const set = (): void => {
    const now = f();
    const cut = (day: string): string => (exact ? day : day.slice(0, 7));
    from.value = now.from ? cut(now.from) : "";
    to.value = now.to ? cut(lastDay(now.to)) : "";
  };
  return { root, set };
}

function periodText(f: Filters): string {
  if (!f.from && !f.to) return say("كل المدة", "All");
  if (!f.from) return say(`حتى ${date(lastDay(f.to))}`, `to ${date(lastDay(f.to))}`);
  if (!f.to) return say(`من ${date(f.from)}`, `from ${date(f.from)}`);
  return `${date(f.from)} – ${date(lastDay(f.to))}`;
}

function someText(chosen: string[], all: Coded[], whole: string): string {
  if (!chosen.length) return whole;
  if (chosen.length === 1) return nameOf(all.find((c) => c.code === chosen[0])) || chosen[0]!;
  return number(chosen.length);
}

export function filterBar(
  choices: HeatChoices,
  start: Filters,
  standard: Filters,
  change: (f: Filters) => void,
): FilterBar {
  const exact = choices.heat_class === "exact";
  let now = start;
  const set = (part: Partial<Filters>): void => change({ ...now, ...part });
  const option = (c: Coded): { code: string; label: string } => ({ code: c.code, label: nameOf(c) });
  const all = { code: "", label: say("الكل", "All") };

  const when = period(
    () => now,
    exact,
    (from, to) => set({ from, to }),
  );
  // Published numbers hold one kind at a time; a planner adds up as many as he likes.
  const kinds = exact
    ? checks(choices.categories.map(option), now.categories, (categories) => set({ categories }))
    : one("category", [all, ...choices.categories.map(option)], now.categories, (categories) =>
        set({ categories }),
      );
  const states = checks(choices.statuses.map(option), now.statuses, (statuses) => set({ statuses }));
  const places = radios(
    "wilayat",
    [all, ...choices.wilayats.map((w) => ({ code: String(w.id), label: nameOf(w) }))],
    now.wilayat,
    (wilayat) => set({ wilayat }),
  );
  const cells = radios(
    "cell",
    CELL_SIZES.map((c) => ({ code: String(c), label: metres(c, 0) })),
    String(now.cellM),
    (c) => set({ cellM: Number(c) }),
  );
  const per = radios(
    "measure",
    [
      { code: "count", label: say("العدد", "Count") },
      { code: "km2", label: say("لكل كم²", "Per km²") },
    ],
    now.measure,
    (m) => set({ measure: m === "km2" ? "km2" : "count" }),
  );
  const chips: Record<string, Chip> = {
    period: chip("period", say("الفترة", "Period"), when.root, "calendar"),
    category: chip("category", say("التصنيف", "Category"), kinds.root),
    ...(exact ? { status: chip("status", say("الحالة", "Status"), states.root) } : {}),
    wilayat: chip("wilayat", say("الولاية", "Wilayat"), places.root),
    cell: chip("cell", say("الخلية", "Cell"), cells.root),
    measure: chip("measure", say("المقياس", "Measure"), per.root),
  };
  const clear = h(
    "button",
    {
      type: "button",
      class: "btn three sm",
      id: "clear-filters",
      onclick: () => change({ ...standard, cellM: now.cellM, measure: now.measure }),
    },
    say("مسح المرشحات", "Clear filters"),
  );
  const bar = byId("filters");
  const count = h("span");
  const toggle = h(
    "button",
    {
      type: "button",
      class: "chip filters-toggle",
      "aria-expanded": "false",
      "aria-controls": "filter-chips",
    },
    icon("filter"),
    count,
  );
  toggle.addEventListener("click", () => {
    const open = bar.toggleAttribute("data-open");
    toggle.setAttribute("aria-expanded", String(open));
  });
  bar.prepend(
    toggle,
    h("div", { class: "chips", id: "filter-chips" }, ...Object.values(chips).map((c) => c.root), clear),
  );

  const show = (f: Filters): void => {
    now = f;
    chips.period!.set(periodText(f), f.from !== standard.from || f.to !== standard.to);
    chips.category!.set(
      someText(
        f.categories,
        choices.categories,
        say(
          `كل التصنيفات (${number(choices.categories.length)})`,
          `All (${number(choices.categories.length)})`,
        ),
      ),
      f.categories.length > 0,
    );
    chips.status?.set(someText(f.statuses, choices.statuses, say("الكل", "All")), f.statuses.length > 0);
    chips.wilayat!.set(
      f.wilayat ? nameOf(choices.wilayats.find((w) => String(w.id) === f.wilayat)) : say("الكل", "All"),
      f.wilayat !== "",
    );
    chips.cell!.set(metres(f.cellM, 0), f.cellM !== standard.cellM);
    chips.measure!.set(
      f.measure === "km2" ? say("لكل كم²", "Per km²") : say("العدد", "Count"),
      f.measure !== "count",
    );
    when.set();
    kinds.set(f.categories);
    states.set(f.statuses);
    places.set(f.wilayat);
    cells.set(String(f.cellM));
    per.set(f.measure);
    clear.hidden = isStandard(f, standard);
    const on = [
      f.from !== standard.from || f.to !== standard.to,
      f.categories.length,
      f.statuses.length,
      f.wilayat,
    ].filter(Boolean).length;
    count.textContent = on
      ? say(`المرشحات (${number(on)})`, `Filters (${number(on)})`)
      : say("المرشحات", "Filters");
    toggle.classList.toggle("on", on > 0);
  };
  show(now);
  return { show };
}
