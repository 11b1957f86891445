/* Our own font files for the map's labels: Arabic is shaped by the map library itself, no glyph server. */

import ar500 from "@fontsource/ibm-plex-sans-arabic/files/ibm-plex-sans-arabic-arabic-500-normal.woff2?url";
import la500 from "@fontsource/ibm-plex-sans-arabic/files/ibm-plex-sans-arabic-latin-500-normal.woff2?url";
import ar600 from "@fontsource/ibm-plex-sans-arabic/files/ibm-plex-sans-arabic-arabic-600-normal.woff2?url";
import la600 from "@fontsource/ibm-plex-sans-arabic/files/ibm-plex-sans-arabic-latin-600-normal.woff2?url";
import ar400 from "@fontsource/ibm-plex-sans-arabic/files/ibm-plex-sans-arabic-arabic-400-normal.woff2?url";
import la400 from "@fontsource/ibm-plex-sans-arabic/files/ibm-plex-sans-arabic-latin-400-normal.woff2?url";
import ar700 from "@fontsource/ibm-plex-sans-arabic/files/ibm-plex-sans-arabic-arabic-700-normal.woff2?url";
import la700 from "@fontsource/ibm-plex-sans-arabic/files/ibm-plex-sans-arabic-latin-700-normal.woff2?url";
import type { StyleSpecification } from "maplibre-gl";

const ARABIC = ["U+0600-06FF", "U+0750-077F", "U+08A0-08FF", "U+200C-200E", "U+FB50-FDFF", "U+FE70-FEFC"];
const LATIN = ["U+0000-024F", "U+2000-200B", "U+200F-206F", "U+20AC", "U+2122", "U+2212", "U+2215"];

function face(arabic: string, latin: string): { url: string; "unicode-range": string[] }[] {
  const here = (path: string): string => new URL(path, location.origin).href;
  return [
    { url: here(arabic), "unicode-range": ARABIC },
    { url: here(latin), "unicode-range": LATIN },
  ];
}

export const REGULAR = ["Plex Regular"];
export const MEDIUM = ["Plex Medium"];
export const SEMIBOLD = ["Plex SemiBold"];
export const BOLD = ["Plex Bold"];

export function fontFaces(): NonNullable<StyleSpecification["font-faces"]> {
  return {
    [REGULAR[0]!]: face(ar400, la400),
    [MEDIUM[0]!]: face(ar500, la500),
    [SEMIBOLD[0]!]: face(ar600, la600),
    [BOLD[0]!]: face(ar700, la700),
  };
}
