/* What a report is about: the first kinds of the city's own order as chips, all of them by search. */

import { foldArabic } from "../lib/digits";
import { announce, h } from "../lib/dom";
import { count } from "../lib/format";
import { RESULTS } from "../lib/plural";
import { nameOf, say } from "../lib/say";

export interface Kind {
  code: string;
  name_ar: string;
  name_en: string;
}

const FIRST = 8;

/* The kinds whose name in either language holds every word that was typed, letters folded; the order stays. */
export function kindsFor(kinds: readonly Kind[], typed: string): Kind[] {
  const words = foldArabic(typed).trim().split(/\s+/).filter(Boolean);
  return kinds.filter((kind) => {
    const names = foldArabic(`${kind.name_ar} ${kind.name_en}`);
    return words.every((word) => names.includes(word));
  });
}

/* What is seen: what was searched for, or the first ones and the chosen one. */
export function kindsShown(kinds: readonly Kind[], typed: string, all: boolean, chosen: string): Kind[] {
  if (typed.trim()) return kindsFor(kinds, typed);
  return all ? [...kinds] : kinds.filter((kind, n) => n < FIRST || kind.code === chosen);
}

export interface CategoryChoice {
  set: (code: string) => void;
}

export function categoryChoice(
  root: HTMLElement,
  kinds: readonly Kind[],
  change: (code: string) => void,
): CategoryChoice {
  const search = root.querySelector<HTMLInputElement>("#kind-search")!;
  const box = root.querySelector<HTMLElement>("#kinds")!;
  const more = root.querySelector<HTMLButtonElement>("#kinds-all")!;
  const none = root.querySelector<HTMLElement>("#kinds-none")!;
  let chosen = "";
  let all = false;

  const draw = (): void => {
    const seen = kindsShown(kinds, search.value, all, chosen);
    box.replaceChildren(
      ...seen.map((kind) => {
        const input = h("input", {
          type: "radio",
          class: "vh",
          name: "category",
          value: kind.code,
          checked: kind.code === chosen,
          onchange: () => {
            chosen = kind.code;
            change(kind.code);
          },
        });
        return h("label", { class: "chip" }, input, nameOf(kind));
      }),
    );
    none.hidden = seen.length > 0;
    more.hidden = Boolean(search.value.trim()) || kinds.length <= FIRST;
    more.setAttribute("aria-expanded", String(all));
    more.textContent = all ? say("الأكثر فقط", "Fewer") : say("كل الأنواع", "All kinds");
  };
  search.addEventListener("input", () => {
    draw();
    const found = kindsFor(kinds, search.value).length;
    if (search.value.trim()) announce(count(found, RESULTS, "result", "results"));
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault(); // it searches and sends nothing
      const seen = kindsFor(kinds, search.value);
      if (search.value.trim() && seen.length === 1) {
        chosen = seen[0]!.code;
        draw();
        change(chosen);
      }
    } else if (event.key === "Escape") {
      search.value = "";
      draw();
    }
  });
  more.addEventListener("click", () => {
    all = !all;
    draw();
  });
  draw();
  return {
    set: (code) => {
      chosen = kinds.some((kind) => kind.code === code) ? code : "";
      draw();
    },
  };
}
