/* The planner's filter bar: chips "name: value", applied at once, cleared by one button. */

import { byId, h, icon } from "../lib/dom";
import { metres, number } from "../lib/format";
import { CELL_SIZES } from "../lib/heat-classes";
import { isStandard, withoutFilters, type Filters } from "../lib/heat-state";
import { nameOf, say } from "../lib/say";
import type { Coded } from "../lib/types";
import type { HeatChoices } from "./heat-choices";
import { measureField, measureText } from "./heat-measure";
import { compareField, compareText, periodField, periodText } from "./heat-period";
import { placeField, placeText, type ShapeActs } from "./heat-place";
import { checks, chip, one, radios, type Chip } from "./pop";

export interface FilterBar {
  show: (f: Filters) => void;
  close: () => void;
}

function someText(chosen: string[], all: Coded[], whole: string): string {
  if (!chosen.length) return whole;
  if (chosen.length === 1) return nameOf(all.find((c) => c.code === chosen[0])) || chosen[0]!;
  return number(chosen.length);
}

/* One chip: what it holds, how it reads, whether it differs from the standard view, and in which looks it is. */
interface Part {
  chip: Chip;
  set: (f: Filters) => void;
  text: (f: Filters) => string;
  on: (f: Filters) => boolean;
  filters?: boolean; // counted as a filter on a phone's one button
  looks?: Filters["look"][];
}

function parts(
  choices: HeatChoices,
  now: () => Filters,
  standard: Filters,
  set: (part: Partial<Filters>) => void,
  acts: ShapeActs,
): Part[] {
  const exact = choices.heat_class === "exact";
  const option = (c: Coded): { code: string; label: string } => ({ code: c.code, label: nameOf(c) });
  const start = now();
  const when = periodField(exact, set);
  // Published numbers hold one kind at a time; a planner adds up as many as he likes.
  const kinds = exact
    ? checks(choices.categories.map(option), start.categories, (categories) => set({ categories }))
    : one(
        "category",
        [{ code: "", label: say("الكل", "All") }, ...choices.categories.map(option)],
        start.categories,
        (categories) => set({ categories }),
      );
  const states = checks(choices.statuses.map(option), start.statuses, (statuses) => set({ statuses }));
  const channels = checks((choices.channels ?? []).map(option), start.channels, (codes) =>
    set({ channels: codes }),
  );
  const place = placeField(choices, start, set, acts);
  const cells = radios(
    "cell",
    CELL_SIZES.map((c) => ({ code: String(c), label: metres(c, 0) })),
    String(start.cellM),
    (c) => set({ cellM: Number(c) }),
  );
  const measure = measureField(choices, start, set);
  const compare = compareField(now, set);
  const all = say("الكل", "All");
  const every = `${all} (${number(choices.categories.length)})`;
  const found: (Part & { planners?: boolean })[] = [
    {
      chip: chip("period", say("الفترة", "Period"), when.root, "calendar"),
      set: when.set,
      text: periodText,
      on: (f) => f.from !== standard.from || f.to !== standard.to,
      filters: true,
    },
    {
      chip: chip("compare", say("قورنت مع", "Compared with"), compare.root),
      set: compare.set,
      text: compareText,
      on: (f) => f.beforeFrom !== "" || f.against !== "days",
      looks: ["change"],
      planners: true,
    },
    {
      chip: chip("category", say("التصنيف", "Category"), kinds.root),
      set: (f) => kinds.set(f.categories),
      text: (f) => someText(f.categories, choices.categories, every),
      on: (f) => f.categories.length > 0,
      filters: true,
    },
    {
      chip: chip("status", say("الحالة", "Status"), states.root),
      set: (f) => states.set(f.statuses),
      text: (f) => someText(f.statuses, choices.statuses, all),
      on: (f) => f.statuses.length > 0,
      filters: true,
      planners: true,
    },
    {
      chip: chip("channel", say("القناة", "Channel"), channels.root),
      set: (f) => channels.set(f.channels),
      text: (f) => someText(f.channels, choices.channels ?? [], all),
      on: (f) => f.channels.length > 0,
      filters: true,
      planners: true,
    },
    {
      chip: chip("wilayat", exact ? say("المكان", "Place") : say("الولاية", "Wilayat"), place.root),
      set: place.set,
      text: (f) => placeText(choices, f),
      on: (f) => Boolean(f.wilayat || f.area || f.polygon),
      filters: true,
    },
    {
      chip: chip(
        "measure",
        say("المقياس", "Measure"),
        h("div", { class: "stack-s" }, measure.root, h("hr"), cells.root),
      ),
      set: (f) => {
        measure.set(f);
        measure.root.hidden = f.look === "change"; // which counts reports
        cells.set(String(f.cellM));
      },
      text: (f) =>
        `${f.look === "change" ? "" : measureText(choices, f) + say("، ", ", ")}${metres(f.cellM, 0)}`,
      on: (f) => f.measure !== "count" || f.weight !== "" || f.cellM !== standard.cellM,
      looks: ["cells", "spots", "change"],
    },
  ];
  return found.filter((part) => exact || !part.planners);
}

export function filterBar(
  choices: HeatChoices,
  start: Filters,
  standard: Filters,
  change: (f: Filters) => void,
  acts: ShapeActs,
): FilterBar {
  let now = start;
  const made = parts(
    choices,
    () => now,
    standard,
    (part) => change({ ...now, ...part }),
    acts,
  );
  const clear = h(
    "button",
    {
      type: "button",
      class: "btn three sm",
      id: "clear-filters",
      onclick: () => change(withoutFilters(now, standard)),
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
  const open = (wide: boolean): void => {
    bar.toggleAttribute("data-open", wide);
    toggle.setAttribute("aria-expanded", String(wide));
  };
  toggle.addEventListener("click", () => open(!bar.hasAttribute("data-open")));
  bar.prepend(
    toggle,
    h("div", { class: "chips", id: "filter-chips" }, ...made.map((part) => part.chip.root), clear),
  );

  const show = (f: Filters): void => {
    now = f;
    for (const part of made) {
      part.chip.root.hidden = part.looks !== undefined && !part.looks.includes(f.look);
      part.chip.set(part.text(f), part.on(f));
      part.set(f);
    }
    clear.hidden = isStandard(f, standard);
    const on = made.filter((part) => part.filters && part.on(f)).length;
    count.textContent = on
      ? say(`المرشحات (${number(on)})`, `Filters (${number(on)})`)
      : say("المرشحات", "Filters");
    toggle.classList.toggle("on", on > 0);
  };
  show(now);
  return {
    show,
    close: () => {
      open(false);
      made.forEach((part) => part.chip.close());
    },
  };
}
