/* The panel of the plain heatmap: the sum, the months, the wilayats (against the time before, for planners), and
   the highest cells in view. */

import { bdi, h, icon } from "../lib/dom";
import { number, percent } from "../lib/format";
import { nameOf, say } from "../lib/say";
import type { Coded, HeatSummary, PlaceChanges } from "../lib/types";
import { changeCell } from "./heat-verdicts";
import { trend } from "./trend";

export function wilayatTable(s: HeatSummary): HTMLElement {
  const rows = [...s.wilayats].sort((a, b) => b.count - a.count);
  const most = Math.max(1, ...rows.map((r) => r.count));
  return h(
    "table",
    { class: "tbl", id: "wilayats" },
    h("caption", { class: "vh" }, say("البلاغات حسب الولاية", "Reports by wilayat")),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col", colspan: 2 }, say("الولاية", "Wilayat")),
        h("th", { scope: "col", class: "v" }, say("البلاغات", "Reports")),
        h("th", { scope: "col", class: "v" }, say("الحصة", "Share")),
      ),
    ),
    h(
      "tbody",
      {},
      ...rows.map((r) => {
        const fill = h("i");
        fill.style.setProperty("inline-size", `${(100 * r.count) / most}%`);
        return h(
          "tr",
          { "data-id": r.id },
          h("th", { scope: "row", class: "nowrap" }, nameOf(r)),
          h("td", { class: "barcell" }, h("div", { class: "row" }, h("span", { class: "bar" }, fill))),
          h("td", { class: "v" }, bdi(number(r.count))),
          h("td", { class: "v mute" }, bdi(percent(s.count ? (100 * r.count) / s.count : 0, 1))),
        );
      }),
    ),
  );
}

/* In place of the share: what each wilayat changed by against the time before, coloured where it is no chance. */
export function tellChanges(table: HTMLElement, told: PlaceChanges, since: string, words?: Coded[]): void {
  if (!told.city.before) return; // nothing to be compared with
  const head = table.querySelector("thead th:last-child");
  if (head) head.textContent = since;
  for (const place of told.places) {
    const row = table.querySelector(`tr[data-id="${place.id}"]`);
    row?.lastElementChild?.replaceWith(changeCell(place, words));
  }
  table.after(
    h(
      "p",
      { class: "xs mute" },
      say(
        "الفروق الملوّنة ذات دلالة إحصائية؛ الرمادية ليست كذلك.",
        "Coloured differences are statistically significant; grey ones are not.",
      ),
    ),
  );
}

/* The planner is told that nothing is lost; the public, what is held back and why. */
export function sumSentence(s: HeatSummary, exact: boolean): HTMLElement {
  const whole = exact
    ? say("مجموع الخلايا يساوي عدد البلاغات تمامًا", "The cells add up to the reports exactly")
    : say(
        "يُرسم للعموم ما بلغ 5 بلاغات في الخلية والشهر؛ ما دونها محسوب في المجموع وغير مرسوم",
        "The public map draws what reaches 5 reports in a cell and month; fewer are in the sum and not drawn",
      );
  const outside = s.outside_count
    ? [
        say("؛ ", "; "),
        bdi(number(s.outside_count)),
        say(" منها خارج الولايات.", " of them outside the wilayats."),
      ]
    : ["."];
  return h("p", { class: "s mute", id: "sum-sentence" }, whole, ...outside);
}

export function hottest(opened: () => void): HTMLElement {
  return h(
    "details",
    { id: "hottest", ontoggle: opened },
    h("summary", {}, say("أعلى الخلايا في هذا العرض", "Highest cells in this view"), icon("chevron")),
    h("ol", { class: "plotlist", id: "hot-list" }),
  );
}

/* Without a filter nothing is reported at all; with one, say how to see more. */
export function nothing(bare: boolean, clear: () => void): HTMLElement {
  const [title, advice] = bare
    ? [
        say("لا بلاغات بعد", "No reports yet"),
        say("تظهر الكثافة هنا بعد تسجيل البلاغات.", "The heatmap appears here once reports are recorded."),
      ]
    : [
        say("لا بلاغات في هذه الفترة.", "No reports in this period."),
        say("وسّع المدة أو أزل مرشح الحالة.", "Widen the dates or drop the status filter."),
      ];
  const button = h(
    "button",
    { type: "button", class: "btn two sm", onclick: clear },
    say("مسح المرشحات", "Clear filters"),
  );
  return h(
    "div",
    { class: "empty" },
    h("p", { class: "b" }, title),
    h("p", { class: "s mute" }, advice),
    ...(bare ? [] : [button]),
  );
}

export function cellsPanel(
  s: HeatSummary,
  exact: boolean,
  table: HTMLElement,
  opened: () => void,
): HTMLElement[] {
  return [
    sumSentence(s, exact),
    h("h2", { class: "h3 block" }, say("الاتجاه الشهري", "Trend by month")),
    trend(s.months),
    h("h2", { class: "h3 block" }, say("حسب الولاية", "By wilayat")),
    table,
    hottest(opened),
  ];
}

export function sumHead(s: HeatSummary): HTMLElement[] {
  return [
    h(
      "h1",
      { class: "mute s regular", id: "panel-title", tabindex: -1 },
      say("بلاغات الفترة المختارة", "Reports of the chosen period"),
    ),
    h("p", { class: "bignum", id: "total", "data-count": s.count }, bdi(number(s.count))),
  ];
}
