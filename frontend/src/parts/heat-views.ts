/* Saved views: what is shown now kept under a name, one's own and those that other planners share. */

import { getJson, send } from "../lib/api";
import { h, icon } from "../lib/dom";
import { say } from "../lib/say";
import { pop } from "./pop";
import { toast } from "./toast";

interface SavedView {
  id: string;
  name: string;
  query: string;
  shared: boolean;
  mine: boolean;
  by: string;
}

const VIEWS = "/api/heat/views";

export interface ViewMenu {
  root: HTMLElement;
}

/* ``query`` is what the page would write into its address now; ``open`` shows a kept one. */
export function viewMenu(query: () => string, open: (query: string) => void): ViewMenu {
  const note = h("p", { class: "err", role: "alert", hidden: true });
  const name = h("input", {
    class: "inp",
    id: "view-name",
    maxlength: 80,
    autocomplete: "off",
    required: true,
  });
  const shared = h("input", { type: "checkbox", class: "check", id: "view-shared" });
  const list = h("ul", { class: "plotlist", id: "view-list" });
  const refuse = (error: unknown): void => {
    note.textContent = (error as Error).message;
    note.hidden = false;
  };
  const load = async (): Promise<void> => {
    try {
      const { views } = await getJson<{ views: SavedView[] }>(VIEWS);
      list.replaceChildren(...views.map(row));
    } catch (error) {
      refuse(error);
    }
  };
  const link = (view: SavedView): string =>
    new URL(`${location.pathname}?view=${view.id}`, location.origin).href;
  const copy = async (view: SavedView): Promise<void> => {
    await navigator.clipboard.writeText(link(view));
    toast(say("نُسخ الرابط", "The link is copied"));
  };
  const remove = async (view: SavedView): Promise<void> => {
    await send("DELETE", `${VIEWS}/${view.id}`, {});
    await load();
  };
  const row = (view: SavedView): HTMLElement => {
    const small = (id: string, words: string, sign: string, act: () => Promise<void>): HTMLElement =>
      h(
        "button",
        {
          type: "button",
          class: "btn three sm icon",
          "aria-label": `${words}: ${view.name}`,
          "data-act": id,
          onclick: () => void act().catch(refuse),
        },
        icon(sign),
      );
    const whose = view.mine ? (view.shared ? say("مشارَك", "shared") : "") : view.by;
    return h(
      "li",
      { class: "row between" },
      h(
        "button",
        {
          type: "button",
          class: "grow",
          onclick: () => {
            open(view.query);
            menu.close();
          },
        },
        h("b", {}, view.name),
        whose ? h("span", { class: "s mute" }, whose) : null,
      ),
      view.shared ? small("copy", say("انسخ الرابط", "Copy the link"), "link", () => copy(view)) : null,
      view.mine ? small("remove", say("احذف", "Remove"), "close", () => remove(view)) : null,
    );
  };
  const form = h(
    "form",
    { class: "stack-s", id: "view-form" },
    h(
      "div",
      { class: "field" },
      h("label", { for: "view-name" }, say("اسم العرض", "Name of the view")),
      name,
    ),
    h("label", { class: "checkrow" }, shared, say("يراه المخططون كلهم", "Every planner sees it")),
    h("button", { class: "btn one sm" }, say("احفظ", "Save")),
  );
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    note.hidden = true;
    const body = { name: name.value, query: query(), shared: shared.checked };
    void send<SavedView>("POST", VIEWS, body)
      .then(async (kept) => {
        toast(say(`حُفظ العرض «${kept.name}»`, `Saved as “${kept.name}”`));
        name.value = "";
        await load();
      })
      .catch(refuse);
  });
  const button = h(
    "button",
    { type: "button", class: "btn two sm", id: "views", "aria-label": say("العروض المحفوظة", "Saved views") },
    icon("star"),
    h("span", { class: "wide-only" }, say("العروض", "Views")),
  );
  button.addEventListener("click", () => void load());
  const title = say("العروض المحفوظة", "Saved views");
  const box = h(
    "div",
    { class: "popbox", id: "views-box", role: "group", "aria-label": title },
    form,
    note,
    list,
  );
  const menu = pop(button, box);
  menu.root.classList.add("export");
  return { root: menu.root };
}
