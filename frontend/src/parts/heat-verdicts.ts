/* Verdicts with an answer, not only a colour: hot spots, two periods, trends. The panel of each, the cells that
   carry them, and a cell in words. */

import type { Feature, FeatureCollection, Polygon } from "geojson";
import { bdi, h, icon, s } from "../lib/dom";
import { date, number, percent } from "../lib/format";
import { lastDay, type Filters } from "../lib/heat-state";
import { lang, nameOf, say } from "../lib/say";
import type {
  Change,
  Coded,
  Days,
  HeatChanges,
  HotSpots,
  PlaceChanges,
  PlaceTrend,
  HeatTrends,
} from "../lib/types";

/* Step of the diverging ramp of a verdict: 1 cold or less, 4 no evidence, 7 hot or more. */
export const TONES: Record<string, number> = {
  cold_99: 1,
  cold_95: 2,
  cold_90: 3,
  none: 4,
  hot_90: 5,
  hot_95: 6,
  hot_99: 7,
  fell: 1,
  no_evidence: 4,
  not_tested: 4,
  rose: 7,
  falling: 1,
  rising: 7,
};

/* Cells with the step of their verdict, as the map draws them. */
export function toned(answer: FeatureCollection, key: "class" | "change"): FeatureCollection {
  return {
    type: "FeatureCollection",
    features: answer.features.map((f): Feature => {
      const code = String(f.properties?.[key] ?? "");
      return { ...f, properties: { ...f.properties, code, tone: TONES[code] ?? 4 } };
    }),
  };
}

function heading(text: string): HTMLElement {
  return h("h1", { class: "h2", id: "panel-title", tabindex: -1 }, text);
}

function swatch(code: string): HTMLElement {
  return h("i", { class: `sw d${TONES[code] ?? 4}c` });
}

function method(words: { method_ar: string; method_en: string }): HTMLElement {
  return h(
    "details",
    { class: "block" },
    h("summary", { class: "s" }, say("كيف حُسب هذا", "How this was found"), icon("chevron")),
    h("p", { class: "s mute" }, nameOf({ name_ar: words.method_ar, name_en: words.method_en })),
  );
}

function wordOf(words: Coded[] | undefined, code: string): string {
  return nameOf(words?.find((word) => word.code === code)) || code;
}

/* A ratio as people say it: plus or minus so many per cent; what grew from nothing has none. */
export function changeText(ratio: number | null): string {
  if (ratio === null) return say("من لا شيء", "from none");
  const pct = (ratio - 1) * 100;
  const size = Math.abs(pct) >= 10 || Math.round(pct) === pct ? 0 : 1;
  return `${pct > 0 ? "+" : ""}${percent(pct, size)}`;
}

function interval(low: number | null, high: number | null): string {
  if (low === null) return "–";
  return `${changeText(low)} … ${high === null ? "∞" : changeText(high)}`;
}

/* ---------- hot and cold spots ---------- */

export function spotsPanel(
  answer: HotSpots & FeatureCollection,
  goTo: (ring: Polygon["coordinates"][0]) => void,
): HTMLElement[] {
  const found = answer.classes.filter((c) => c.code !== "none" && c.cells > 0);
  const hottest = answer.features
    .filter((f) => String(f.properties?.class).startsWith("hot"))
    .sort((a, b) => Number(b.properties?.z) - Number(a.properties?.z))
    .slice(0, 10);
  const sentence = say(
    `اختُبرت ${number(answer.tested)} خلية في ${answer.study_area_ar}.`,
    `${number(answer.tested)} cells were tested in ${answer.study_area_en}.`,
  );
  return [
    heading(say("البؤر الساخنة والباردة", "Hot and cold spots")),
    h("p", { class: "s mute", id: "verdict-sum", "data-tested": answer.tested }, sentence),
    found.length
      ? h(
          "table",
          { class: "tbl" },
          h("caption", { class: "vh" }, say("الخلايا حسب الحكم", "Cells by verdict")),
          h(
            "tbody",
            {},
            ...found.map((c) =>
              h(
                "tr",
                {},
                h("th", { scope: "row" }, h("span", { class: "row" }, swatch(c.code), nameOf(c))),
                h("td", { class: "v" }, bdi(number(c.cells))),
              ),
            ),
          ),
        )
      : h("p", { class: "verdict info" }, say("لا بؤرة ذات دلالة في هذا الاختيار.", "No significant spot.")),
    ...(hottest.length
      ? [
          h("h2", { class: "h3 block" }, say("أشد البؤر سخونة", "The hottest")),
          h("ol", { class: "plotlist", id: "spot-list" }, ...hottest.map((f) => spotRow(f, goTo))),
        ]
      : []),
    method(answer),
  ];
}

