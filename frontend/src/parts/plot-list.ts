/* The list twin of the map: the plots now in view, each a button. */

import { foldArabic } from "../lib/digits";
import { bdi, h } from "../lib/dom";
import { count } from "../lib/format";
import { PLOTS } from "../lib/plural";
import { say } from "../lib/say";
import { useWord } from "../lib/words";
import type { CityMap } from "../map/frame";

export const LIST_ZOOM = 15; // from here plots have outlines, so a list of them means something
const LIST_MOST = 60;

export function listPlots(city: CityMap | null, choose: (id: number) => void): void {
  const list = document.getElementById("plot-list");
  const note = document.getElementById("plot-list-note");
  if (!city || !list || !note) return;
  if (city.map.getZoom() < LIST_ZOOM || !city.map.getLayer("use")) {
    list.replaceChildren();
    note.textContent = say("قرّب الخريطة لترى قائمة القطع التي فيها.", "Zoom in to list the plots in view.");
    return;
  }
  const seen = new Map<number, { number: string; use: string }>();
  for (const f of city.map.queryRenderedFeatures({ layers: ["use"] })) {
    const id = Number(f.id ?? f.properties.id);
    if (Number.isFinite(id))
      seen.set(id, { number: String(f.properties.number ?? ""), use: String(f.properties.use_class ?? "") });
  }
  const plots = [...seen].sort((a, b) =>
    foldArabic(a[1].number).localeCompare(foldArabic(b[1].number), "en", { numeric: true }),
  );
  note.textContent = !plots.length
    ? say(
        "لا قطع في هذا العرض. حرّك الخريطة، أو ابحث باسم المنطقة.",
        "No plots in this view. Move the map, or search by area.",
      )
    : count(plots.length, PLOTS, "plot", "plots") +
      (plots.length > LIST_MOST ? say(`؛ أولها ${LIST_MOST}`, `; the first ${LIST_MOST}`) : "");
  list.replaceChildren(
    ...plots
      .slice(0, LIST_MOST)
      .map(([id, p]) =>
        h(
          "li",
          {},
          h(
            "button",
            { type: "button", "data-plot": id, onclick: () => choose(id) },
            h("span", { class: "num" }, bdi(p.number)),
            h("span", { class: "s mute" }, useWord(p.use)),
          ),
        ),
      ),
  );
}
