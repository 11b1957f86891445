/* What a view shows lives in its address: selection and filters in the query, place in the hash. */

export interface View {
  zoom: number;
  lat: number;
  lon: number;
}

/* "#zoom/lat/lon"; null when there is none or it is not three numbers on the globe. */
export function readHash(hash: string): View | null {
  const m = /^#?([\d.]+)\/(-?[\d.]+)\/(-?[\d.]+)/.exec(hash);
  if (!m) return null;
  const [zoom, lat, lon] = [Number(m[1]), Number(m[2]), Number(m[3])];
  if (![zoom, lat, lon].every(Number.isFinite)) return null;
  if (zoom > 24 || Math.abs(lat) > 85.06 || Math.abs(lon) > 180) return null;
  return { zoom, lat, lon };
}

export function writeHash(view: View): string {
  return `#${Number(view.zoom.toFixed(2))}/${view.lat.toFixed(5)}/${view.lon.toFixed(5)}`;
}

/* The query with some keys set and others (null or empty) removed; keys keep their order. */
export function withQuery(search: string, change: Record<string, string | null>): string {
  const q = new URLSearchParams(search);
  for (const [key, value] of Object.entries(change)) {
    if (value === null || value === "") q.delete(key);
    else q.set(key, value);
  }
  const text = q.toString();
  return text ? `?${text}` : "";
}

/* The same address in the other language: the prefix changes, query and place stay. */
export function otherLanguage(path: string, search: string, hash: string): string {
  const bare = /^\/en(\/.*)?$/.exec(path);
  return (bare ? bare[1] || "/" : `/en${path}`) + search + hash;
}
