/* Without a connection the pages of the inspector, the driver and who reports something still open, with the map of where they were.
   Kept are the pages themselves, what they are built of, and tiles; never an answer about a plate. */

export {}; // a module of its own: the names below are the worker's

interface Waits extends Event {
  waitUntil: (what: Promise<unknown>) => void;
}
interface Asked extends Waits {
  request: Request;
  respondWith: (answer: Promise<Response>) => void;
}

const worker = self as unknown as {
  addEventListener: (kind: string, act: (event: never) => void) => void;
  skipWaiting: () => Promise<void>;
  clients: { claim: () => Promise<void> };
  location: Location;
};

const BUILT = "built-1";
const PAGES = "pages-1";
const TILES = "tiles-1";
const MOST_TILES = 3_000;
const PAGE = /^\/(en\/)?(inspect|zone|tickets|observations\/new)\/$/;
const SIGNING = /^\/(en\/)?sign-/;

async function trimmed(cache: Cache, most: number): Promise<void> {
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - most)).map((key) => cache.delete(key)));
}

/* What never changes under its address: kept, and not asked for again. */
async function fromCache(request: Request): Promise<Response> {
  const cache = await caches.open(BUILT);
  const held = await cache.match(request);
  if (held) return held;
  const fresh = await fetch(request);
  if (fresh.ok) await cache.put(request, fresh.clone());
  return fresh;
}

/* What may change: asked for, and what is kept where there is no answer. */
async function fromNetwork(request: Request, name: string): Promise<Response> {
  const cache = await caches.open(name);
  try {
    const fresh = await fetch(request);
    if (fresh.ok && !fresh.redirected) {
      await cache.put(request, fresh.clone());
      if (name === TILES) void trimmed(cache, MOST_TILES);
    }
    return fresh;
  } catch (error) {
    const held = await cache.match(request, { ignoreSearch: name === PAGES });
    if (held) return held;
    throw error;
  }
}

worker.addEventListener("install", (event: Waits) => event.waitUntil(worker.skipWaiting()));

worker.addEventListener("activate", (event: Waits) => {
  const ours = [BUILT, PAGES, TILES];
  const tidy = async (): Promise<void> => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => !ours.includes(name)).map((name) => caches.delete(name)));
    await worker.clients.claim();
  };
  event.waitUntil(tidy());
});

worker.addEventListener("fetch", (event: Asked) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== worker.location.origin) return;
  if (SIGNING.test(url.pathname))
    event.waitUntil(caches.delete(PAGES)); // in or out, by a page or a form: a device changes hands
  else if (request.method !== "GET") return;
  else if (url.pathname.startsWith("/static/")) event.respondWith(fromCache(request));
  else if (url.pathname.startsWith("/tiles/")) event.respondWith(fromNetwork(request, TILES));
  else if (request.mode === "navigate" && PAGE.test(url.pathname))
    event.respondWith(fromNetwork(request, PAGES));
});
