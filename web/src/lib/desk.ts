/** The clerk's desk: commands without a page load, keys, the delay, what is coming, the sound. */
import { word } from "./page.js";

export interface Check {
  name: string;
  value: string;
  tone: string;
}

export interface Minute {
  at: string;
  state: string;
  name: string;
  who: string;
  why: string;
}

export interface DeskNow {
  preflight: Check[];
  minutes: Minute[];
  level: number | null;
  peak: number | null;
  waitsForStart: boolean;
  waitsForResume: boolean;
  delayInForce: number | null;
  preview: boolean;
}

const KEYS: Record<string, string> = {
  s: "start",
  c: "cut",
  r: "release",
  b: "recess",
  n: "close_segment",
  f: "resume",
  e: "end",
};

const OFF = "courtstream.keys.off";

export class Desk {
  private readonly delay = find<HTMLInputElement>("[data-delay]");
  private readonly keys = find<HTMLInputElement>("[data-keys]");
  private touched = 0;

  constructor() {
    this.wireCut();
    this.wireDelay();
    this.wireKeys();
  }

  show(now: DeskNow): void {
    for (const check of now.preflight) showCheck(check);
    showMinutes(now.minutes);
    this.showLevel(now.level, now.peak);
    toggle("[data-waits-start]", now.waitsForStart);
    toggle("[data-waits-resume]", now.waitsForResume);
    this.showDelay(now.delayInForce);
    showNext(now.preview);
  }

  /** Cut at once and unasked: what has been cut can be broadcast again, what has aired cannot be taken back. */
  private wireCut(): void {
    const form = find<HTMLFormElement>('form[data-verb="cut"]');
    form?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.command(form);
    });
  }

  private async command(form: HTMLFormElement): Promise<void> {
    const began = performance.now();
    const fields = Object.fromEntries(new FormData(form).entries());
    const value = fields["value"] ? Number(fields["value"]) : null;
    const answer = await fetch(`/api/v1/hearings/${String(fields["hearing_id"])}/commands`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": String(fields["csrf"]) },
      body: JSON.stringify({ verb: fields["verb"], reason: fields["reason"] ?? "", value }),
    }).catch(() => null);
    const took = Math.round(performance.now() - began);
    const told = (await answer?.json().catch(() => null)) as { message?: string; title_zh?: string } | null;
    const good = answer?.ok ?? false;
    const text = good ? word(`desk.done.${String(fields["verb"])}`, { ms: took }) : (told?.message ?? told?.title_zh ?? word("desk.failed"));
    this.say(text, took, good);
  }

  private say(text: string, took: number, good: boolean): void {
    const place = find<HTMLElement>("[data-told]");
    if (!place) return;
    place.textContent = text;
    place.dataset["ms"] = String(took);
    place.classList.toggle("is-bad", !good);
  }

  private wireDelay(): void {
    const form = find<HTMLFormElement>("[data-delay-form]");
    this.delay?.addEventListener("input", () => {
      this.touched = Date.now();
      this.writeDelay();
    });
    form?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.command(form);
    });
  }

  private writeDelay(): void {
    const text = find<HTMLElement>("[data-delay-text]");
    if (text && this.delay) text.textContent = `${Number(this.delay.value).toFixed(1)} s`;
  }

  private showDelay(inForce: number | null): void {
    const next = find<HTMLElement>("[data-next-in]");
    if (next && inForce !== null) next.textContent = word("desk.next_in", { n: Math.round(inForce) });
    if (!this.delay || inForce === null) return;
    const form = this.delay.form;
    for (const part of [this.delay, form?.querySelector("button")]) if (part) part.disabled = false;
    const busy = document.activeElement === this.delay || Date.now() - this.touched < 8000;
    if (!busy) {
      this.delay.value = String(inForce);
      this.writeDelay();
    }
  }

  private showLevel(level: number | null, peak: number | null): void {
    const meter = find<HTMLMeterElement>("[data-level]");
    if (meter) meter.value = level ?? -60;
    const text = find<HTMLElement>("[data-level-text]");
    if (text) text.textContent = level === null || peak === null ? "–" : `${level.toFixed(0)} / ${peak.toFixed(0)} dBFS`;
  }

  /** Single letters act on this page only, and can be switched off (WCAG 2.1.4). */
  private wireKeys(): void {
    if (!this.keys) return;
    this.keys.checked = localStorage.getItem(OFF) !== "yes";
    this.keys.addEventListener("change", () => localStorage.setItem(OFF, this.keys?.checked ? "no" : "yes"));
    document.addEventListener("keydown", (event) => {
      if (!this.keys?.checked || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
      if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
      if (this.act(event.key.toLowerCase())) event.preventDefault();
    });
  }

  private act(key: string): boolean {
    const verb = KEYS[key];
    if (verb) {
      const button = find<HTMLButtonElement>(`form[data-verb="${verb}"] button`);
      if (!button || button.disabled) return false;
      button.click();
    } else if (key === "+" || key === "=" || key === "-") this.step(key === "-" ? -1 : 1);
    else if (key === "l") find<HTMLElement>("[data-log]")?.focus();
    else if (key === "p") find<HTMLElement>("#preflight-title")?.scrollIntoView({ block: "start" });
    else if (key === "?") {
      const map = find<HTMLDetailsElement>("details.keys");
      if (map) map.open = !map.open;
    } else return false;
    return true;
  }

  private step(by: number): void {
    if (!this.delay || this.delay.disabled) return;
    if (by > 0) this.delay.stepUp(2);
    else this.delay.stepDown(2);
    this.touched = Date.now();
    this.writeDelay();
    this.delay.form?.requestSubmit();
  }
}

