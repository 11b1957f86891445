/* Search with results: any digits, old and new numbers, folded letters; arrows, Enter, Esc. */

import { getJson, isAbort, latest } from "../lib/api";
import { foldArabic, westernDigits } from "../lib/digits";
import { announce, h, icon } from "../lib/dom";
import { count, number } from "../lib/format";
import { RESULTS } from "../lib/plural";
import { say } from "../lib/say";
import type { SearchAnswer, SearchResult } from "../lib/types";

const ICONS: Record<string, string> = {
  plot: "pin",
  area: "grid",
  wilayat: "grid",
  zone: "car",
  parking_zone: "car",
  building_permit: "document",
  road: "road",
  street: "road",
};
const WAIT_MS = 160;
const MOST = 8;

/* Where a folded needle lies in a text, as [start, end) of the text as written. */
export function matchedPart(text: string, typed: string): [number, number] | null {
  const at: number[] = [];
  let folded = "";
  [...text].forEach((letter, i) => {
    for (const c of foldArabic(letter)) {
      folded += c;
      at.push(i);
    }
  });
  for (const needle of [foldArabic(typed).trim(), ...foldArabic(typed).trim().split(/\s+/)]) {
    const found = needle ? folded.indexOf(needle) : -1;
    if (found >= 0) return [at[found]!, at[found + needle.length - 1]! + 1];
  }
  return null;
}

function marked(text: string, typed: string): Node[] {
  const letters = [...text];
  const part = matchedPart(text, typed);
  if (!part) return [document.createTextNode(text)];
  const [a, b] = part;
  return [
    document.createTextNode(letters.slice(0, a).join("")),
    h("b", {}, letters.slice(a, b).join("")),
    document.createTextNode(letters.slice(b).join("")),
  ];
}

/* What Enter alone means: the only result, the only plot of that very number, or the best place; else nothing yet. */
export function theOne(results: SearchResult[]): number | null {
  const exact = results.filter((r) => r.exact).length;
  return results.length === 1 || exact === 1 || (results[0] && results[0].kind !== "plot") ? 0 : null;
}

function noteOn(shown: number, all: number): string {
  if (!shown)
    return say(
      "لا نتيجة لما كتبت. جرّب الرقم القديم، أو اختر القطعة على الخريطة.",
      "Nothing matches. Try the old number, or choose the plot on the map.",
    );
  if (all <= shown) return "";
  return say(
    `المعروض ${number(shown)} من ${count(all, RESULTS, "", "")}. أضف رقمًا أو اسم المنطقة.`,
    `${number(shown)} of ${count(all, RESULTS, "result", "results")}. Add a digit or the name of the area.`,
  );
}

export interface SearchOptions {
  form: HTMLFormElement;
  url: string;
  choose: (result: SearchResult) => void;
}

export function combobox({ form, url, choose }: SearchOptions): { set: (text: string) => void } {
  const input = form.querySelector<HTMLInputElement>("input[name=q]")!;
  const clear = form.querySelector<HTMLButtonElement>("[data-clear]")!;
  const list = h("ul", {
    class: "results",
    id: "search-results",
    role: "listbox",
    "aria-label": say("نتائج البحث", "Search results"),
    hidden: true,
  });
  const note = h("p", { class: "results-note s", hidden: true });
  const box = h("div", { class: "found", hidden: true }, list, note);
  form.append(box);
  const ask = latest();
  let results: SearchResult[] = [];
  let active = -1;
  let timer = 0;

  const show = (items: boolean, words: string): void => {
    list.hidden = !items;
    note.hidden = !words;
    note.textContent = words;
    box.hidden = !items && !words;
    input.setAttribute("aria-expanded", String(items));
  };
  const close = (): void => {
    show(false, "");
    active = -1;
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (to: number): void => {
    const options = [...list.children];
    options.forEach((o, i) => o.setAttribute("aria-selected", String(i === to)));
    active = to;
    if (to >= 0) {
      input.setAttribute("aria-activedescendant", options[to]!.id);
      options[to]!.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };
  const take = (i: number): void => {
    const result = results[i];
    if (!result) return;
    input.value = result.title;
    close();
    choose(result);
  };
  const draw = (typed: string, all: number): void => {
    list.replaceChildren(
      ...results.map((r, i) =>
        h(
          "li",
          {
            role: "option",
            id: `search-${i}`,
            "aria-selected": "false",
            onclick: () => take(i),
            onpointermove: () => active !== i && mark(i),
          },
          icon(ICONS[r.kind] ?? "search"),
          h(
            "span",
            { class: "grow" },
            ...marked(r.title, typed),
            r.place
              ? h("span", { class: "xs mute place" }, ...marked(r.place, r.matched_number ?? typed))
              : null,
          ),
        ),
      ),
    );
    const words = noteOn(results.length, all);
    show(results.length > 0, words);
    announce(words || count(results.length, RESULTS, "result", "results"));
    if (results.length) mark(results.length === 1 ? 0 : -1); // of several, the first arrow takes the first
  };
  const find = async (): Promise<void> => {
    const typed = input.value.trim();
    clear.hidden = !typed;
    if (!typed) return close();
    try {
      const q = encodeURIComponent(westernDigits(typed));
      const answer = await ask((signal) => getJson<SearchAnswer>(`${url}?q=${q}`, signal));
      results = answer.results.slice(0, MOST);
      draw(typed, answer.count);
    } catch (error) {
      if (isAbort(error)) return;
      results = [];
      show(false, (error as Error).message);
    }
  };
  const keys: Record<string, () => void> = {
    ArrowDown: () => (list.hidden ? void find() : mark((active + 1) % results.length)),
    ArrowUp: () => mark((Math.max(active, 0) - 1 + results.length) % results.length),
    Escape: () => (list.hidden && note.hidden ? ((input.value = ""), (clear.hidden = true)) : close()),
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void find(), WAIT_MS);
  });
  input.addEventListener("keydown", (e) => {
    const act = keys[e.key];
    if (act && (e.key === "Escape" || results.length || e.key === "ArrowDown")) {
      e.preventDefault();
      act();
    } else if (e.key === "Enter" && !list.hidden) {
      e.preventDefault();
      const best = active >= 0 ? active : theOne(results);
      if (best !== null) return take(best);
      mark(0);
      announce(
        say(
          "أكثر من نتيجة. اختر بالأسهم ثم اضغط Enter.",
          "There are several. Choose with the arrows, then press Enter.",
        ),
      );
    }
  });
  input.addEventListener("blur", () =>
    setTimeout(() => !form.contains(document.activeElement) && close(), 150),
  );
  clear.addEventListener("click", () => {
    input.value = "";
    clear.hidden = true;
    close();
    input.focus();
  });
  clear.hidden = !input.value;
  return {
    set: (text) => {
      input.value = text;
      clear.hidden = !text;
    },
  };
}
