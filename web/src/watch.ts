/** The public page of one hearing: picture, status, transcript and chapters keep the same time. */
import { Transcript, wireSeekLinks, type Line } from "./lib/follow.js";
import { Player, type Chapter } from "./lib/player.js";
import { all, readJson, word } from "./lib/page.js";
import { showSteps, wireFind, wireShare, type Step } from "./lib/reading.js";
import { listen } from "./lib/stream.js";
import { Strip, type Status } from "./lib/strip.js";

interface Stretch {
  start: number;
  end: number | null;
  state: string;
  why: string;
}

interface StateEvent {
  state: string;
  minute: string;
  why: string;
  worker_gone: boolean;
  guard_open: boolean | null;
  withdrawn?: boolean;
}

interface WatchData {
  live: boolean;
  events: string;
  facts: string;
  wallZero: number | null;
  chapters: Chapter[];
  stretches: Stretch[];
}

const COVERS = new Set(["CLOSED", "RECESS", "OFF", "SIGNAL_LOST"]);
const ORDERED = new Set(["CLOSED", "RECESS", "OFF"]);
const LIVE_EDGE_SECONDS = 60;
const OPENING_MS = 10_000;

class WatchPage {
  private readonly player: Player;
  private readonly strip: Strip | null;
  private readonly transcript: Transcript | null;
  private status: Status | null = null;

  constructor(root: HTMLElement, private readonly data: WatchData) {
    this.player = new Player(root, data.chapters, data.wallZero);
    const strip = document.querySelector<HTMLElement>("[data-strip]");
    this.strip = strip ? new Strip(strip) : null;
    const box = document.querySelector<HTMLElement>("[data-transcript]");
    this.transcript = box ? new Transcript(box) : null;
    wireSeekLinks(this.player);
    wireFind();
    wireShare(() => this.player.position);
    this.player.video.addEventListener("timeupdate", () => this.tick());
    if (data.live && data.events) this.listen();
  }

  private listen(): void {
    const stop = listen(this.data.events, {
      state: (value) => {
        const now = value as StateEvent;
        if (now.withdrawn) window.location.reload(); // the server says what there is to say
        this.status = explained(now);
        this.tick();
      },
      captions: (value) => {
        const told = value as { lines: Line[]; chapters?: Step[] };
        for (const line of told.lines) this.transcript?.add(line);
        showSteps(told.chapters ?? []);
      },
      ended: () => {
        stop();
        this.status = { state: "ENDED" };
        this.tick();
      },
    });
  }

  private tick(): void {
    const now = this.player.position;
    this.transcript?.at(now);
    this.markChapter(now);
    const behind = this.player.behind;
    this.strip?.lag(behind !== null && behind < 3600 ? behind : null);
    this.strip?.show(this.statusAt(now, behind));
  }

  /** At the live edge the court's word counts; further back what was recorded for that moment. */
  private statusAt(now: number, behind: number | null): Status {
    if (behind !== null && behind > LIVE_EDGE_SECONDS) return { state: "REWIND" };
    if (!this.player.ended && this.status) return this.live(this.status);
    const there = this.data.stretches.find((s) => s.start <= now && (s.end === null || now < s.end));
    if (there) return { state: there.state, why: there.why };
    return this.player.ended ? { state: "REPLAY" } : { state: "DELAYED" };
  }

  private live(status: Status): Status {
    if (COVERS.has(status.state) && this.player.video.readyState < 2) {
      this.player.say(word(`minute.${status.state}`), status.why ?? word(`minute_why.${status.state}`));
    }
    return status;
  }

  private markChapter(now: number): void {
    const links = all<HTMLElement>("[data-chapter]");
    const current = links.findLast((link) => Number(link.dataset["seek"]) <= now);
    for (const link of links) {
      if (link === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }
}

/** What the public gets, as one word with its sentence; the order is that of the server. */
function explained(now: StateEvent): Status {
  const state = stateWord(now);
  const known = `guard_reason.${now.why}`;
  return { state, why: word(known) === known ? word(`minute_why.${state}`) : word(known) };
}

function stateWord({ state, minute, worker_gone, guard_open }: StateEvent): string {
  if (ORDERED.has(minute)) return minute;
  if (worker_gone || state === "interrupted") return "SIGNAL_LOST";
  return guard_open === false ? "GUARD" : minute;
}

/** Before the court opens: look now and then, and show the picture as soon as there is one. */
function awaitOpening({ events, facts }: WatchData): void {
  const look = async (): Promise<void> => {
    const answer = await fetch(facts).catch(() => null);
    if (answer?.ok && ((await answer.json()) as { media: string }).media) window.location.reload();
  };
  listen(events, { state: () => void look() });
  window.setInterval(() => void look(), OPENING_MS);
}

const root = document.querySelector<HTMLElement>("[data-player]");
const data = readJson<WatchData>("watch-data");
if (root && data) new WatchPage(root, data);
else if (data?.events) awaitOpening(data);
