/** The clerk's entries by keyboard: J and K move, Enter releases, E edits, X drops, N writes. */
import { all } from "./lib/page.js";

const RELOAD_MS = 5000;
const drafts = all<HTMLElement>("[data-draft]");
let current = -1;

function go(to: number): void {
  const found = drafts[Math.max(0, Math.min(drafts.length - 1, to))];
  if (!found) return;
  current = drafts.indexOf(found);
  found.focus();
  found.scrollIntoView({ block: "nearest" });
}

function press(act: string): void {
  drafts[current]?.querySelector<HTMLButtonElement>(`button[value="${act}"]`)?.click();
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, button, summary, a");
}

document.addEventListener("keydown", (event) => {
  const form = event.target instanceof HTMLElement ? event.target.closest("form") : null;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form) {
    event.preventDefault();
    (form.querySelector<HTMLButtonElement>('button[value="release"], button.primary') ?? undefined)?.click();
    return;
  }
  if (event.key === "Escape" && typing(event.target)) {
    drafts[current]?.focus();
    return;
  }
  if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  const acts: Record<string, () => void> = {
    j: () => go(current + 1),
    k: () => go(current - 1),
    Enter: () => press("release"),
    x: () => press("drop"),
    e: () => drafts[current]?.querySelector("textarea")?.focus(),
    n: () => document.querySelector<HTMLTextAreaElement>("#p-text")?.focus(),
  };
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

/** After a release the next draft is at hand. New drafts come by a fresh page, never under a hand that types. */
if (drafts.length > 0) go(0);
let touched = false;
document.addEventListener("input", () => {
  touched = true;
});
window.setInterval(() => {
  if (!touched && !document.hidden && !document.querySelector("details[open]")) void refresh();
}, RELOAD_MS);

async function refresh(): Promise<void> {
  const answer = await fetch(window.location.pathname).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const ids = all<HTMLElement>("[data-draft]", page).map((draft) => draft.id);
  if (ids.join() !== drafts.map((draft) => draft.id).join() && !touched) window.location.reload();
}
