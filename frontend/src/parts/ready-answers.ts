/* A ready answer goes into the field it is for; what was written there already stays before it. */

export function joined(written: string, ready: string): string {
  const before = written.trimEnd();
  if (!ready || before.endsWith(ready)) return before;
  return before ? `${before}\n${ready}` : ready;
}

/* Without scripts nothing is chosen from: the lists come hidden. */
export function readyAnswers(): void {
  for (const list of document.querySelectorAll<HTMLSelectElement>("select[data-fills]")) {
    const field = document.getElementById(list.dataset.fills ?? "");
    if (!(field instanceof HTMLTextAreaElement)) continue;
    list.closest<HTMLElement>("[hidden]")?.removeAttribute("hidden");
    list.addEventListener("change", () => {
      field.value = joined(field.value, list.value);
      list.value = "";
      field.focus();
    });
  }
}
