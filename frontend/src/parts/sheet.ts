/* The bottom sheet of a phone: a line, half, full. Dragged by its handle, or by tap and arrow keys. */

import { say } from "../lib/say";

const HEIGHTS = ["line", "half", "full"] as const;
export type Height = (typeof HEIGHTS)[number];

export interface Sheet {
  set: (height: Height) => void;
  height: () => Height;
  isPhone: () => boolean;
}

/* ``covered`` is told how many pixels of the map the sheet hides, so that the map recentres on the rest. */
export function sheet(panel: HTMLElement, covered: (px: number) => void): Sheet {
  const handle = panel.querySelector<HTMLButtonElement>(".handle")!;
  const phone = matchMedia("(max-width: 48rem)");
  const height = (): Height => (panel.dataset.height as Height | undefined) ?? "half";
  const tell = (): void => {
    const box = panel.getBoundingClientRect();
    const around = panel.parentElement!.getBoundingClientRect();
    covered(phone.matches && height() !== "full" ? Math.min(box.height, around.height * 0.66) : 0);
  };
  const set = (to: Height): void => {
    panel.dataset.height = to;
    const names = {
      line: say("كبّر اللوحة", "Enlarge the panel"),
      half: say("كبّر اللوحة", "Enlarge the panel"),
      full: say("صغّر اللوحة", "Reduce the panel"),
    };
    handle.setAttribute("aria-label", names[to]);
    panel.style.removeProperty("block-size");
    tell();
  };
  const step = (by: number): void => {
    const at = HEIGHTS.indexOf(height());
    set(HEIGHTS[Math.max(0, Math.min(2, at + by))]!);
  };
  handle.addEventListener("keydown", (e) => {
    if (e.key === "ArrowUp" || e.key === "ArrowDown") {
      e.preventDefault();
      step(e.key === "ArrowUp" ? 1 : -1);
    }
  });
  dragging(
    panel,
    handle,
    () => set(height() === "full" ? "line" : HEIGHTS[HEIGHTS.indexOf(height()) + 1]!),
    set,
  );
  // Its own content and its opening both change what it covers; told once it stands still.
  let still = 0;
  new ResizeObserver(() => {
    clearTimeout(still);
    still = window.setTimeout(tell, 80);
  }).observe(panel);
  phone.addEventListener("change", tell);
  set(height());
  return { set, height, isPhone: () => phone.matches };
}

function dragging(panel: HTMLElement, handle: HTMLElement, tap: () => void, set: (h: Height) => void): void {
  let from: { y: number; height: number; moved: boolean } | null = null;
  handle.addEventListener("pointerdown", (e) => {
    from = { y: e.clientY, height: panel.getBoundingClientRect().height, moved: false };
    handle.setPointerCapture(e.pointerId);
  });
  handle.addEventListener("pointermove", (e) => {
    if (!from) return;
    const by = from.y - e.clientY;
    if (Math.abs(by) > 6) from.moved = true;
    if (!from.moved) return;
    panel.dataset.dragging = "1";
    panel.style.setProperty("block-size", `${Math.max(60, from.height + by)}px`);
  });
  const end = (): void => {
    delete panel.dataset.dragging;
    if (from?.moved) {
      const share =
        panel.getBoundingClientRect().height / panel.parentElement!.getBoundingClientRect().height;
      set(share < 0.3 ? "line" : share < 0.75 ? "half" : "full");
    }
  };
  let dragged = false;
  handle.addEventListener("pointerup", () => {
    dragged = from?.moved ?? false;
    end();
    from = null;
  });
  handle.addEventListener("pointercancel", () => {
    end();
    from = null;
  });
  handle.addEventListener("click", () => {
    if (!dragged) tap();
    dragged = false;
  });
}
