/* The photos of a report: taken or chosen, shown small, taken out again; each says whether it is already there. */

import { h, icon } from "../lib/dom";
import { newKey } from "../lib/device-store";
import { number } from "../lib/format";
import { factsOf, isHeic, readyToSend } from "../lib/photo-facts";
import type { Draft, KeptPhoto } from "../lib/report-queue";
import { say } from "../lib/say";

const A_PHOTO = /\.(jpe?g|png|hei[cf]|webp)$/i;

/* Read what a file says of itself, then make it ready; null for one that is no photo. */
export async function photoOf(file: File): Promise<KeptPhoto | null> {
  if (!file.type.startsWith("image/") && !A_PHOTO.test(file.name)) return null;
  const id = newKey();
  const fix = await factsOf(file);
  const blob = await readyToSend(file);
  const name = blob === file ? file.name : file.name.replace(/\.\w+$/, "") + ".jpg";
  return { id, name, blob, sent: null, fix: fix && { ...fix, photo: id } };
}

const shown = new Map<string, string>(); // object addresses, by photo

function address(photo: KeptPhoto): string | null {
  if (!photo.blob) return null;
  const known = shown.get(photo.id);
  if (known) return known;
  const made = URL.createObjectURL(photo.blob);
  shown.set(photo.id, made);
  return made;
}

export function forgetPicture(id: string): void {
  const known = shown.get(id);
  if (known) URL.revokeObjectURL(known);
  shown.delete(id);
}

/* A photo small; one that this browser cannot draw is a file with its name, and why it is not seen. */
export function picture(photo: KeptPhoto, alt: string): HTMLElement {
  const named = h(
    "span",
    { class: "named s" },
    icon("photo"),
    h("bdi", { class: "b", dir: "ltr" }, photo.name),
  );
  const source = address(photo);
  if (!source) return named;
  const image = h("img", { src: source, alt, decoding: "async" });
  image.addEventListener("error", () => {
    image.replaceWith(named);
    void isHeic(photo.blob!).then((itIs) => named.append(h("span", { class: "why" }, unseenWords(itIs))));
  });
  return image;
}

function unseenWords(isHeicPhoto: boolean): string {
  return isHeicPhoto
    ? say(
        "هذا المتصفح لا يعرض صور HEIC. تُرسل كما هي، وتراها في صفحة ملاحظتك.",
        "This browser does not show HEIC photos. It is sent as it is; you see it on the page of your observation.",
      )
    : say(
        "لا يعرض هذا المتصفح الصورة، وقد تكون تالفة. تُفحص عند الإرسال.",
        "This browser does not show it; it may be broken. It is checked when it is sent.",
      );
}

export function thumbs(draft: Draft, remove: (photo: KeptPhoto) => void): HTMLElement[] {
  return draft.photos.map((photo, index) => {
    const name = say(`الصورة ${number(index + 1)}`, `Photo ${number(index + 1)}`);
    const bad = draft.badPhoto === photo.id;
    const drop = h(
      "button",
      {
        type: "button",
        class: "drop",
        "aria-label": `${say("أزل", "Remove")} ${name}`,
        onclick: () => remove(photo),
      },
      icon("close"),
    );
    const placed = photo.fix
      ? h(
          "span",
          { class: "tag xs", title: say("فيها مكانها", "Tells its place") },
          icon("pin"),
          say("فيها مكانها", "Has its place"),
        )
      : null;
    return h(
      "li",
      { class: bad ? "bad" : "", "data-photo": photo.id, "data-sent": photo.sent ? "" : null },
      picture(photo, name),
      placed,
      photo.sent ? h("span", { class: "tag sent xs" }, icon("tick"), say("أُرسلت", "Sent")) : null,
      drop,
    );
  });
}
