import { defineConfig } from "vite";

/* One entry a kind of page. The manifest names the hashed files; the template tag {% front %} reads it. */
export default defineConfig({
  base: "/static/front/",
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
      },
    },
  },
  worker: { format: "es" },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