function find<T extends Element>(selector: string): T | null {
  return document.querySelector<T>(selector);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["SELECT", "TEXTAREA"].includes(target.tagName) || isTextInput(target) || target.closest("media-controller, [data-coming-list]") !== null;
}

function isTextInput(target: HTMLElement): boolean {
  return target instanceof HTMLInputElement && !["checkbox", "button", "submit"].includes(target.type);
}

function toggle(selector: string, shown: boolean): void {
  const place = find<HTMLElement>(selector);
  if (place) place.hidden = !shown;
}

function showCheck({ name, value, tone }: Check): void {
  const row = find<HTMLElement>(`[data-check="${name}"]`);
  if (!row) return;
  row.className = `is-${tone || "none"}`;
  for (const [part, text] of [["[data-value]", value], ["[data-tone]", word(`preflight.tone.${tone || "none"}`)]] as const) {
    const place = row.querySelector(part);
    if (place && place.textContent !== text) place.textContent = text;
  }
}

function showMinutes(minutes: Minute[]): void {
  const list = find<HTMLElement>("[data-minutes]");
  const stamp = JSON.stringify(minutes);
  if (!list || minutes.length === 0 || list.dataset["stamp"] === stamp) return;
  list.dataset["stamp"] = stamp;
  list.replaceChildren(...minutes.map(minuteItem));
}

function minuteItem({ at, state, name, who, why }: Minute): HTMLLIElement {
  const entry = document.createElement("li");
  entry.dataset["state"] = state;
  entry.append(piece("span", "t", at), piece("b", "", name), piece("span", "who", who), piece("span", "why", why));
  return entry;
}

function piece(tag: string, kind: string, text: string): HTMLElement {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  made.textContent = text;
  return made;
}

/** A new picture is loaded out of sight first, so that the old one does not flicker away. */
function showNext(there: boolean): void {
  const box = find<HTMLElement>("[data-next]");
  if (!box) return;
  toggle("[data-next-none]", !there);
  for (const [selector, name] of [["[data-next-picture]", "coming.jpg"], ["[data-next-line]", "line.jpg"]] as const) {
    const shown = box.querySelector<HTMLImageElement>(selector);
    if (!shown) continue;
    if (!there) {
      shown.hidden = true;
      continue;
    }
    const loading = new Image();
    loading.onload = () => {
      shown.src = loading.src;
      shown.hidden = false;
    };
    loading.src = `${box.dataset["src"] ?? ""}${name}?at=${Date.now()}`;
  }
}
