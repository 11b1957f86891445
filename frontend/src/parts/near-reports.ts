/* Reports of the same kind near by: enough of each to judge whether it is the same thing, and "me too". */

import { ApiError, getJson, isAbort, latest, send } from "../lib/api";
import { announce, bdi, byId, h, icon } from "../lib/dom";
import { radiusM, type Fix } from "../lib/fixes";
import { date, distance } from "../lib/format";
import { nameOf, say } from "../lib/say";

export interface NearReport {
  id: string;
  category: { name_ar: string; name_en: string };
  reported_on: string;
  state: string;
  state_ar: string;
  state_en: string;
  distance_m: number;
  photo: string | null;
  behind: null | "wadi" | "dual_road";
  following: boolean;
}

export function nearAddress(fix: Fix, category: string): string {
  const query = new URLSearchParams({
    lon: fix.lon.toFixed(7),
    lat: fix.lat.toFixed(7),
    accuracy_m: Math.max(1, radiusM(fix)).toFixed(1),
    category,
  });
  return `/api/observations/near?${query.toString()}`;
}

/* What is near; nothing where the server tells nothing (also one that knows no such address). */
export async function nearReports(fix: Fix, category: string, signal: AbortSignal): Promise<NearReport[]> {
  try {
    return (await getJson<{ reports: NearReport[] }>(nearAddress(fix, category), signal)).reports;
  } catch (error) {
    if (error instanceof ApiError) return [];
    throw error;
  }
}

/* One report in words: how far and on which side, since when, and how far it has come. */
export function nearWords(report: NearReport): { where: string; when: string; state: string } {
  const away = distance(report.distance_m);
  const far =
    report.distance_m < 1
      ? say("في المكان نفسه", "At the same place")
      : say(`على بعد ${away}`, `${away} away`);
  const behind = {
    wadi: say("، وراء الوادي", ", across the wadi"),
    dual_road: say("، في الجهة الأخرى من الطريق", ", on the other side of the road"),
  };
  return {
    where: far + (report.behind ? behind[report.behind] : ""),
    when: say(`أُبلغ عنها في ${date(report.reported_on)}`, `Reported on ${date(report.reported_on)}`),
    state: say(report.state_ar, report.state_en),
  };
}

/* The nearer first; what lies behind a wadi or a road last, for it is rarely the same. */
export function inOrder(reports: readonly NearReport[]): NearReport[] {
  const rank = (one: NearReport): number => (one.behind ? 1 : 0);
  return [...reports].sort((a, b) => rank(a) - rank(b) || a.distance_m - b.distance_m);
}

interface Acts {
  followed: (report: NearReport) => void;
  signIn: (() => void) | null; // where nobody is signed in
}

export function nearList(reports: readonly NearReport[], acts: Acts): HTMLElement[] {
  return inOrder(reports).map((report) => nearRow(report, acts));
}

function nearRow(report: NearReport, acts: Acts): HTMLElement {
  const { where, when, state } = nearWords(report);
  const said = h("p", { class: "s err", role: "alert", hidden: true });
  const follow = async (): Promise<void> => {
    button.disabled = true;
    try {
      await send("POST", `/api/observations/${report.id}/follow`, {});
      report.following = true;
      button.replaceWith(following());
      acts.followed(report);
    } catch (error) {
      button.disabled = false;
      said.hidden = false;
      said.textContent = (error as Error).message;
    }
  };
  const button = h(
    "button",
    { type: "button", class: "btn two", onclick: () => (acts.signIn ? acts.signIn() : void follow()) },
    icon("plus"),
    say("أنا أيضًا", "Me too"),
  );
  const shown = report.photo
    ? h("img", { src: report.photo, alt: "", loading: "lazy" })
    : h("span", { class: "nophoto" }, icon("photo"));
  return h(
    "li",
    { "data-near": report.id },
    shown,
    h(
      "div",
      { class: "grow" },
      h("p", { class: "b" }, nameOf(report.category)),
      h("p", { class: "s mute" }, bdi(where), " · ", bdi(when)),
      h("p", {}, h("span", { class: "st info" }, state)),
      said,
    ),
    report.following ? following() : button,
  );
}

function following(): HTMLElement {
  return h("span", { class: "st pass" }, icon("pass"), say("تتابعها", "You follow it"));
}

/* The part of the page: shown while there is something to show, for the place and kind of the moment. */
export function nearPart(acts: Acts): { refresh: (fix: Fix | null, category: string) => Promise<void> } {
  const ask = latest();
  let shownFor = "";
  const found = async (fix: Fix, category: string): Promise<NearReport[]> => {
    try {
      return await ask((signal) => nearReports(fix, category, signal));
    } catch (error) {
      if (isAbort(error)) return [];
      throw error;
    }
  };
  return {
    refresh: async (fix, category) => {
      const wanted = fix && category ? nearAddress(fix, category) : "";
      if (wanted === shownFor) return;
      shownFor = wanted;
      const reports = fix && wanted ? await found(fix, category) : [];
      if (wanted !== shownFor) return; // a later question has its own answer
      byId("near-part").hidden = reports.length === 0;
      byId("near").replaceChildren(...nearList(reports, acts));
      if (reports.length) announce(say("توجد ملاحظات مشابهة بالقرب", "There are similar reports near by"));
    },
  };
}
