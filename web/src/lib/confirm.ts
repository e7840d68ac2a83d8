/** Asks before a form with `data-confirm` goes; without script the form goes unasked. */
import { all } from "./page.js";

export function wireConfirm(dialog: HTMLDialogElement): void {
  const text = dialog.querySelector("h2");
  let waiting: HTMLFormElement | null = null;

  for (const form of all<HTMLFormElement>("form[data-confirm]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      waiting = form;
      if (text) text.textContent = form.dataset["confirm"] ?? "";
      dialog.returnValue = "no";
      dialog.showModal();
    });
  }
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "yes") waiting?.submit();
    waiting = null;
  });
}
