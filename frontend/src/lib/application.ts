/* An application as its address answers it. */

import type { Geometry } from "geojson";
import type { SiteVersion } from "./site";

export interface DrawingFile {
  id: string;
  kind: string;
  name: string;
  sheet: string;
  version: number;
  sha256: string;
  file_name: string;
  pages: number;
  is_pdf: boolean;
  is_latest: boolean;
  at: string;
  url: string;
}

export interface RemarkRow {
  id: number;
  stage: string;
  text: string;
  answer: string;
  document: string | null;
  page: number | null;
  x: number | null;
  y: number | null;
  place: Geometry | null;
  at: string;
  state: "open" | "answered" | "settled";
}

export interface ApprovalRow {
  stage: string;
  key: string;
  sha256: string;
  is_approved: boolean;
  approved_by: string | null; // told to officers
  approved_at: string | null;
}

export interface Change {
  from: number;
  to: number;
  added_m2: number;
  removed_m2: number;
  added: Geometry | null;
  removed: Geometry | null;
}

export interface Application {
  id: string;
  number: string;
  state: string;
  work_name: string;
  has_site: boolean;
  site: SiteVersion | null;
  changes: Change[];
  documents: DrawingFile[];
  remarks: RemarkRow[];
  approvals: ApprovalRow[];
}

/* The latest version of each paper, each with the version before it. */
export function pairs(documents: DrawingFile[]): { latest: DrawingFile; before: DrawingFile | null }[] {
  return documents
    .filter((one) => one.is_latest)
    .map((latest) => ({
      latest,
      before:
        documents.find(
          (one) =>
            one.kind === latest.kind && one.sheet === latest.sheet && one.version === latest.version - 1,
        ) ?? null,
    }));
}

/* The number a remark bears, in the order in which they were made. */
export function remarkNumber(remarks: RemarkRow[], id: number): number {
  return remarks.findIndex((one) => one.id === id) + 1;
}
