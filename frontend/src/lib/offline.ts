/* A page that opens without a connection: it and what it is built of are kept by the service worker
   (pages/sw.ts) from its next visit on, and by this from the first. */

const BUILT = "built-1";
const PAGES = "pages-1";

/* Keep this page and all that it has loaded from here; nothing where the browser has no service worker. */
export async function keepThisPage(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/sw.js");
  await navigator.serviceWorker.ready;
  const pages = await caches.open(PAGES);
  await pages.add(location.pathname);
  const built = await caches.open(BUILT);
  const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
  const ours = loaded.filter((url) => new URL(url).pathname.startsWith("/static/"));
  for (const url of new Set(ours)) if (!(await built.match(url))) await built.add(url);
}
