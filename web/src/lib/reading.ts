/** Beside the picture: find words, share a moment, steps as they are recognised. */
import { all, hms, word } from "./page.js";

export interface Step {
  code: string;
  title_zh: string;
  title_en: string;
  start: number;
}

/** Shows only the lines that hold what is looked for; an empty field shows all again. */
export function wireFind(): void {
  const box = document.querySelector<HTMLElement>("[data-find]");
  const field = box?.querySelector("input");
  if (!box || !field) return;
  box.hidden = false;
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    let found = 0;
    for (const line of all<HTMLElement>(".transcript > li")) {
      const there = (line.textContent ?? "").toLowerCase().includes(wanted);
      line.hidden = wanted !== "" && !there;
      found += there ? 1 : 0;
    }
    const told = box.querySelector("[data-found]");
    if (told) told.textContent = wanted ? word("watch.found", { n: found }) : "";
  });
}

/** Copies the short address with the present second; says so on the button. */
export function wireShare(position: () => number): void {
  for (const button of all<HTMLButtonElement>("[data-share]")) {
    button.hidden = false;
    const name = button.textContent ?? "";
    button.addEventListener("click", () => {
      const address = `${button.dataset["share"] ?? ""}?t=${Math.floor(position())}`;
      void navigator.clipboard.writeText(address).then(
        () => {
          button.textContent = word("copy.done");
          window.setTimeout(() => (button.textContent = name), 2000);
        },
        () => {
          button.textContent = address; // no clipboard: show it, so that it can be copied by hand
        },
      );
    });
  }
}

/** The list of steps so far; links there already keep their place. */
export function showSteps(steps: Step[]): void {
  const list = document.querySelector<HTMLElement>("[data-chapters]");
  const box = document.querySelector<HTMLElement>("[data-chapters-box]");
  if (!list || !box || steps.length === 0) return;
  box.hidden = false;
  const english = document.documentElement.lang === "en";
  list.replaceChildren(...steps.map((step) => link(step, english)));
}

function link(step: Step, english: boolean): HTMLLIElement {
  const item = document.createElement("li");
  const anchor = document.createElement("a");
  anchor.href = `?t=${step.start.toFixed(1)}`;
  anchor.dataset["seek"] = String(step.start);
  anchor.dataset["chapter"] = "";
  const time = document.createElement("span");
  time.className = "t";
  time.textContent = hms(step.start);
  const title = document.createElement("span");
  title.textContent = english ? step.title_en : step.title_zh;
  anchor.append(time, title);
  item.append(anchor);
  return item;
}
