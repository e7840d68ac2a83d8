/** The running page of entries: looks for new ones in a static file, without reloading. */
import { all, readJson, word } from "./lib/page.js";

interface Entry {
  id: string;
  at: string;
  role: string;
  speaker: string;
  text: string;
  still: string;
  step_zh: string;
  step_en: string;
  revision: number;
}

interface Latest {
  revision: number;
  total: number;
  pages: number;
  going_on: boolean;
  ids: string[];
  entries: Entry[];
}

interface RunningData {
  poll: string;
  pages: string;
  stills: string;
  revision: number;
  language: string;
}

const EVERY_MS = 4000;
const clock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZone: "Asia/Shanghai",
});

class Running {
  private revision: number;

  constructor(
    private readonly list: HTMLElement,
    private readonly data: RunningData,
  ) {
    this.revision = data.revision;
  }

  async look(): Promise<boolean> {
    const answer = await fetch(this.data.poll).catch(() => null);
    if (answer?.status === 410) window.location.reload();
    if (!answer?.ok) return true;
    const latest = (await answer.json()) as Latest;
    if (latest.revision > this.revision) await this.take(latest);
    return latest.going_on;
  }

  private async take(latest: Latest): Promise<void> {
    const known = new Set(all<HTMLElement>("[data-entry]", this.list).map((e) => e.dataset["entry"]));
    const listed = new Set(latest.entries.map((entry) => entry.id));
    const missed = latest.ids.some((id) => !known.has(id) && !listed.has(id));
    const entries = missed ? await this.everything(latest.pages) : latest.entries;
    let fresh = 0;
    for (const entry of entries) fresh += this.put(entry) ? 1 : 0;
    const there = new Set(latest.ids);
    for (const item of all<HTMLElement>("[data-entry]", this.list)) {
      if (!there.has(item.dataset["entry"] ?? "")) item.remove();
    }
    this.revision = latest.revision;
    document.querySelector("[data-none]")?.toggleAttribute("hidden", latest.total > 0);
    if (fresh > 0) this.say(fresh);
  }

  private async everything(pages: number): Promise<Entry[]> {
    const found: Entry[] = [];
    for (let page = 1; page <= pages; page += 1) {
      const answer = await fetch(`${this.data.pages}${page}.json`).catch(() => null);
      if (answer?.ok) found.push(...((await answer.json()) as { entries: Entry[] }).entries);
    }
    return found;
  }

  /** Shows an entry in its place; whether it is new. */
  private put(entry: Entry): boolean {
    const made = item(entry, this.data);
    const known = document.getElementById(entry.id);
    if (known) {
      known.replaceWith(made);
      return false;
    }
    const older = all<HTMLElement>("[data-entry]", this.list).find(
      (other) => Date.parse(other.dataset["at"] ?? "") < Date.parse(entry.at),
    );
    if (older) older.before(made);
    else this.list.append(made);
    return true;
  }

  /** A reader further down is told and asked, never moved. */
  private say(count: number): void {
    const told = document.querySelector("[data-said]");
    if (told) told.textContent = word("running.fresh", { n: count });
    const bar = document.querySelector<HTMLElement>("[data-fresh]");
    const button = bar?.querySelector("button");
    if (!bar || !button || this.list.getBoundingClientRect().top >= -40) return;
    button.textContent = word("running.fresh", { n: count });
    bar.hidden = false;
    button.onclick = () => {
      bar.hidden = true;
      this.list.scrollIntoView();
    };
  }
}

function item(entry: Entry, data: RunningData): HTMLLIElement {
  const made = document.createElement("li");
  made.id = entry.id;
  made.className = "is-new";
  made.dataset["entry"] = entry.id;
  made.dataset["at"] = entry.at;
  const margin = document.createElement("div");
  margin.className = "margin";
  const link = document.createElement("a");
  link.href = `#${entry.id}`;
  const time = document.createElement("time");
  time.dateTime = entry.at;
  time.textContent = clock.format(new Date(entry.at));
  link.append(time);
  margin.append(link);
  const body = document.createElement("div");
  body.className = "body";
  body.append(speaker(entry, data), said(entry));
  if (entry.still) body.append(picture(entry, data, time.textContent));
  made.append(margin, body);
  return made;
}

function speaker(entry: Entry, data: RunningData): HTMLParagraphElement {
  const who = document.createElement("p");
  who.className = "who";
  who.textContent = entry.speaker || word(`role.${entry.role}`);
  const title = data.language === "en" ? entry.step_en : entry.step_zh;
  if (title) {
    const step = document.createElement("span");
    step.className = "step";
    step.textContent = title;
    who.append(" ", step);
  }
  return who;
}

function said(entry: Entry): HTMLParagraphElement {
  const text = document.createElement("p");
  text.lang = "zh-CN";
  text.textContent = entry.text;
  return text;
}

function picture(entry: Entry, data: RunningData, at: string): HTMLImageElement {
  const image = document.createElement("img");
  image.src = data.stills + entry.still;
  image.alt = word("running.picture", { at });
  image.width = 640;
  image.height = 360;
  image.loading = "lazy";
  return image;
}

const data = readJson<RunningData>("running-data");
const list = document.querySelector<HTMLElement>("[data-entries]");
if (data?.poll && list) {
  const running = new Running(list, data);
  const again = async (): Promise<void> => {
    const goingOn = document.hidden ? true : await running.look();
    if (goingOn) window.setTimeout(() => void again(), EVERY_MS);
  };
  window.setTimeout(() => void again(), EVERY_MS);
}
