/* Remarks one by one: where each is, its answer, and what this reader may do with it. */

import { h, icon } from "../lib/dom";
import { remarkNumber, type RemarkRow } from "../lib/application";
import { say } from "../lib/say";

export interface RemarkActs {
  find: (remark: RemarkRow) => void; // show where it is
  act: (remark: RemarkRow, what: "answer" | "settle" | "ask_again", text: string) => void;
}

const STATES = {
  open: { css: "near", icon: "speech", ar: "بانتظار الجواب", en: "Waits for an answer" },
  answered: { css: "info", icon: "returned", ar: "أُجيب عنها", en: "Answered" },
  settled: { css: "pass", icon: "pass", ar: "أُغلقت", en: "Settled" },
} as const;

function form(remark: RemarkRow, what: "answer" | "ask_again", label: string, acts: RemarkActs): HTMLElement {
  const text = h("textarea", {
    class: "inp",
    id: `${what}-${remark.id}`,
    rows: 2,
    maxlength: 2000,
    required: true,
  });
  return h(
    "details",
    { class: "block" },
    h("summary", {}, label, icon("chevron")),
    h(
      "form",
      {
        onsubmit: (e: Event) => {
          e.preventDefault();
          acts.act(remark, what, text.value);
        },
      },
      h("div", { class: "field" }, h("label", { for: text.id }, label), text),
      h("button", { type: "submit", class: "btn two sm" }, say("إرسال", "Send")),
    ),
  );
}

export function remarkList(
  remarks: RemarkRow[],
  side: "municipality" | "applicant" | "neither",
  acts: RemarkActs,
): HTMLElement {
  if (!remarks.length) return h("p", { class: "s mute" }, say("لا ملاحظات بعد.", "No remarks yet."));
  return h(
    "ol",
    { class: "remarks" },
    ...remarks.map((remark) => {
      const state = STATES[remark.state];
      const open = remark.state !== "settled";
      return h(
        "li",
        { class: "remark", id: `remark-${remark.id}`, "data-state": remark.state },
        h(
          "div",
          { class: "row between tight" },
          h(
            "button",
            { type: "button", class: "linkish b", onclick: () => acts.find(remark) },
            h("span", { class: `mk ${remark.state}` }, remarkNumber(remarks, remark.id)),
            " ",
            remark.page
              ? say(`الصفحة ${remark.page}`, `page ${remark.page}`)
              : remark.place
                ? say("على الخريطة", "on the map")
                : say("المستند", "the paper"),
          ),
          h("span", { class: `st ${state.css}` }, icon(state.icon), say(state.ar, state.en)),
        ),
        h("p", { dir: "auto" }, remark.text),
        remark.answer
          ? h("p", { class: "s answer" }, say("الجواب: ", "Answer: "), h("bdi", {}, remark.answer))
          : null,
        side === "applicant" && open ? form(remark, "answer", say("جوابك", "Your answer"), acts) : null,
        side === "municipality" && open
          ? h(
              "button",
              { type: "button", class: "btn three sm", onclick: () => acts.act(remark, "settle", "") },
              icon("tick"),
              say("أغلقها", "Settle it"),
            )
          : null,
        side === "municipality" && remark.answer
          ? form(remark, "ask_again", say("أعدها بسؤال آخر", "Ask again"), acts)
          : null,
      );
    }),
  );
}
