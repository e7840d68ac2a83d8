/** What waits in the delay line: hidden and heard stretches, decided about before they air. */
import { word } from "./page.js";

export interface Coming {
  start: number;
  end: number;
  airs_in: number;
  text: string;
  reason: string;
  kept: boolean;
  may_keep: boolean;
}

type Verb = "hide" | "keep";

/** Seconds back from now that one key hides. */
const LAST = 6;

export class ComingList {
  private readonly list: HTMLElement | null;
  private chosen = "";
  private mediaTime = 0;

  constructor(private readonly box: HTMLElement) {
    this.list = box.querySelector("[data-coming-list]");
    const last = box.querySelector<HTMLButtonElement>("[data-coming-last]");
    for (const part of [last, box.querySelector<HTMLElement>("[data-coming-keys]")]) if (part) part.hidden = false;
    last?.addEventListener("click", () => void this.hideLast());
    this.list?.addEventListener("keydown", (event) => this.key(event));
    this.list?.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("button") : null;
      const row = button?.closest<HTMLElement>("li");
      if (!button || !row) return;
      event.preventDefault();
      void this.decide(button.dataset["verb"] as Verb, Number(row.dataset["start"]), Number(row.dataset["end"]));
    });
  }

  show(rows: Coming[], mediaTime: number): void {
    this.mediaTime = mediaTime;
    const count = this.box.querySelector("[data-coming-count]");
    if (count) count.textContent = String(rows.length);
    const inside = this.list?.contains(document.activeElement) ?? false;
    // A row that says the same stays as it is, so that the clerk's focus stays in it.
    const known = new Map(this.rows().map((row) => [row.id, row]));
    const shown = rows.map((row) => kept(known.get(rowId(row)), row) ?? item(row));
    this.list?.replaceChildren(...(shown.length > 0 ? shown : [empty()]));
    if (inside && !this.list?.contains(document.activeElement)) (this.chosenRow() ?? this.list)?.focus();
  }

  private rows(): HTMLElement[] {
    return [...(this.list?.querySelectorAll<HTMLElement>("li[data-start]") ?? [])];
  }

  private chosenRow(): HTMLElement | undefined {
    return this.rows().find((row) => row.dataset["start"] === this.chosen);
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const rows = this.rows();
    const at = rows.findIndex((row) => row.dataset["start"] === this.chosen);
    const row = rows[at];
    const name = event.key.toLowerCase();
    if (name === "arrowdown" || name === "arrowup") {
      const next = rows[Math.max(0, Math.min(rows.length - 1, at + (name === "arrowdown" ? 1 : -1)))];
      this.chosen = next?.dataset["start"] ?? "";
      next?.focus();
    } else if (name === "x") void this.hideLast();
    else if (name === "h" && row) void this.decide("hide", Number(row.dataset["start"]), Number(row.dataset["end"]));
    else if (name === "k" && row) void this.decide("keep", Number(row.dataset["start"]), Number(row.dataset["end"]));
    else return;
    event.preventDefault();
  }

  private hideLast(): Promise<void> {
    return this.decide("hide", Math.max(0, this.mediaTime - LAST), this.mediaTime + 1);
  }

  private async decide(verb: Verb, start: number, end: number): Promise<void> {
    const token = document.querySelector<HTMLInputElement>("input[name=csrf]")?.value ?? "";
    const answer = await fetch(this.box.dataset["command"] ?? "", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": token },
      body: JSON.stringify({ verb, start, end }),
    }).catch(() => null);
    this.say(answer?.ok ? word(`coming.done.${verb}`) : await refusal(answer));
  }

  private say(text: string): void {
    const place = this.box.querySelector("[data-coming-said]");
    if (place) place.textContent = text;
  }
}

function isHidden(row: Coming): boolean {
  return row.reason !== "" && !row.kept;
}

function rowId(row: Coming): string {
  return `coming-${Math.round(row.start * 1000)}-${isHidden(row) ? "hidden" : "heard"}`;
}

/** The row as it stands when it still says the same; only its time goes on. */
function kept(old: HTMLElement | undefined, row: Coming): HTMLElement | null {
  if (!old || old.dataset["end"] !== String(row.end) || old.dataset["said"] !== row.text) return null;
  const when = old.querySelector(".when");
  if (when) when.textContent = `${Math.round(row.airs_in)} s`;
  return old;
}

async function refusal(answer: Response | null): Promise<string> {
  const told = (await answer?.json().catch(() => null)) as { message?: string; title_zh?: string } | null;
  return told?.message ?? told?.title_zh ?? word("coming.failed");
}

function item(row: Coming): HTMLLIElement {
  const entry = document.createElement("li");
  const hiddenNow = isHidden(row);
  entry.id = rowId(row);
  entry.tabIndex = -1;
  Object.assign(entry.dataset, { start: String(row.start), end: String(row.end), said: row.text });
  if (hiddenNow) entry.className = "is-hidden";
  const when = document.createElement("span");
  when.className = "when";
  when.textContent = `${Math.round(row.airs_in)} s`;
  const what = document.createElement("span");
  what.className = "what";
  if (row.reason) {
    const why = document.createElement("b");
    why.textContent = row.kept ? word("coming.kept") : word(`span_reason.${row.reason}`);
    what.append(why, " ");
  }
  what.append(row.text);
  entry.append(when, what, hiddenNow && !row.may_keep ? fixed() : button(hiddenNow ? "keep" : "hide"));
  return entry;
}

function button(verb: Verb): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button small";
  made.dataset["verb"] = verb;
  made.textContent = word(`coming.${verb}`);
  return made;
}

function fixed(): HTMLSpanElement {
  const made = document.createElement("span");
  made.className = "small muted";
  made.textContent = word("coming.fixed");
  return made;
}

function empty(): HTMLLIElement {
  const made = document.createElement("li");
  made.className = "empty";
  made.textContent = word("coming.none");
  return made;
}
