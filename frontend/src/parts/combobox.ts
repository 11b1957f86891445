/* Search with results: any digits, old and new numbers, folded letters; arrows, Enter, Esc. */

import { getJson, isAbort, latest } from "../lib/api";
import { foldArabic, westernDigits } from "../lib/digits";
import { announce, h, icon } from "../lib/dom";
import { count } from "../lib/format";
import { RESULTS } from "../lib/plural";
import { say } from "../lib/say";
import type { SearchAnswer, SearchResult } from "../lib/types";

const ICONS: Record<string, string> = {
  plot: "pin",
  area: "grid",
  wilayat: "grid",
  zone: "car",
  parking_zone: "car",
  road: "road",
  street: "road",
};
const WAIT_MS = 160;

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
  form.append(list, note);
  const ask = latest();
  let results: SearchResult[] = [];
  let active = -1;
  let timer = 0;

  const close = (): void => {
    list.hidden = true;
    note.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
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
  const draw = (typed: string): void => {
    list.replaceChildren(
      ...results.slice(0, 8).map((r, i) =>
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
            r.place ? h("span", { class: "xs mute place" }, r.place) : null,
          ),
        ),
      ),
    );
    list.hidden = results.length === 0;
    note.hidden = results.length > 0;
    input.setAttribute("aria-expanded", String(results.length > 0));
    if (!results.length)
      note.textContent = say(
        "لا نتيجة لما كتبت. جرّب الرقم القديم، أو اختر القطعة على الخريطة.",
        "Nothing matches. Try the old number, or choose the plot on the map.",
      );
    announce(results.length ? count(results.length, RESULTS, "result", "results") : (note.textContent ?? ""));
    if (results.length) mark(results.length === 1 ? 0 : -1); // of several, the first arrow takes the first
  };
  const find = async (): Promise<void> => {
    const typed = input.value.trim();
    clear.hidden = !typed;
    if (!typed) return close();
    try {
      const q = encodeURIComponent(westernDigits(typed));
      const answer = await ask((signal) => getJson<SearchAnswer>(`${url}?q=${q}`, signal));
      results = answer.results.slice(0, 8);
      draw(typed);
    } catch (error) {
      if (isAbort(error)) return;
      results = [];
      list.hidden = true;
      note.hidden = false;
      note.textContent = (error as Error).message;
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
      take(Math.max(active, 0)); // Enter alone means the best
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
