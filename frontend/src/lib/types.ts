/* Shapes of the answers of our own API. */

import type { Feature, Geometry, MultiLineString, LineString } from "geojson";

export interface Named {
  name_ar: string;
  name_en: string;
}

export interface Limits {
  setback_front_m: number | null;
  setback_side_m: number | null;
  setback_rear_m: number | null;
  coverage_pct: number | null;
  built_up_pct: number | null;
  floors: number | null;
  height_m: number | null;
  parking_bays: number | null;
}

export interface PlotProperties {
  id?: number;
  number: string;
  old_number: string | null;
  krooki_number: string | null;
  use_class: string;
  area_m2: number | null;
  measured_m2: number | null;
  version: number;
  valid_from: string | null;
  limits: Limits;
}

export interface Restriction extends Named {
  theme: string;
  status: "concerned" | "not_concerned" | "no_data";
  share_m2: number | null;
  share_pct: number | null;
  source: string | null;
  as_of: string | null;
}

export interface ZoneCandidate extends Named {
  id: number;
  number: string;
  kind?: "paid" | "permit";
  distance_to_edge_m: number;
  version: number;
  valid_from: string | null;
  nearest_edge: [number, number] | null;
  edge_in_circle: LineString | MultiLineString | null;
}

export type Answer = "inside" | "near_edge" | "ambiguous" | "outside";

export interface ZoneAnswer {
  result: Answer;
  accuracy_m: number;
  candidates: ZoneCandidate[];
  nearest?: ZoneCandidate | null;
  tariff: {
    amount_baisa: number;
    per_minutes: number;
    source: string | null;
    valid_from: string | null;
  } | null;
  paid_now?: boolean | null; // null: not known, or the zones differ
  paid_until: string | null;
  free_until: string | null;
  at: string;
}

export interface Here {
  plot: Feature<Geometry, PlotProperties>;
  wilayat: Named | null;
  area: Named | null;
  phase: string | null;
  directorate: Named | null;
  restrictions: Restriction[];
  parking: ZoneAnswer | null;
  limits_source: string | null;
  as_of: string;
}

export interface PlotsAt {
  result: Answer;
  candidates: { id: number; number: string; distance_to_edge_m: number }[];
}

export interface SearchResult {
  kind: string;
  title: string;
  url: string;
  place: string | null;
  id: number | null;
  lon: number | null;
  lat: number | null;
  exact?: boolean; // of a plot: its whole number was typed
  matched_number?: string;
}

export interface SearchAnswer {
  count: number; // of all hits, shown or not
  results: SearchResult[];
}

export interface Coded extends Named {
  code: string;
}

export interface HeatSummary {
  count: number;
  outside_count: number;
  months: { month: string; count: number }[];
  wilayats: (Named & { id: number; count: number })[];
  categories: (Coded & { count: number })[];
  suppressed: number;
}

/* A verdict on one place or cell of two periods. */
export interface Change {
  after: number;
  before: number;
  ratio: number | null;
  ratio_low: number | null;
  ratio_high: number | null;
  q: number | null;
  change: "rose" | "fell" | "no_evidence" | "not_tested";
}

export interface Days {
  from: string;
  to: string;
  days: number;
}

export interface HeatChanges {
  after: Days;
  before: Days;
  city: Change;
  method_ar: string;
  method_en: string;
}

export interface PlaceChanges extends HeatChanges {
  places: (Change & Coded & { id: number })[];
}

export interface PlaceTrend extends Coded {
  id: number;
  count: number;
  per_year: number | null;
  per_year_low: number | null;
  per_year_high: number | null;
  q: number | null;
  trend: "rising" | "falling" | "no_evidence" | "not_tested";
  counts: number[];
}

export interface HeatTrends {
  from: string;
  to: string;
  months: string[];
  method_ar: string;
  method_en: string;
  places: PlaceTrend[];
}

/* Hot and cold spots: what is told beside the cells. */
export interface HotSpots {
  cell_m: number;
  count: number;
  outside_count: number;
  tested: number;
  classes: (Coded & { cells: number })[];
  study_area_ar: string;
  study_area_en: string;
  method_ar: string;
  method_en: string;
  updated_at: string;
}

export interface HeatCell {
  count: number;
  place_ar: string | null;
  place_en: string | null;
  categories: (Coded & { count: number })[];
  statuses: (Coded & { count: number })[];
}
