/* What the server offers to choose from on the planner's page, and the words of measures and weights. */

import type { Measure } from "../lib/heat-classes";
import { nameOf, say } from "../lib/say";
import type { Coded, Named } from "../lib/types";

export type Place = Named & { id: number };

export interface HeatChoices {
  heat_class: "public" | "exact";
  categories: Coded[];
  statuses: Coded[];
  wilayats: Place[];
  measures: Measure[];
  /* for planners only */
  channels?: Coded[];
  areas?: Place[];
  spot_words?: Coded[];
  change_words?: Coded[];
  trend_words?: Coded[];
  view?: { id: string; name: string; query: string } | null;
}

export const WEIGHT_WORDS = {
  severity: (): string => say("موزونة بالخطورة", "weighted by severity"),
  age: (): string => say("موزونة بالعمر", "weighted by age"),
};

export function measureOf(choices: HeatChoices, code: string): Measure {
  return choices.measures.find((m) => m.code === code) ?? choices.measures[0]!;
}

/* "reports per km of road", as the head of a legend. */
export function unitOf(measure: Measure): string {
  if (measure.code === "count") return say("البلاغات", "Reports");
  const unit = nameOf({ name_ar: measure.unit_ar, name_en: measure.unit_en });
  return unit.charAt(0).toUpperCase() + unit.slice(1);
}
