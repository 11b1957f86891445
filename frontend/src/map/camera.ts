/* Where a map looks. A place that was asked for is reached, whatever happens to the sheet over the map on the way:
   the map library stops a glide when its padding changes, so a glide goes on to the same place with the new padding. */

import type { Map as MapLibre, PaddingOptions } from "maplibre-gl";
import type { Position } from "geojson";

export type Box = [west: number, south: number, east: number, north: number];

export interface Place {
  center: [number, number];
  zoom: number;
}

/* Pixels of the map that something lies over, at its top and at its bottom. */
export interface Covered {
  top: number;
  bottom: number;
}

const GLIDE_MS = 600;
const ROOM_PX = 120; // around what is fitted in, on a wide map
const ROOM_SHARE = 0.2; // of the free side, on a small one

export class Camera {
  private end: Place | null = null; // of the glide under way
  private glides = 0;
  private covered: Covered = { top: 0, bottom: 0 };

  constructor(private readonly map: MapLibre) {
    map.on("moveend", (e) => {
      if ((e as { glide?: number }).glide === this.glides) this.end = null; // arrived, or stopped by a hand
    });
  }

  /* Go there: at once when the page opens, gliding after (the library does not glide for whoever wants no motion). */
  goTo(place: Place, { glide = true } = {}): void {
    if (glide) return this.glideTo(place);
    this.end = null;
    this.map.jumpTo(place);
  }

  /* Show the whole of a box in the free part of the map, no nearer than ``most``. */
  goToBox(box: Box, most: number, how: { glide?: boolean } = {}): void {
    const { width, height } = this.free();
    const room = Math.min(ROOM_PX, ROOM_SHARE * Math.min(width, height));
    const fit = this.map.cameraForBounds(box, { padding: room, maxZoom: most });
    const center: [number, number] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
    this.goTo({ center, zoom: Math.min(most, fit?.zoom ?? most) }, how);
  }

  /* The part of a box that lies in the free part of the map, 0 to 1; a box around all of it counts as whole. */
  share(box: Box): number {
    const [a, b] = [this.map.project([box[0], box[3]]), this.map.project([box[2], box[1]])];
    const { left, top, width, height } = this.free();
    const seenWidth = Math.min(b.x, left + width) - Math.max(a.x, left);
    const seenHeight = Math.min(b.y, top + height) - Math.max(a.y, top);
    if (seenWidth <= 0 || seenHeight <= 0) return 0;
    return (seenWidth * seenHeight) / Math.min((b.x - a.x) * (b.y - a.y), width * height);
  }

  /* Told what now lies over the map: its middle becomes the middle of what is left free. */
  cover(covered: Covered): void {
    if (covered.top === this.covered.top && covered.bottom === this.covered.bottom) return;
    this.covered = covered;
    if (this.end) this.glideTo(this.end);
    else this.map.jumpTo({ padding: this.padding() });
  }

  private glideTo(place: Place): void {
    this.glides += 1;
    this.end = place;
    this.map.easeTo({ ...place, padding: this.padding(), duration: GLIDE_MS }, { glide: this.glides });
  }

  private padding(): PaddingOptions {
    return { ...this.covered, left: 0, right: 0 };
  }

  private free(): { left: number; top: number; width: number; height: number } {
    const box = this.map.getContainer();
    const { top, bottom } = this.covered;
    return { left: 0, top, width: box.clientWidth, height: Math.max(1, box.clientHeight - top - bottom) };
  }
}

/* The box around all positions of a shape's rings. */
export function boxOf(rings: Position[][]): Box {
  const box: Box = [180, 90, -180, -90];
  for (const [lon, lat] of rings.flat()) {
    box[0] = Math.min(box[0], lon!);
    box[1] = Math.min(box[1], lat!);
    box[2] = Math.max(box[2], lon!);
    box[3] = Math.max(box[3], lat!);
  }
  return box;
}
