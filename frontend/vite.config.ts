import { copyFileSync, cpSync, mkdirSync } from "node:fs";
import { defineConfig } from "vite";

/* Leaflet is not loaded by any page: the one-file heat export writes it into its file. */
const leafletBeside = {
  name: "leaflet-beside",
  closeBundle() {
    mkdirSync("dist/leaflet", { recursive: true });
    for (const file of ["leaflet.js", "leaflet.css"])
      copyFileSync(`node_modules/leaflet/dist/${file}`, `dist/leaflet/${file}`);
  },
};

/* What the drawings viewer reads beside its code: fonts and character maps of files that bring none. */
const pdfBeside = {
  name: "pdf-beside",
  closeBundle() {
    for (const folder of ["standard_fonts", "cmaps", "iccs"])
      cpSync(`node_modules/pdfjs-dist/${folder}`, `dist/pdfjs/${folder}`, { recursive: true });
  },
};

/* One entry a kind of page. The manifest names the hashed files; the template tag {% front %} reads it. */
export default defineConfig({
  base: "/static/front/",
  plugins: [leafletBeside, pdfBeside],
  build: {
    manifest: true,
    outDir: "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      input: {
        app: "src/pages/app.ts",
        plot: "src/pages/plot.ts",
        zone: "src/pages/zone.ts",
        heat: "src/pages/heat.ts",
        imports: "src/pages/imports.ts",
        mine: "src/pages/mine.ts",
        work: "src/pages/work.ts",
        "permit-audit": "src/pages/permit-audit.ts",
        "permit-new": "src/pages/permit-new.ts",
        "permit-site": "src/pages/permit-site.ts",
        "permit-visit": "src/pages/permit-visit.ts",
        "parking-permit": "src/pages/parking-permit.ts",
        inspect: "src/pages/inspect.ts",
        report: "src/pages/report.ts",
        sw: "src/pages/sw.ts",
        tickets: "src/pages/tickets.ts",
        collection: "src/pages/collection.ts",
        "zone-edit": "src/pages/zone-edit.ts",
        responsibilities: "src/pages/responsibilities.ts",
        "parking-compared": "src/pages/parking-compared.ts",
      },
    },
  },
  worker: { format: "es" },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
