import { all, word } from "./page.js";

const SHOWN_MS = 2000;

/** Copy buttons appear only where the clipboard can be written. */
export function wireCopy(): void {
  if (!navigator.clipboard) return;
  for (const button of all<HTMLButtonElement>("[data-copy]")) {
    const label = button.firstChild;
    const said = label?.textContent ?? "";
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = document.getElementById(button.dataset["copy"] ?? "")?.textContent ?? "";
      await navigator.clipboard.writeText(text);
      if (label) label.textContent = word("copy.done");
      window.setTimeout(() => {
        if (label) label.textContent = said;
      }, SHOWN_MS);
    });
  }
}
