/** The transcript beside the picture: marks the line being said, keeps it in view, seeks on click. */
import { all, hms, word } from "./page.js";
import type { Player } from "./player.js";

export interface Line {
  seq: number;
  start: number;
  end: number;
  role: string;
  speaker: string;
  text: string;
}

/** Every link that names a moment plays it here instead of loading the page again. */
export function wireSeekLinks(player: Player, root: ParentNode = document): void {
  root.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-seek]") : null;
    if (!link) return;
    event.preventDefault();
    player.seek(Number(link.dataset["seek"]));
    player.video.closest(".stage")?.scrollIntoView({ block: "nearest" });
  });
}

export class Transcript {
  private readonly list: HTMLElement | null;
  private readonly follow: HTMLInputElement | null;
  private lastSeq: number;
  private marked: HTMLElement | null = null;

  constructor(private readonly box: HTMLElement) {
    this.list = box.querySelector("ol");
    const label = document.querySelector<HTMLElement>("[data-follow]");
    if (label) label.hidden = false;
    this.follow = label?.querySelector("input") ?? null;
    this.lastSeq = Math.max(0, ...this.items().map((item) => Number(item.dataset["seq"])));
  }

  get last(): number {
    return this.lastSeq;
  }

  /** Appends a line once; a line known by its number is rewritten in place. */
  add(line: Line): void {
    const known = this.list?.querySelector<HTMLElement>(`[data-seq="${line.seq}"]`);
    if (known) known.replaceWith(item(line));
    else this.list?.append(item(line));
    this.lastSeq = Math.max(this.lastSeq, line.seq);
    this.box.querySelector<HTMLElement>("[data-transcript-empty]")?.setAttribute("hidden", "");
  }

  /** Marks the last line that began before `seconds`. */
  at(seconds: number): void {
    const now = this.items().findLast((entry) => Number(entry.dataset["start"]) <= seconds + 0.2) ?? null;
    if (now === this.marked) return;
    this.marked?.removeAttribute("aria-current");
    now?.setAttribute("aria-current", "true");
    this.marked = now;
    if (now && this.follow?.checked) this.reveal(now);
  }

  private reveal(entry: HTMLElement): void {
    // Scrolls the box only, never the page under the reader's eyes.
    const target = entry.offsetTop - this.box.offsetTop - this.box.clientHeight / 2 + entry.clientHeight / 2;
    this.box.scrollTo({ top: Math.max(0, target) });
  }

  private items(): HTMLElement[] {
    return all<HTMLElement>("li", this.list ?? this.box);
  }
}

function item(line: Line): HTMLLIElement {
  const entry = document.createElement("li");
  Object.assign(entry.dataset, { seq: line.seq, start: line.start, end: line.end });
  const time = document.createElement("a");
  time.className = "t";
  time.href = `?t=${line.start.toFixed(1)}`;
  time.dataset["seek"] = String(line.start);
  time.append(hidden(word("watch.from")), hms(line.start));
  const body = document.createElement("div");
  const who = document.createElement("span");
  who.className = "who";
  who.textContent = line.speaker || word(`role.${line.role}`);
  const said = document.createElement("p");
  said.lang = "zh-CN";
  said.textContent = line.text;
  body.append(who, said);
  entry.append(time, body);
  return entry;
}

function hidden(text: string): HTMLSpanElement {
  const span = document.createElement("span");
  span.className = "visually-hidden";
  span.textContent = `${text} `;
  return span;
}
