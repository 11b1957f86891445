/* What this device keeps of reports, each with its state and what can be done with it. */

import { bdi, h, icon } from "../lib/dom";
import { count, date, time } from "../lib/format";
import type { ArabicForms } from "../lib/plural";
import type { Draft } from "../lib/report-queue";
import { nameOf, say } from "../lib/say";
import type { Kind } from "./category-choice";

const PHOTOS: ArabicForms = {
  zero: "بلا صور",
  one: "صورة واحدة",
  two: "صورتان",
  few: "صور",
  many: "صورة",
  other: "صورة",
};

/* Tone, sign and words of where a draft stands, for who is signed in or nobody (null). */
export function standing(draft: Draft, person: number | null): [tone: string, sign: string, words: string] {
  if (draft.stage === "sent") return ["pass", "pass", say("أُرسلت", "Sent")];
  if (draft.stage === "refused") return ["near", "triangle", draft.words ?? say("لم تُقبل", "Not accepted")];
  if (draft.stage === "draft") return ["na", "file", say("مسودة", "Draft")];
  if (draft.words) return ["near", "clock", draft.words];
  if (person === null) return ["near", "person", say("تنتظر دخولك", "Waits for you to sign in")];
  if (draft.person === null)
    return ["near", "person", say("كُتبت قبل الدخول", "Written before you signed in")];
  return ["info", "clock", say("تنتظر الإرسال", "Waits to be sent")];
}

export interface KeptActs {
  person: number | null;
  kinds: readonly Kind[];
  send: (draft: Draft) => void;
  edit: (draft: Draft) => void;
  remove: (draft: Draft) => void;
}

function title(draft: Draft, kinds: readonly Kind[]): string {
  if (draft.made) return draft.made.number;
  const kind = kinds.find((one) => one.code === draft.category);
  return kind ? nameOf(kind) : say("ملاحظة بلا نوع", "A report without a kind");
}

function act(words: string, look: string, name: string, draft: Draft, onclick: () => void): HTMLElement {
  return h(
    "button",
    { type: "button", class: `btn ${look}`, "data-act": name, "data-of": draft.key, onclick },
    words,
  );
}

export function keptRows(drafts: readonly Draft[], acts: KeptActs): HTMLElement[] {
  return drafts.map((draft) => {
    const [tone, sign, words] = standing(draft, acts.person);
    const buttons: HTMLElement[] = [];
    if (draft.made)
      buttons.push(
        h("a", { class: "btn two", href: say("", "/en") + draft.made.url }, say("تابعها", "Follow it")),
      );
    if (draft.stage === "waiting")
      buttons.push(act(say("أرسل الآن", "Send now"), "two", "send", draft, () => acts.send(draft)));
    if (draft.stage === "refused" || draft.stage === "draft")
      buttons.push(act(say("افتحها", "Open it"), "two", "edit", draft, () => acts.edit(draft)));
    const away = draft.stage === "sent" ? say("أخفِ", "Hide") : say("احذف", "Delete");
    buttons.push(act(away, "three", "remove", draft, () => acts.remove(draft)));
    return h(
      "li",
      { "data-key": draft.key, "data-stage": draft.stage },
      h(
        "div",
        { class: "grow" },
        h("p", { class: "b" }, bdi(title(draft, acts.kinds))),
        h(
          "p",
          { class: "s mute" },
          bdi(`${date(draft.madeAt)} ${time(draft.madeAt)}`, "ltr"),
          " · ",
          count(draft.photos.length, PHOTOS, "photo", "photos"),
        ),
        h("p", {}, h("span", { class: `st wrap ${tone}` }, icon(sign), h("span", {}, words))),
      ),
      h("div", { class: "row wrap" }, ...buttons),
    );
  });
}
