import { describe, expect, it } from "vitest";
import type { StyleSpecification } from "maplibre-gl";
import { absolute, adopted, over } from "./basemap";

const FROM = "https://maps.example.org/styles/city/style.json";

const theirs: StyleSpecification = {
  version: 8,
  glyphs: "../fonts/{fontstack}/{range}.pbf",
  sprite: "sprite",
  sources: {
    roads: { type: "vector", tiles: ["/tiles/{z}/{x}/{y}.pbf"] },
    coast: { type: "geojson", data: "coast.json" },
  },
  layers: [
    { id: "sea", type: "background" },
    { id: "road", type: "line", source: "roads", "source-layer": "r" },
  ],
};

const ours: StyleSpecification = {
  version: 8,
  sources: { roads: { type: "vector", url: "https://city.example/tiles/roads.json" } },
  layers: [
    { id: "sea", type: "background" },
    { id: "land", type: "fill", source: "roads" },
    { id: "road", type: "line", source: "roads", "source-layer": "roads" },
    { id: "shore", type: "line", source: "roads" },
  ],
};

describe("a basemap of another address", () => {
  it("keeps the braces of an address and makes it whole", () => {
    expect(absolute("/t/{z}/{x}/{y}.pbf", FROM)).toBe("https://maps.example.org/t/{z}/{x}/{y}.pbf");
    expect(absolute("pmtiles://city.pmtiles", FROM)).toBe(
      "pmtiles://https://maps.example.org/styles/city/city.pmtiles",
    );
    expect(absolute("https://other.example/a", FROM)).toBe("https://other.example/a");
  });

  it("gets names of its own and whole addresses", () => {
    const base = adopted(theirs, FROM)!;
    expect(Object.keys(base.style.sources)).toEqual(["base:roads", "base:coast"]);
    expect(base.style.sources["base:coast"]).toMatchObject({
      data: "https://maps.example.org/styles/city/coast.json",
    });
    expect(base.style.glyphs).toBe("https://maps.example.org/styles/fonts/{fontstack}/{range}.pbf");
    expect(base.style.sprite).toBe("https://maps.example.org/styles/city/sprite");
    expect(base.style.layers[1]).toMatchObject({ id: "base:road", source: "base:roads" });
  });

  it("is no basemap where it is no style", () => {
    expect(adopted({} as StyleSpecification, FROM)).toBeNull();
  });
});

describe("our layers over a basemap", () => {
  it("leave the ground to one that draws it", () => {
    const ids = over(adopted(theirs, FROM), ours).layers.map((layer) => layer.id);
    expect(ids).toEqual(["base:sea", "base:road", "road"]);
  });

  it("keep our ground under one that does not", () => {
    const base = { ...adopted(theirs, FROM)!, covers: false };
    const ids = over(base, ours).layers.map((layer) => layer.id);
    expect(ids).toEqual(["sea", "land", "base:sea", "base:road", "road", "shore"]);
  });

  it("are all there is without one", () => {
    expect(over(null, ours)).toBe(ours);
  });
});
