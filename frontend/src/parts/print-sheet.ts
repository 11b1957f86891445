/* One A4 sheet of a view: map, facts, legend, scale, north, date and the address that shows it again.
   The map is drawn anew at the sheet's own shape and always in the light style, whatever the screen shows. */

import { Map as MapLibre } from "maplibre-gl";
import { bdi, h, icon } from "../lib/dom";
import { date, metres, number, NBSP, time } from "../lib/format";
import { say } from "../lib/say";
import { USE_LEGEND, USES, useWord } from "../lib/words";
import { giveHatch, type CityMap } from "../map/frame";
import { metresPerPixel, niceScale } from "../map/measure";

const PATIENCE_MS = 8000;

async function drawn(city: CityMap): Promise<{ url: string; mpp: number }> {
  const box = h("div", { class: "print-canvas", "aria-hidden": "true" });
  document.body.append(box);
  const from = city.map;
  const mpp = metresPerPixel(from.getCenter().lat, from.getZoom());
  const copy = new MapLibre({
    container: box,
    style: city.styleFor("light"),
    center: from.getCenter(),
    zoom: from.getZoom(),
    interactive: false,
    attributionControl: false,
    pixelRatio: 2,
    fadeDuration: 0,
    canvasContextAttributes: { preserveDrawingBuffer: true },
  });
  giveHatch(copy, () => "light");
  await new Promise<void>((done) => {
    copy.once("idle", () => done());
    setTimeout(done, PATIENCE_MS);
  });
  const url = copy.getCanvas().toDataURL("image/png");
  copy.remove();
  box.remove();
  return { url, mpp };
}

function scaleLine(mpp: number): HTMLElement {
  const nice = niceScale(mpp, 140);
  const bar = h("i");
  bar.style.setProperty("inline-size", `${nice.px}px`);
  const text =
    nice.metres >= 1000 ? number(nice.metres / 1000) + NBSP + say("كم", "km") : metres(nice.metres, 0);
  return h("div", { class: "print-scale" }, h("span", { dir: "auto" }, text), bar);
}

function legend(): HTMLElement {
  const rows = USE_LEGEND.map((codes) =>
    h("li", {}, h("i", { class: `sw ${USES[codes[0]]!.token}` }), codes.map(useWord).join(say("، ", ", "))),
  );
  return h(
    "ul",
    { class: "print-legend" },
    ...rows,
    h("li", {}, h("i", { class: "sw wadi" }), say("مجرى وادٍ وحرمه", "Wadi course and strip")),
  );
}

/* Build the sheet and open the browser's print dialog; the sheet is removed afterwards. */
export async function printSheet(
  city: CityMap | null,
  title: string,
  body: HTMLElement[],
  demo: boolean,
  municipality: string,
): Promise<void> {
  const picture = city ? await drawn(city) : null;
  const now = new Date().toISOString();
  const image = h("img", { alt: title, class: "print-map" });
  if (picture) {
    image.src = picture.url;
    await image.decode().catch(() => undefined);
  }
  const sheet = h(
    "section",
    { class: "print-sheet" },
    h(
      "header",
      {},
      h("b", {}, municipality),
      demo
        ? h("span", { class: "demo" }, say("بيانات تجريبية غير معتمدة", "Synthetic data, not authoritative"))
        : null,
      h("span", {}, bdi(date(now)), " ", bdi(time(now), "ltr")),
    ),
    h("h1", {}, title),
    picture
      ? h(
          "figure",
          {},
          image,
          h("div", { class: "print-north" }, icon("north"), say("ش", "N")),
          scaleLine(picture.mpp),
        )
      : null,
    legend(),
    h("div", { class: "print-cols" }, ...body),
    h(
      "footer",
      {},
      h(
        "span",
        {},
        say("عنوان هذا العرض: ", "Address of this view: "),
        h("bdi", { class: "ltr" }, decodeURI(location.href)),
      ),
      h("span", {}, document.querySelector(".attrib")?.textContent ?? ""),
    ),
  );
  document.body.append(sheet);
  document.documentElement.dataset.printing = "1";
  const done = (): void => {
    sheet.remove();
    delete document.documentElement.dataset.printing;
    window.removeEventListener("afterprint", done);
  };
  window.addEventListener("afterprint", done);
  window.print();
}
