/* The place of a report: the device's best fix, the photo's, the pin; named by the server; asked about in doubt. */

import { ApiError, getJson, isAbort, latest } from "../lib/api";
import { watchForBest, type NoFix, type Watch } from "../lib/best-fix";
import type { CityConfig } from "../lib/config";
import { announce, bdi, byId, h, icon } from "../lib/dom";
import { best, doubts, isTooRough, isWithin, radiusM, type Doubt, type Fix } from "../lib/fixes";
import { PIN_ACCURACY_M } from "../lib/reading";
import { allFixes, type Draft } from "../lib/report-queue";
import { say } from "../lib/say";
import type { ReportMap } from "./report-map";
import {
  choiceWords,
  namedWords,
  noFixWords,
  originWords,
  question,
  trouble,
  type Named,
} from "./place-words";

interface Form {
  draft: () => Draft;
  update: (made: Partial<Draft>) => void;
}

export interface PlacePart {
  refresh: () => void;
  takePosition: () => void;
  /* Why the place does not stand yet, in words; null where it does. */
  missing: () => string | null;
  chosen: () => Fix | null;
  attach: (map: ReportMap) => void;
  startPinning: () => void;
  pinHere: () => void;
  cancelPin: () => void;
  under: (lon: number, lat: number) => void;
}

const NAME_WAIT_MS = 250;

async function nameOfPlace(
  fix: { lon: number; lat: number },
  radius: number,
  signal: AbortSignal,
): Promise<Named> {
  const query = new URLSearchParams({
    lon: fix.lon.toFixed(7),
    lat: fix.lat.toFixed(7),
    accuracy_m: Math.min(5_000, Math.max(1, radius)).toFixed(1),
  });
  return getJson<Named>(`/api/observations/place?${query.toString()}`, signal);
}

function line(tone: string, sign: string, ...words: (Node | string)[]): HTMLElement {
  return h("p", { class: `whereline ${tone}` }, icon(sign), h("span", {}, ...words));
}

