import { afterEach, describe, expect, it, vi } from "vitest";
import { inOrder, nearAddress, nearReports, nearWords, type NearReport } from "./near-reports";

const FIX = { origin: "gps", lon: 58.2, lat: 23.6, accuracyM: 8, at: null } as const;

function report(values: Partial<NearReport>): NearReport {
  return {
    id: "1",
    category: { name_ar: "حفر الطرق", name_en: "Potholes" },
    reported_on: "2026-11-20",
    state: "in_progress",
    state_ar: "قيد التنفيذ",
    state_en: "In progress",
    distance_m: 30,
    photo: null,
    behind: null,
    following: false,
    ...values,
  };
}

afterEach(() => vi.unstubAllGlobals());

describe("reports near by", () => {
  it("are told with distance, side, day and state", () => {
    expect(nearWords(report({}))).toEqual({
      where: "على بعد 30\u00a0م",
      when: "أُبلغ عنها في 20/11/2026",
      state: "قيد التنفيذ",
    });
    expect(nearWords(report({ behind: "wadi" })).where).toContain("وراء الوادي");
    expect(nearWords(report({ distance_m: 0.4 })).where).toBe("في المكان نفسه");
  });
  it("stand with what lies across a wadi or a road last", () => {
    const listed = inOrder([
      report({ id: "far", distance_m: 60 }),
      report({ id: "across", distance_m: 5, behind: "dual_road" }),
      report({ id: "near", distance_m: 12 }),
    ]);
    expect(listed.map((one) => one.id)).toEqual(["near", "far", "across"]);
  });
  it("are asked for by place, accuracy and kind", () => {
    const asked = new URL(nearAddress(FIX, "potholes"), "http://here");
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      lon: "58.2000000",
      lat: "23.6000000",
      accuracy_m: "8.0",
      category: "potholes",
    });
  });
  it("are none where the server knows no such address, and what it tells where it does", async () => {
    const answers = (status: number, body: unknown): void => {
      vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify(body), { status })));
    };
    answers(404, { detail: "nothing" });
    expect(await nearReports(FIX, "potholes", new AbortController().signal)).toEqual([]);
    answers(200, { reports: [report({})] });
    expect(await nearReports(FIX, "potholes", new AbortController().signal)).toHaveLength(1);
  });
});