function spotRow(f: Feature, goTo: (ring: Polygon["coordinates"][0]) => void): HTMLElement {
  const ring = (f.geometry as Polygon).coordinates[0]!;
  const [lon, lat] = ring[0]!;
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", onclick: () => goTo(ring) },
      h("span", { class: "num" }, bdi(number(Number(f.properties?.count)))),
      h(
        "span",
        { class: "s mute", "data-x": String(f.properties?.x), "data-y": String(f.properties?.y) },
        h("bdi", { class: "n ltr" }, `${lat!.toFixed(3)}, ${lon!.toFixed(3)}`),
      ),
      h("bdi", { class: "n s mute ltr" }, `z ${number(Number(f.properties?.z), 1)}`),
    ),
  );
}

/* ---------- two periods ---------- */

function days(one: Days): HTMLElement {
  return bdi(`${date(one.from)} – ${date(lastDay(one.to))}`, "nowrap");
}

function cityLine(answer: HeatChanges): HTMLElement {
  const c = answer.city;
  return h(
    "p",
    { class: "bignum", id: "city-change", "data-after": c.after, "data-before": c.before },
    bdi(changeText(c.ratio)),
  );
}

export function changePanel(answer: PlaceChanges, words: Coded[] | undefined, f: Filters): HTMLElement[] {
  return [
    heading(say("قبل وبعد", "Before and after")),
    h("p", { class: "s mute" }, days(answer.before), say(" ثم ", " then "), days(answer.after)),
    cityLine(answer),
    h(
      "p",
      { class: "s mute" },
      say("المدينة كلها: من ", "The whole city: from "),
      bdi(number(answer.city.before)),
      say(" إلى ", " to "),
      bdi(number(answer.city.after)),
      `. ${wordOf(words, answer.city.change)}.`,
    ),
    h(
      "h2",
      { class: "h3 block" },
      f.by === "area" ? say("حسب المنطقة", "By area") : say("حسب الولاية", "By wilayat"),
    ),
    h(
      "table",
      { class: "tbl" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", { scope: "col" }, say("المكان", "Place")),
          h("th", { scope: "col", class: "v" }, say("قبل", "Before")),
          h("th", { scope: "col", class: "v" }, say("بعد", "After")),
          h("th", { scope: "col", class: "v" }, say("التغير", "Change")),
        ),
      ),
      h(
        "tbody",
        {},
        ...[...answer.places]
          .filter((p) => p.after + p.before > 0)
          .sort((a, b) => b.after + b.before - a.after - a.before)
          .map((p) =>
            h(
              "tr",
              { "data-change": p.change },
              h("th", { scope: "row" }, nameOf(p)),
              h("td", { class: "v" }, bdi(number(p.before))),
              h("td", { class: "v" }, bdi(number(p.after))),
              changeCell(p, words),
            ),
          ),
      ),
    ),
    h(
      "p",
      { class: "xs mute" },
      say(
        "الفروق الملوّنة ذات دلالة إحصائية؛ الرمادية ليست كذلك.",
        "Coloured differences are statistically significant; grey ones are not.",
      ),
    ),
    method(answer),
  ];
}

