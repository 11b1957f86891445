/* The package describes only its largest build; this is what the page uses of the small one. */
declare module "exifr/dist/lite.esm.mjs" {
  export function parse(
    file: Blob,
    options: Record<string, unknown>,
  ): Promise<Record<string, unknown> | undefined>;
}
