/* Reports a month as bars: time runs in reading direction, the ends are labelled, the highest bar is named. */

import { h, icon, s } from "../lib/dom";
import { monthName, number } from "../lib/format";
import { lang, say } from "../lib/say";

interface Month {
  month: string;
  count: number;
}

const W = 352;
const TOP = 26;
const BASE = 120;

/* A round number not under the highest bar's line: 1, 2, 2.5 or 5 times a power of ten. */
export function gridStep(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  return [0.25, 0.5, 1, 2.5].map((k) => k * power).find((step) => most / step <= 4) ?? power;
}

function label(month: string, many: boolean): string {
  const year = month.slice(0, 4);
  return many ? number(Number(year)).replace(/[,٬]/g, "") : monthName(month);
}

function bars(months: Month[], best: Month): SVGElement[] {
  const rtl = lang() === "ar";
  const slot = W / months.length;
  const width = Math.max(1, slot * 0.64);
  const scale = (BASE - TOP) / Math.max(1, best.count);
  const out: SVGElement[] = [];
  const years = months.length > 24;
  const every = years ? 12 : months.length > 12 ? 4 : months.length > 6 ? 2 : 1;
  months.forEach((m, i) => {
    const centre = rtl ? W - (i + 0.5) * slot : (i + 0.5) * slot;
    const high = m.count * scale;
    const bar = s("rect", {
      x: centre - width / 2,
      y: BASE - high,
      width,
      height: high,
      rx: Math.min(3, width / 3),
      class: m === best ? "top-month" : "month",
    });
    bar.append(s("title", {}, `${monthName(m.month)} ${m.month.slice(0, 4)}: ${number(m.count)}`));
    out.push(bar);
    if (i % every === 0)
      out.push(s("text", { x: centre, y: 137, "text-anchor": "middle" }, label(m.month, years)));
    if (m === best) {
      const at = Math.min(W - 20, Math.max(20, centre));
      out.push(
        s("text", { x: at, y: BASE - high - 7, "text-anchor": "middle", class: "top-text" }, number(m.count)),
      );
    }
  });
  return out;
}

function table(months: Month[]): HTMLElement {
  const rows = months.map((m) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, `${monthName(m.month)} `, h("bdi", { class: "n" }, m.month.slice(0, 4))),
      h("td", { class: "v" }, h("bdi", { class: "n" }, number(m.count))),
    ),
  );
  return h(
    "details",
    {},
    h("summary", { class: "s" }, say("الأرقام في جدول", "The numbers as a table"), icon("chevron")),
    h(
      "table",
      { class: "tbl tight" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", { scope: "col" }, say("الشهر", "Month")),
          h("th", { scope: "col", class: "v" }, say("البلاغات", "Reports")),
        ),
      ),
      h("tbody", {}, ...rows),
    ),
  );
}

export function trend(months: Month[]): HTMLElement {
  if (!months.length)
    return h("p", { class: "s mute" }, say("لا أشهر في هذه المدة.", "No months in this period."));
  const best = months.reduce((a, b) => (b.count > a.count ? b : a));
  const least = months.reduce((a, b) => (b.count < a.count ? b : a));
  const sentence = say(
    `البلاغات شهريًا: أدناها ${number(least.count)} في ${monthName(least.month)} وأعلاها ${number(best.count)} في ${monthName(best.month)}`,
    `Reports a month: fewest ${number(least.count)} in ${monthName(least.month)}, most ${number(best.count)} in ${monthName(best.month)}`,
  );
  const step = gridStep(best.count);
  const scale = (BASE - TOP) / Math.max(1, best.count);
  const lines: SVGElement[] = [];
  for (let v = step; v <= best.count; v += step)
    lines.push(s("path", { d: `M0 ${BASE - v * scale}H${W}`, class: "grid" }));
  const highest = Math.floor(best.count / step) * step;
  const svg = s(
    "svg",
    { viewBox: `0 0 ${W} 144`, class: "trend", role: "img", "aria-label": sentence },
    ...lines,
    s("path", { d: `M0 ${BASE}H${W}`, class: "axis" }),
    ...bars(months, best),
  );
  const rtl = lang() === "ar";
  if (highest > 0 && highest < best.count * 0.93)
    svg.append(
      s(
        "text",
        {
          x: rtl ? W : 0,
          y: BASE - highest * scale - 4,
          "text-anchor": rtl ? "end" : "start",
          direction: "ltr",
        },
        number(highest),
      ),
    );
  return h("div", {}, svg, table(months));
}