/* A difference and its interval; coloured only where it is more than chance. */
export function changeCell(c: Change, words: Coded[] | undefined): HTMLElement {
  const tone = c.change === "rose" ? "hot-text" : c.change === "fell" ? "cold-text" : "mute";
  return h(
    "td",
    { class: `v ${tone}`, title: `${wordOf(words, c.change)} (95%: ${interval(c.ratio_low, c.ratio_high)})` },
    bdi(c.change === "not_tested" ? "–" : changeText(c.ratio)),
    tone === "mute" ? null : h("span", { class: "vh" }, ` ${wordOf(words, c.change)}`),
  );
}

/* ---------- trends ---------- */

const SPARK = { wide: 96, high: 26 };

function spark(counts: number[]): SVGElement {
  const most = Math.max(1, ...counts);
  const rtl = lang() === "ar";
  const step = SPARK.wide / Math.max(1, counts.length - 1);
  const points = counts.map((n, i) => {
    const x = rtl ? SPARK.wide - i * step : i * step;
    return `${x.toFixed(1)},${(SPARK.high - 2 - (n / most) * (SPARK.high - 4)).toFixed(1)}`;
  });
  return s(
    "svg",
    { viewBox: `0 0 ${SPARK.wide} ${SPARK.high}`, class: "spark", "aria-hidden": "true" },
    s("polyline", { points: points.join(" ") }),
  );
}

export function trendPanel(answer: HeatTrends, words: Coded[] | undefined, f: Filters): HTMLElement[] {
  const rows = [...answer.places].filter((p) => p.count > 0).sort((a, b) => b.count - a.count);
  return [
    heading(
      f.by === "area"
        ? say("الاتجاه حسب المنطقة", "Trend by area")
        : say("الاتجاه حسب الولاية", "Trend by wilayat"),
    ),
    h(
      "p",
      { class: "s mute", id: "trend-span", "data-months": answer.months.length },
      bdi(`${date(answer.from)} – ${date(lastDay(answer.to))}`),
    ),
    rows.length
      ? h(
          "table",
          { class: "tbl" },
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              h("th", { scope: "col" }, say("المكان", "Place")),
              h("th", { scope: "col" }, say("الأشهر", "Months")),
              h("th", { scope: "col", class: "v" }, say("في السنة", "A year")),
            ),
          ),
          h("tbody", {}, ...rows.map((p) => trendRow(p, words))),
        )
      : h("p", { class: "verdict info" }, say("لا بلاغات في هذه المدة.", "No reports in this period.")),
    method(answer),
  ];
}

function trendRow(p: PlaceTrend, words: Coded[] | undefined): HTMLElement {
  const tone = p.trend === "rising" ? "hot-text" : p.trend === "falling" ? "cold-text" : "mute";
  const word = wordOf(words, p.trend);
  return h(
    "tr",
    { "data-trend": p.trend },
    h("th", { scope: "row" }, nameOf(p), h("span", { class: `xs ${tone}` }, h("br"), word)),
    h("td", {}, spark(p.counts)),
    h(
      "td",
      { class: `v ${tone}`, title: `95%: ${interval(p.per_year_low, p.per_year_high)}` },
      bdi(p.per_year === null ? "–" : changeText(p.per_year)),
    ),
  );
}

/* ---------- one cell in words ---------- */

export function verdictTip(p: Record<string, unknown>, words: Coded[] | undefined): HTMLElement[] {
  const code = String(p.code);
  const q = p.q === null || p.q === undefined ? null : Number(p.q);
  const sure = q === null ? "" : `q ${q < 0.001 ? "< 0.001" : `= ${q.toFixed(3)}`}`;
  const facts =
    "z" in p
      ? [bdi(number(Number(p.count))), say(" بلاغ", " reports"), ` · z ${number(Number(p.z), 1)}`]
      : [
          say("من ", "From "),
          bdi(number(Number(p.before))),
          say(" إلى ", " to "),
          bdi(number(Number(p.after))),
          " · ",
          bdi(changeText(p.ratio === null ? null : Number(p.ratio))),
        ];
  return [
    h("div", { class: "row" }, swatch(code), h("b", {}, wordOf(words, code))),
    h("p", {}, ...facts),
    h("p", { class: "mute xs" }, h("bdi", { class: "n ltr" }, sure)),
  ];
}
