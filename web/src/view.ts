/** 三维视图: one clock for the public picture, the original, the lanes and the transcript. */
import { Transcript, wireSeekLinks, type Line } from "./lib/follow.js";
import { Lanes, type LaneData } from "./lib/lanes.js";
import { Original } from "./lib/original.js";
import { all, hms, readJson } from "./lib/page.js";
import { Player } from "./lib/player.js";
import { listen } from "./lib/stream.js";

interface ViewData {
  data: string;
  events: string;
  original: string;
  wallZero: number | null;
  live: boolean;
}

type News = LaneData & { transcript: Line[] };

const TICK_MS = 200;

class ViewPage {
  private readonly player: Player | null;
  private readonly original: Original | null;
  private readonly transcript: Transcript | null;
  private readonly lanes: Lanes;
  private readonly clock = document.querySelector<HTMLElement>("[data-clock]");
  private position = 0;

  constructor(page: ViewData, box: HTMLElement, first: News) {
    const root = document.querySelector<HTMLElement>("[data-player]");
    const side = document.querySelector<HTMLElement>("[data-original]");
    const words = document.querySelector<HTMLElement>("[data-transcript]");
    this.player = root ? new Player(root, [], page.wallZero) : null;
    this.original = side && page.original ? new Original(side, page.original) : null;
    this.transcript = words ? new Transcript(words) : null;
    this.lanes = new Lanes(box, first, (t) => this.seek(t));
    this.wire();
    if (first.live) listen(`${page.events}?since=${first.t.at(-1) ?? 0}`, { lanes: (v) => this.add(v as News) });
    window.setInterval(() => this.tick(), TICK_MS);
    Object.assign(window, { courtstreamLanes: this.lanes });
  }

  private add(news: News): void {
    this.lanes.add(news);
    for (const line of news.transcript) this.transcript?.add(line);
  }

  private seek(seconds: number): void {
    this.position = seconds;
    const playing = this.player ? !this.player.video.paused : true;
    this.player?.seek(seconds);
    void this.original?.seek(seconds, playing || !this.player);
    this.show();
  }

  private tick(): void {
    const video = this.player?.video;
    if (video && video.readyState > 0 && !video.seeking) this.position = this.player?.position ?? 0;
    else if (!video && this.original?.open) this.position = this.original.time;
    if (video) this.original?.follow(this.position, !video.paused);
    this.show();
  }

  private show(): void {
    if (this.clock) this.clock.textContent = hms(this.position);
    const follow = document.querySelector<HTMLInputElement>("[data-follow-lanes] input");
    this.lanes.at(this.position, follow?.checked ?? true);
    this.transcript?.at(this.position);
  }

  private wire(): void {
    document.addEventListener("click", (event) => {
      const link = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-seek]") : null;
      if (!link || (this.player && !this.original)) return;
      event.preventDefault();
      this.seek(Number(link.dataset["seek"]));
    });
    if (this.player && !this.original) wireSeekLinks(this.player);
    for (const button of all<HTMLButtonElement>("[data-zoom]")) {
      button.addEventListener("click", () => {
        const how = button.dataset["zoom"];
        if (how === "all") this.lanes.all();
        else this.lanes.zoom(how === "in" ? 2 : 0.5);
      });
    }
  }
}

const page = readJson<ViewData>("view-data");
const box = document.querySelector<HTMLElement>("[data-lanes]");
if (page && box) {
  void fetch(page.data)
    .then((answer) => answer.json() as Promise<News>)
    .then((first) => new ViewPage(page, box, first));
}
