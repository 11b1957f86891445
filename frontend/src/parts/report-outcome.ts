/* What became of a report: its number and the day it is due, kept here until the network returns, or not yet. */

import { bdi, h, icon } from "../lib/dom";
import { date } from "../lib/format";
import type { Made } from "../lib/report-queue";
import { say } from "../lib/say";

function again(another: () => void, look: string): HTMLElement {
  return h(
    "button",
    { type: "button", class: `btn ${look}`, id: "another", onclick: another },
    icon("plus"),
    say("ملاحظة أخرى", "Another observation"),
  );
}

function head(tone: string, sign: string, title: string, ...words: (Node | string)[]): HTMLElement {
  return h(
    "div",
    { class: `verdict ${tone}`, role: "status" },
    icon(sign),
    h("div", { class: "grow" }, h("h2", {}, title), ...words),
  );
}

export function sentOutcome(made: Made, another: () => void): HTMLElement[] {
  const due = made.due_at
    ? [say("تُعالج حتى ", "To be dealt with by "), h("b", {}, bdi(date(made.due_at))), ". "]
    : [];
  return [
    head(
      "pass",
      "pass",
      say("وصلتنا ملاحظتك", "We have your observation"),
      h("p", {}, say("رقمها", "Its number is")),
      h("p", { class: "bignumber", id: "number" }, bdi(made.number, "ltr")),
      h("p", { class: "s" }, ...due, say("تصلك رسالة قصيرة عند كل مرحلة.", "An SMS follows at every stage.")),
    ),
    h(
      "div",
      { class: "btns block" },
      h(
        "a",
        { class: "btn tall", id: "follow", href: say("", "/en") + made.url },
        say("تابع الملاحظة", "Follow it"),
      ),
      again(another, "two tall"),
    ),
  ];
}

export function keptOutcome(needsSignIn: boolean, another: () => void): HTMLElement[] {
  const words = needsSignIn
    ? say(
        "لا اتصال. حُفظت ملاحظتك مع صورها على هاتفك. سجّل الدخول عند عودة الشبكة لترسلها.",
        "No connection. Your observation and its photos are kept on your phone. Sign in when the network returns to send it.",
      )
    : say(
        "لا اتصال. حُفظت ملاحظتك مع صورها على هاتفك، وتُرسل مرة واحدة عند عودة الشبكة.",
        "No connection. Your observation and its photos are kept on your phone and will be sent once, when the network returns.",
      );
  return [
    head("info", "clock", say("محفوظة على جهازك", "Kept on your device"), h("p", {}, words)),
    h("div", { class: "btns block" }, again(another, "two tall")),
  ];
}

export function laterOutcome(words: string, another: () => void): HTMLElement[] {
  return [
    head(
      "near",
      "clock",
      say("لم تُرسل بعد", "Not sent yet"),
      h("p", {}, words),
      h(
        "p",
        { class: "s" },
        say(
          "هي محفوظة على جهازك، ونعيد إرسالها من هذه الصفحة بعد عشر دقائق.",
          "It is kept on your device and sent again from this page in ten minutes.",
        ),
      ),
    ),
    h("div", { class: "btns block" }, again(another, "two tall")),
  ];
}
