/* The sheet of a check: rule, permitted, provided, status; failures numbered as on the map. */

import { h, icon } from "../lib/dom";
import { say } from "../lib/say";
import {
  failNumbers,
  permittedWords,
  providedWords,
  statusMark,
  statusName,
  summary,
  whyUnknown,
  type Sheet,
  type SiteLine,
} from "../lib/site";

export function statusPill(line: SiteLine): HTMLElement {
  const mark = statusMark(line.status);
  return h("span", { class: `st ${mark.css}` }, icon(mark.icon), statusName(line.status));
}

function row(line: SiteLine, mark: number | undefined, point: (line: SiteLine) => void): HTMLElement {
  const words = line.beside ? say(`${line.name}، ${line.beside}`, `${line.name}, ${line.beside}`) : line.name;
  const name = mark
    ? h(
        "button",
        { type: "button", class: "linkish", onclick: () => point(line) },
        h("span", { class: "mk" }, mark),
        " ",
        words,
      )
    : words;
  return h(
    "tr",
    { class: line.status === "fail" ? "is-fail" : "", "data-rule": line.rule, "data-status": line.status },
    h("th", { scope: "row" }, name, line.reason ? h("p", { class: "xs mute" }, line.reason) : null),
    h("td", {}, permittedWords(line)),
    h("td", {}, line.status === "fail" ? h("b", {}, providedWords(line)) : providedWords(line)),
    h("td", {}, statusPill(line)),
  );
}

const WHY_UNKNOWN: [ReturnType<typeof whyUnknown>, string, string][] = [
  [
    "limit",
    "الحد غير معلوم في المخطط التفصيلي، فيحدده المهندس عند التدقيق.",
    "The detailed plan states no limit; the engineer decides it in the audit.",
  ],
  [
    "drawing",
    "الرسم لا يذكر الطوابق أو الارتفاع: اكتبها في أجزاء المخطط لتُفحص.",
    "The drawing does not state floors or height: write them at the parts of the plan to have them checked.",
  ],
  [
    "ground",
    "لا بيانات عن الأرض لبعض القواعد، فيحسمها المهندس عند التدقيق.",
    "There are no data of the ground for some rules; the engineer decides them in the audit.",
  ],
];

export function verdictBox(sheet: Sheet): HTMLElement {
  const tone = sheet.verdict === "pass" ? "pass" : sheet.verdict === "fail" ? "fail" : "unknown";
  const sign = { pass: "pass", fail: "fail", unknown: "diamond" }[tone];
  const why = new Set(sheet.rules.map(whyUnknown));
  return h(
    "div",
    { class: `verdict ${tone}`, role: "status", "data-verdict": sheet.verdict },
    icon(sign),
    h(
      "div",
      {},
      h("h2", { class: "h3" }, summary(sheet.rules)),
      sheet.off_plot ? h("p", { class: "s", "data-off-plot": "" }, sheet.off_plot) : null,
      ...WHY_UNKNOWN.filter(([code]) => why.has(code)).map(([, ar, en]) =>
        h("p", { class: "s" }, say(ar, en)),
      ),
    ),
  );
}

export function sheetTable(sheet: Sheet, point: (line: SiteLine) => void = () => {}): HTMLElement {
  const numbers = failNumbers(sheet.rules);
  const head = [
    say("القاعدة", "Rule"),
    say("المسموح", "Permitted"),
    say("المقدَّم", "Provided"),
    say("الحالة", "Status"),
  ];
  return h(
    "table",
    { class: "tbl tight sheet" },
    h("caption", { class: "vh" }, say("نتيجة فحص القواعد", "What the check of the rules found")),
    h("thead", {}, h("tr", {}, ...head.map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, ...sheet.rules.map((line) => row(line, numbers.get(line), point))),
  );
}