export function placePart(config: CityConfig, form: Form): PlacePart {
  const [where, askBox, mapBox] = [byId("where"), byId("place-ask"), byId("map")];
  const [take, pin] = [byId<HTMLButtonElement>("take"), byId<HTMLButtonElement>("pin")];
  const [pinActs, pinName] = [byId("pin-acts"), byId("pin-name")];
  const municipality = say("المدينة", "the city");
  const askName = latest();
  let map: ReportMap | null = null;
  let watch: Watch | null = null;
  let pinning = false;
  let noFix: NoFix | null = null;
  let named: { at: string; words: string; isOutside: boolean; isAsked: boolean } | null = null;
  let timer = 0;
  let drawn = "";

  const fixes = (): Fix[] => allFixes(form.draft()).filter((fix) => isWithin(fix, config.bounds));
  const chosen = (): Fix | null => best(fixes());
  const asked = (): Doubt[] => (form.draft().sure ? [] : doubts(fixes()));
  const mark = (fix: Fix): string => `${fix.origin} ${fix.lon} ${fix.lat} ${fix.accuracyM ?? ""}`;

  function setPin(made: Omit<Fix, "origin">): void {
    const others = form.draft().fixes.filter((fix) => fix.origin !== "pin");
    form.update({ fixes: [...others, { ...made, origin: "pin" }], sure: true });
  }

  /* ---------- in words ---------- */

  function drawWords(): void {
    const fix = chosen();
    const known = fix && named?.at === mark(fix) ? named : null;
    const wrong = trouble(allFixes(form.draft()), fix, config.bounds, municipality);
    where.replaceChildren(...[...knownLines(fix, known), ...openLines(fix, wrong)]);
    where.dataset.origin = fix?.origin ?? "";
    where.dataset.named = known ? "1" : "";
    drawButtons(fix !== null);
  }

  function knownLines(fix: Fix | null, known: typeof named): HTMLElement[] {
    if (!fix) return [];
    const signs = { pin: "pin", gps: "inside", exif: "photo" };
    const origin = line("s mute", signs[fix.origin], bdi(originWords(fix)));
    if (!known) return [origin];
    const name = known.isOutside ? line("near", "triangle", known.words) : line("b", "pin", known.words);
    return [name, origin];
  }

  function openLines(fix: Fix | null, wrong: string | null): HTMLElement[] {
    if (wrong) return [line("near", "triangle", wrong)];
    if (fix) return [];
    if (watch) return [line("mute", "locate", say("نقرأ موقعك…", "Reading your position…"))];
    if (noFix) return [line("near", "triangle", noFixWords(noFix))];
    const words = say(
      "أضف صورة، أو خذ موقعك، أو ضع الدبوس على الخريطة.",
      "Add a photo, take your position, or put the pin on the map.",
    );
    return [line("mute", "info", words)];
  }

  function drawButtons(isKnown: boolean): void {
    take.disabled = watch !== null;
    take.lastElementChild!.textContent = watch
      ? say("نقرأ الموقع…", "Reading the position…")
      : say("خذ موقعي", "Take my position");
    pin.lastElementChild!.textContent = isKnown
      ? say("حرّك الدبوس", "Move the pin")
      : say("ضع الدبوس", "Put the pin");
  }

  function drawQuestion(): void {
    const [first] = asked();
    if (!first) {
      askBox.replaceChildren();
      return;
    }
    const options = [first.one, ...asked().map((doubt) => doubt.other)];
    const buttons = options.map((fix) =>
      h(
        "button",
        { type: "button", class: "btn two", "data-choose": fix.origin, onclick: () => choose(fix) },
        icon(fix.origin === "exif" ? "photo" : fix.origin === "gps" ? "locate" : "pin"),
        choiceWords(fix.origin),
      ),
    );
    const onMap = h(
      "button",
      { type: "button", class: "btn two", "data-choose": "map", onclick: startPinning },
      icon("pin"),
      say("أحدده على الخريطة", "I show it on the map"),
    );
    const words = question(first);
    const isNew = askBox.textContent === "" || !askBox.textContent.includes(words);
    askBox.replaceChildren(
      h(
        "div",
        { class: "verdict near", role: "group", "aria-labelledby": "place-question" },
        icon("ambiguous"),
        h(
          "div",
          { class: "grow" },
          h("h3", { id: "place-question" }, words),
          h("div", { class: "btns col" }, ...buttons, onMap),
        ),
      ),
    );
    if (isNew) announce(words);
  }

  /* Chosen by hand: the place of the photo or of the device becomes the pin; all positions are sent with it. */
  function choose(fix: Fix): void {
    if (fix.origin === "pin") form.update({ sure: true });
    else
      setPin({
        lon: fix.lon,
        lat: fix.lat,
        accuracyM: radiusM(fix),
        at: new Date().toISOString(),
        like: fix.origin,
      });
    byId("place-title").focus();
  }

  /* ---------- named by the server ---------- */

  function findName(): void {
    const fix = chosen();
    window.clearTimeout(timer);
    if (!fix || (named?.at === mark(fix) && named.isAsked)) return;
    timer = window.setTimeout(() => void name(fix), NAME_WAIT_MS);
  }

  async function name(fix: Fix): Promise<void> {
    const at = mark(fix);
    try {
      const found = await askName((signal) => nameOfPlace(fix, radiusM(fix), signal));
      named = { at, words: namedWords(found), isOutside: false, isAsked: true };
    } catch (error) {
      if (isAbort(error)) return;
      const problem = error as ApiError;
      named =
        problem.status === 422
          ? { at, words: problem.why, isOutside: true, isAsked: true }
          : {
              at,
              words: say("يُعرف اسم المكان عند عودة الشبكة", "The place is named when the network is back"),
              isOutside: false,
              isAsked: false,
            };
    }
    drawWords();
  }

  /* ---------- the device ---------- */

  function takePosition(): void {
    if (watch) return;
    noFix = null;
    let isFirst = true;
    const made = watchForBest(
      (fix) => {
        const held = form.draft().fixes.filter((one) => one.origin !== "gps" || !isFirst);
        isFirst = false;
        form.update({ fixes: [...held, fix] });
      },
      (why) => {
        watch = null;
        noFix = why;
        drawWords();
      },
    );
    if (noFix === null) watch = made;
    drawWords();
  }

  /* ---------- the pin ---------- */

  function startPinning(): void {
    if (!map?.isThere || pinning) return;
    pinning = true;
    mapBox.dataset.pinning = "1";
    pinActs.hidden = false;
    pin.disabled = true;
    map.pinning(true);
    mapBox.scrollIntoView({ block: "center" });
    announce(
      say(
        "حرّك الخريطة حتى يقف الدبوس على المكان، ثم اضغط «الدبوس هنا».",
        "Move the map until the pin stands on the place, then press “The pin is here”.",
      ),
    );
  }

  function stopPinning(): void {
    pinning = false;
    delete mapBox.dataset.pinning;
    pinActs.hidden = true;
    pinName.hidden = true;
    pin.disabled = false;
    map?.pinning(false);
    (asked().length ? byId("place-title") : pin).focus(); // the question stands in the button's place
  }

  function pinHere(): void {
    if (!map || !pinning) return;
    const [lon, lat] = map.centre();
    drawn = "";
    stopPinning();
    setPin({ lon, lat, accuracyM: PIN_ACCURACY_M, at: new Date().toISOString() });
  }

  async function under(lon: number, lat: number): Promise<void> {
    try {
      const found = await askName((signal) => nameOfPlace({ lon, lat }, PIN_ACCURACY_M, signal));
      pinName.textContent = namedWords(found);
    } catch (error) {
      if (isAbort(error)) return;
      pinName.textContent =
        (error as ApiError).status === 422 ? say("خارج المدينة", "Outside of the city") : "";
    }
    pinName.hidden = !pinning || !pinName.textContent;
  }

  function refresh(): void {
    const now = JSON.stringify([fixes().map(mark), asked().length]);
    if (now !== drawn && !pinning && map) {
      drawn = now;
      map.show(fixes(), asked());
    }
    drawWords();
    drawQuestion();
    findName();
  }

  function missing(): string | null {
    const fix = chosen();
    if (pinning) return say("ضع الدبوس أولًا: «الدبوس هنا»", "Put the pin down first: “The pin is here”");
    if (!fix) return say("حدّد مكان الملاحظة", "Say where it is");
    if (asked().length) return question(asked()[0]!);
    if (isTooRough(fix)) return trouble([fix], fix, config.bounds, municipality);
    return named?.at === mark(fix) && named.isOutside ? named.words : null;
  }

  take.addEventListener("click", () => {
    const others = form.draft().fixes.filter((fix) => fix.origin !== "pin");
    form.update({ fixes: others, sure: false }); // asked for by hand: the pin gives way
    takePosition();
  });
  pin.addEventListener("click", startPinning);
  byId("pin-here").addEventListener("click", pinHere);
  byId("pin-cancel").addEventListener("click", stopPinning);
  return {
    refresh,
    takePosition,
    missing,
    chosen,
    attach: (made) => {
      map = made;
      pin.hidden = !made.isThere;
      refresh();
    },
    startPinning,
    pinHere,
    cancelPin: stopPinning,
    under: (lon, lat) => void under(lon, lat),
  };
}
