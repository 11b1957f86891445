/* The cells of the current selection as a file: a small menu of formats. What takes long is answered 202 and
   fetched from where the answer says. */

import { ApiError, ask } from "../lib/api";
import { h, icon } from "../lib/dom";
import { measuredQuery, type Filters } from "../lib/heat-state";
import { say } from "../lib/say";
import { pop } from "./pop";
import { toast } from "./toast";

const AGAIN_MS = 2000;
const PATIENCE = 150; // looks, five minutes

const FORMATS: { kind: string; name: string; ar: string; en: string }[] = [
  { kind: "csv", name: "CSV", ar: "جدول", en: "table" },
  { kind: "geojson", name: "GeoJSON", ar: "للويب", en: "for the web" },
  { kind: "gpkg", name: "GeoPackage", ar: "لبرامج الخرائط", en: "for map software" },
  { kind: "parquet", name: "GeoParquet", ar: "للتحليل", en: "for analysis" },
  { kind: "png", name: "PNG", ar: "صورة للتقارير", en: "a picture for reports" },
  { kind: "tif", name: "GeoTIFF", ar: "صورة موضعة", en: "raster" },
  { kind: "html", name: "HTML", ar: "صفحة تُفتح بلا شبكة", en: "a page that opens offline" },
];

export function exportAddress(kind: string, f: Filters): string {
  return `/api/heat/export.${kind}?${measuredQuery(f, { cell_m: f.cellM })}`;
}

function nameFrom(response: Response, kind: string): string {
  const said = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "");
  return said?.[1] ?? `heat.${kind}`;
}

async function ready(address: string): Promise<Response> {
  let response = await ask(address, { accept: "*/*" });
  for (let looks = 0; response.status === 202; looks += 1) {
    const next = response.headers.get("Location");
    if (!next || looks >= PATIENCE)
      throw new ApiError(
        202,
        say(
          "الملف يُجهَّز. أعد المحاولة بعد دقائق.",
          "The file is still being made. Try again in a few minutes.",
        ),
      );
    await new Promise((done) => setTimeout(done, AGAIN_MS));
    const { pathname, search } = new URL(next, location.origin); // of our own host, whatever it says
    response = await ask(pathname + search, { accept: "*/*" });
  }
  return response;
}

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export function exportMenu(filters: () => Filters): HTMLElement {
  const note = h("p", { class: "err", role: "alert", hidden: true });
  const button = h(
    "button",
    { type: "button", class: "btn two sm", id: "export" },
    icon("download"),
    say("تصدير", "Export"),
  );
  const fetchFile = async (kind: string, row: HTMLButtonElement): Promise<void> => {
    note.hidden = true;
    row.setAttribute("aria-busy", "true");
    try {
      const response = await ready(exportAddress(kind, filters()));
      const name = nameFrom(response, kind);
      save(await response.blob(), name);
      menu.close();
      toast(say(`نُزّل الملف \u2068${name}\u2069`, `Downloaded ${name}`));
    } catch (error) {
      note.textContent = (error as Error).message;
      note.hidden = false;
    } finally {
      row.removeAttribute("aria-busy");
    }
  };
  const rows = FORMATS.map(({ kind, name, ar, en }) => {
    const row = h(
      "button",
      { type: "button", "data-kind": kind },
      h("b", { dir: "ltr" }, name),
      h("span", { class: "s mute" }, say(ar, en)),
    );
    row.addEventListener("click", () => void fetchFile(kind, row));
    return h("li", {}, row);
  });
  const title = say("تصدير الخلايا المختارة", "Export the chosen cells");
  const box = h(
    "div",
    { class: "popbox", id: "export-box", role: "group", "aria-label": title },
    h("p", { class: "s mute" }, say("خلايا المرشحات الحالية بصيغة:", "The cells of these filters as:")),
    h("ul", { class: "plotlist formats" }, ...rows),
    note,
  );
  const menu = pop(button, box);
  menu.root.classList.add("export");
  return menu.root;
}
