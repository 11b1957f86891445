/* The place of a report in words: whose it is and how good, what is wrong with it, what a person is asked. */

import { date, distance, metres } from "../lib/format";
import {
  isTooRough,
  isWithin,
  radiusM,
  type Bounds,
  type Doubt,
  type Fix,
  type FixOrigin,
} from "../lib/fixes";
import { nameOf, say } from "../lib/say";
import type { NoFix } from "../lib/best-fix";

export interface Named {
  wilayat: { name_ar: string; name_en: string } | null;
  area: { name_ar: string; name_en: string } | null;
}

/* "من الجهاز ±8 م", "من الصورة · 20/11/2026", "دبوس" */
export function originWords(fix: Fix): string {
  const good = fix.accuracyM === null ? "" : ` ±${metres(Math.max(1, fix.accuracyM), 0)}`;
  if (fix.origin === "gps") return say(`من الجهاز${good}`, `From the device${good}`);
  if (fix.origin === "exif") {
    const day = fix.at ? ` · ${date(fix.at)}` : "";
    return say(`من الصورة${good}${day}`, `From the photo${good}${day}`);
  }
  if (fix.like === "exif") return say("دبوس حيث التُقطت الصورة", "Pin where the photo was taken");
  if (fix.like === "gps") return say("دبوس حيث الجهاز", "Pin where the device is");
  return say("دبوس", "Pin");
}

export function namedWords(named: Named): string {
  const names = [nameOf(named.area), nameOf(named.wilayat)].filter(Boolean);
  return names.length ? names.join(say("، ", ", ")) : say("مكان داخل المدينة", "A place in the city");
}

function from(origin: FixOrigin): string {
  const words = {
    pin: say("الدبوس", "the pin"),
    gps: say("موقعك", "your position"),
    exif: say("مكان الصورة", "the photo's place"),
  };
  return words[origin];
}

/* "الصورة أُخذت على بعد 900 م من موقعك. أين الملاحظة؟" */
export function question({ one, other, apartM }: Doubt): string {
  const far = distance(apartM);
  if (one.origin === "gps" && other.origin === "exif")
    return say(
      `الصورة أُخذت على بعد ${far} من موقعك. أين الملاحظة؟`,
      `The photo was taken ${far} from your position. Where is it that you report?`,
    );
  return say(
    `${from(one.origin)} على بعد ${far} من ${from(other.origin)}. أين الملاحظة؟`,
    `${far} lie between ${from(one.origin)} and ${from(other.origin)}. Where is it that you report?`,
  );
}

export function choiceWords(origin: FixOrigin): string {
  const words = {
    pin: say("عند الدبوس", "At the pin"),
    gps: say("حيث أنا", "Where I am"),
    exif: say("حيث التُقطت الصورة", "Where the photo was taken"),
  };
  return words[origin];
}

export function noFixWords(why: NoFix): string {
  return why === "denied"
    ? say(
        "لم يسمح المتصفح بقراءة الموقع. ضع الدبوس على المكان، أو اسمح به من إعدادات الصفحة ثم أعد المحاولة.",
        "The browser did not allow reading the position. Put the pin on the place, or allow it in the page settings and try again.",
      )
    : say(
        "لم يصل موقع من الجهاز. ضع الدبوس على المكان، أو اخرج إلى مكان مكشوف ثم أعد المحاولة.",
        "The device gave no position. Put the pin on the place, or go to an open place and try again.",
      );
}

/* What is wrong with what is known, and what to do; null where nothing is. */
export function trouble(
  fixes: readonly Fix[],
  chosen: Fix | null,
  city: Bounds,
  name: string,
): string | null {
  const away = fixes.filter((fix) => !isWithin(fix, city));
  if (!chosen && away.some((fix) => fix.origin === "gps"))
    return say(
      `جهازك خارج ${name}. ضع الدبوس على مكان الملاحظة.`,
      `Your device is outside of ${name}. Put the pin on the place you report.`,
    );
  if (!chosen && away.length)
    return say(
      `أُخذت الصورة خارج ${name}. ضع الدبوس على مكان الملاحظة.`,
      `The photo was taken outside of ${name}. Put the pin on the place you report.`,
    );
  if (chosen && isTooRough(chosen))
    return say(
      `الموقع تقريبي جدًا (±${metres(radiusM(chosen), 0)}). ضع الدبوس على المكان.`,
      `The position is too rough (±${metres(radiusM(chosen), 0)}). Put the pin on the place.`,
    );
  return null;
}
