/* A new application: the plot, or several merged ones, chosen on the map; the form beside it. */

import type { Feature, MultiPolygon, Polygon } from "geojson";
import { ApiError, getJson } from "../lib/api";
import { readConfig } from "../lib/config";
import { bdi, byId, h, icon, maybe } from "../lib/dom";
import { squareMetres } from "../lib/format";
import { say } from "../lib/say";
import type { PlotProperties, PlotsAt } from "../lib/types";
import { useWord } from "../lib/words";
import { boxOf } from "../map/camera";
import { createMap, type CityMap } from "../map/frame";
import { collection, plotSelection } from "../map/overlays";
import { toast } from "../parts/toast";

type Plot = Feature<Polygon | MultiPolygon, PlotProperties>;

const config = readConfig();
const ids = byId<HTMLInputElement>("plot-ids");
const numbers = byId<HTMLInputElement>("plots");
const list = byId("chosen");
const chosen = new Map<number, Plot>();
let city: CityMap | null = null;

function draw(): void {
  const shapes = [...chosen.values()].flatMap(
    (plot) => plotSelection(plot.geometry, plot.properties.number, plot.properties.measured_m2).features,
  );
  city?.setOverlay("selection", collection(...shapes));
  ids.value = [...chosen.keys()].join(",");
  if (chosen.size) numbers.value = [...chosen.values()].map((plot) => plot.properties.number).join(" + ");
  list.replaceChildren(
    ...[...chosen].map(([id, plot]) =>
      h(
        "p",
        { class: "row between", "data-plot": id },
        h(
          "span",
          {},
          bdi(plot.properties.number),
          ` · ${useWord(plot.properties.use_class)} · ${squareMetres(plot.properties.measured_m2 ?? 0)} · `,
          h(
            "a",
            { href: say(`/plots/${id}/report/`, `/en/plots/${id}/report/`), target: "_blank" },
            say("حدودها وما يقيدها", "Its limits and restrictions"),
          ),
        ),
        h(
          "button",
          { type: "button", class: "btn three sm", onclick: () => void toggle(id) },
          icon("close"),
          say("أزلها", "Remove"),
        ),
      ),
    ),
  );
}

async function toggle(id: number): Promise<void> {
  if (chosen.has(id)) chosen.delete(id);
  else {
    const plot = await getJson<Plot>(`/api/plots/${id}`);
    const other = [...chosen.values()].find((one) => one.properties.use_class !== plot.properties.use_class);
    if (other)
      toast(
        say("استعمال هذه القطعة مختلف؛ لا تُدمج.", "This plot has another land use; they cannot be merged."),
        "triangle",
      );
    else chosen.set(id, plot);
  }
  draw();
}

async function clicked(lng: number, lat: number): Promise<void> {
  try {
    const at = await getJson<PlotsAt>(`/api/plots/at?lon=${lng}&lat=${lat}&accuracy_m=0`);
    const plot = at.candidates[0];
    if (plot) await toggle(plot.id);
  } catch (error) {
    toast((error as ApiError).message, "triangle");
  }
}

/* Which permit is changed is asked only where one is. */
function permitField(): void {
  const field = maybe("permit-field");
  const works = document.querySelectorAll<HTMLInputElement>("input[name=work]");
  const show = (): void => {
    const on = [...works].find((work) => work.checked);
    if (field) field.hidden = !on?.dataset.changes;
  };
  works.forEach((work) => work.addEventListener("change", show));
  show();
}

async function start(container: HTMLElement): Promise<void> {
  permitField();
  numbers.addEventListener("input", () => {
    chosen.clear(); // what is typed stands alone
    const typed = numbers.value;
    draw();
    numbers.value = typed;
  });
  city = await createMap({
    config,
    container,
    overlays: ["selection", "hatch"],
    title: say("الخريطة", "Map"),
  });
  city?.map.on("click", (e) => void clicked(e.lngLat.lng, e.lngLat.lat));
  for (const id of ids.value.split(",").map(Number).filter(Boolean)) {
    await toggle(id).catch(() => undefined);
    const plot = chosen.get(id);
    if (plot && city) {
      const rings =
        plot.geometry.type === "Polygon" ? plot.geometry.coordinates : plot.geometry.coordinates.flat();
      city.camera.goToBox(boxOf(rings), 18.5, { glide: false });
    }
  }
}

const container = maybe("map");
if (container) void start(container);
