import { expect, test } from "vitest";
import { bayFeatures, type Bay } from "./bay-list";
import { chosenFor, groupedByBuilding, type KnownUnit } from "./unit-list";

const unit = (written: string, building: string): KnownUnit => ({
  written,
  number: written,
  floor: null,
  use: { ar: "سكني", en: "Residential" },
  building: { ar: building, en: building },
});
const bay = (id: number, why: string | null, geometry: Bay["geometry"]): Bay => ({
  id,
  key: `b${id}`,
  stalls: 1,
  why: why === null ? null : { ar: why, en: why },
  at: [58.4, 23.6],
  geometry,
});

test("units stand under their building, in the order that they came in", () => {
  const units = [unit("1", "A"), unit("2", "B"), unit("3", "A")];
  expect(groupedByBuilding(units).map(([name, of]) => [name, of.map((one) => one.written)])).toEqual([
    ["A", ["1", "3"]],
    ["B", ["2"]],
  ]);
});

test("what is written is chosen where the list has it, else it is another unit", () => {
  const units = [unit("12", "A")];
  expect(chosenFor("", units)).toBe("");
  expect(chosenFor(" 12 ", units)).toBe("12");
  expect(chosenFor("13", units)).toBe("*");
});

test("a bay is drawn as its ground and a dot, told apart by whether it can be asked for", () => {
  const ground: Bay["geometry"] = {
    type: "Polygon",
    coordinates: [
      [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 0],
      ],
    ],
  };
  const drawn = bayFeatures(
    [bay(1, null, ground), bay(2, "held", { type: "Point", coordinates: [0, 0] })],
    1,
  );
  expect(drawn.features.map((one) => [one.geometry.type, one.properties?.state])).toEqual([
    ["Polygon", "chosen"],
    ["Point", "chosen"],
    ["Point", "not"],
  ]);
  expect(bayFeatures([bay(1, null, ground)], null).features[0]?.properties?.state).toBe("free");
  expect(bayFeatures([bay(2, "held", ground)], 2).features[0]?.properties?.state).toBe("chosen");
});
