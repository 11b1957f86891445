/* The plots that share a number, to choose one by its area: by click, or by the arrows of a radio group. */

import type { ApiError } from "../lib/api";
import { bdi, h } from "../lib/dom";
import { say } from "../lib/say";

export interface AlikePlot {
  id: number;
  number: string;
  area: string | null;
  wilayat: string | null;
}

/* The plots that a refused question names; none where it was refused for another reason. */
export function alikePlots(error: ApiError): AlikePlot[] {
  const { plots } = error.told;
  return Array.isArray(plots) ? (plots as AlikePlot[]) : [];
}

function place(plot: AlikePlot): string {
  const area = plot.area ?? say("منطقة غير معلومة", "area unknown");
  return plot.wilayat ? ` · ${area} · ${plot.wilayat}` : ` · ${area}`;
}

function row(plot: AlikePlot, chosen: (id: number) => void): HTMLElement {
  const id = `alike-${plot.id}`;
  return h(
    "label",
    { class: "checkrow", for: id },
    h("input", {
      class: "check",
      type: "radio",
      name: "alike",
      id,
      value: plot.id,
      onchange: () => chosen(plot.id),
    }),
    h("span", {}, `${say("القطعة", "Plot")} `, bdi(plot.number), place(plot)),
  );
}

export interface AlikeList {
  show: (plots: AlikePlot[]) => void;
  mark: (id: number) => void; // chosen on the map: its row is ticked, and the list goes where it has none
}

export function alikeList(box: HTMLElement, chosen: (id: number) => void): AlikeList {
  const show = (plots: AlikePlot[]): void => {
    if (!plots.length) return box.replaceChildren();
    box.replaceChildren(
      h(
        "fieldset",
        { class: "field plain block" },
        h(
          "legend",
          { class: "b" },
          say("أي قطعة تحمل الرقم ", "Which of the plots numbered "),
          bdi(plots[0]!.number),
          say("؟", "?"),
        ),
        h("div", { class: "bayrows" }, ...plots.map((plot) => row(plot, chosen))),
      ),
    );
  };
  return {
    show,
    mark: (id) => {
      const own = box.querySelector<HTMLInputElement>(`#alike-${id}`);
      if (own) own.checked = true;
      else show([]);
    },
  };
}
