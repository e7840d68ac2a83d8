/**
 * The picture: hls.js fills the <video>, media-chrome draws its controls.
 *
 * One address serves the hearing from its first minute to its replay. When the server goes away the
 * player keeps its place and tries again for as long as the page is open.
 */
import "./nonce.js";
import "media-chrome/dist/lang/zh-CN.js";
import { setLanguage } from "media-chrome/dist/utils/i18n.js";
import "media-chrome/dist/media-controller.js";
import "media-chrome/dist/media-control-bar.js";
import "media-chrome/dist/media-time-range.js";
import "media-chrome/dist/media-play-button.js";
import "media-chrome/dist/media-seek-backward-button.js";
import "media-chrome/dist/media-mute-button.js";
import "media-chrome/dist/media-volume-range.js";
import "media-chrome/dist/media-time-display.js";
import "media-chrome/dist/media-live-button.js";
import "media-chrome/dist/media-playback-rate-button.js";
import "media-chrome/dist/media-captions-button.js";
import "media-chrome/dist/media-fullscreen-button.js";
import "media-chrome/dist/media-loading-indicator.js";
import Hls, { type ErrorData, type HlsConfig, type Level } from "hls.js";
import { word } from "./page.js";
import { AUTO, keptQuality, QualityMenu, SOUND, type Quality } from "./quality.js";

setLanguage(document.documentElement.lang);

export interface Chapter {
  start: number;
  end: number;
  title: string;
}

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 8000;
const NEAR_LIVE_SECONDS = 30;
const [MASTER, LISTEN] = ["master.m3u8", "listen.m3u8"];

// media-chrome gives its captions button a checked state, which only a switch may have. Said as soon
// as the element is defined: a page may make its player much later.
for (const button of document.querySelectorAll("media-captions-button")) {
  button.setAttribute("role", "switch");
}

const CONFIG: Partial<HlsConfig> = {
  // Infinity tells media-chrome that this is live; the whole hearing stays seekable.
  liveDurationInfinity: true,
  backBufferLength: 60,
  maxBufferLength: 20,
  enableWorker: false,
  lowLatencyMode: true,
  renderTextTracksNatively: true,
  subtitlePreference: { lang: "zh" },
};

export class Player {
  readonly video: HTMLVideoElement;
  private readonly hls: Hls | null;
  private readonly card: HTMLElement | null;
  private readonly note: HTMLElement | null;
  private readonly src: string;
  private readonly poster: string;
  private wait = FIRST_RETRY_MS;
  private retry: number | undefined;
  private resumeAt = -1;
  private begun = false;
  private readonly quality: QualityMenu;
  private alone = false;
  private listenable = false;

  /** `wallZero`: the instant (ms) of the hearing's second 0, null when the page does not know it. */
  constructor(
    root: HTMLElement,
    chapters: Chapter[] = [],
    private readonly wallZero: number | null = null,
  ) {
    const video = root.querySelector("video");
    if (!video) throw new Error("a player needs a video element");
    this.video = video;
    this.src = root.dataset["src"] ?? "";
    this.poster = video.getAttribute("poster") ?? "";
    this.card = root.querySelector("[data-card]");
    const start = Number(root.dataset["start"] ?? -1);
    this.describe(root.dataset["live"] === "yes");
    this.addChapters(chapters);
    this.quality = new QualityMenu(root, keptQuality(), (quality) => this.choose(quality));
    this.note = root.querySelector("[data-sound-note]");
    this.hls = Hls.isSupported() ? this.attach(start) : null;
    if (!this.hls) this.playNatively(start);
  }

  /** Goes to `seconds` of the hearing and plays. */
  seek(seconds: number): void {
    this.video.currentTime = this.toMedia(seconds);
    void this.video.play().catch(() => undefined);
  }

  /** Where the picture is, in seconds of the hearing. */
  get position(): number {
    const shown = this.hls?.playingDate;
    if (!shown || this.wallZero === null) return this.video.currentTime;
    return (shown.getTime() - this.wallZero) / 1000;
  }

  /** How far behind the courtroom's clock the picture is, in seconds; null when not live. */
  get behind(): number | null {
    const shown = this.hls?.playingDate;
    return shown && !this.ended ? (Date.now() - shown.getTime()) / 1000 : null;
  }

  /** Whether the playlist is complete: from then on this is the replay. */
  get ended(): boolean {
    const level = this.hls?.levels[this.hls.currentLevel];
    return level?.details ? !level.details.live : Number.isFinite(this.video.duration);
  }

  /** Covers the picture with a sentence; `null` uncovers it. */
  say(title: string | null, text = ""): void {
    if (!this.card) return;
    this.card.hidden = title === null;
    const [head, body] = [this.card.querySelector("b"), this.card.querySelector("p")];
    if (head) head.textContent = title ?? "";
    if (body) body.textContent = text;
  }

  /**
   * The player's own time for `seconds` of the hearing. They differ when the playlist no longer
   * begins at the opening, and after a loss in the middle: the capture times in the playlist decide.
   */
  private toMedia(seconds: number): number {
    const fragments = this.hls?.levels[Math.max(0, this.hls.currentLevel)]?.details?.fragments ?? [];
    if (this.wallZero === null) return seconds;
    const wanted = this.wallZero + seconds * 1000;
    const holder = fragments.findLast((f) => f.programDateTime !== null && f.programDateTime <= wanted);
    if (!holder || holder.programDateTime === null) return seconds;
    const inside = Math.min((wanted - holder.programDateTime) / 1000, holder.duration - 0.01);
    return holder.start + inside;
  }

  private describe(live: boolean): void {
    Object.assign(this.video, { targetLiveWindow: live ? Number.POSITIVE_INFINITY : Number.NaN });
  }

  private attach(start: number): Hls {
    const hls = new Hls({ ...CONFIG, startPosition: start >= 0 ? start : -1 });
    // hls.js leaves a variant without a picture out of `hls.levels`; recordings of earlier versions
    // have none.
    hls.on(Hls.Events.MANIFEST_LOADED, (_, { levels, url }) => {
      this.listenable = url.includes(MASTER) && levels.some((one) => !one.height && !one.videoCodec);
      this.offer(hls.levels);
    });
    hls.on(Hls.Events.MANIFEST_PARSED, () => {
      this.wait = FIRST_RETRY_MS;
      this.say(null);
    });
    hls.on(Hls.Events.SUBTITLE_TRACKS_UPDATED, () => {
      if (this.begun || hls.subtitleTracks.length === 0) return;
      this.begun = true;
      hls.subtitleDisplay = true;
      hls.subtitleTrack = 0;
    });
    if (start >= 0) {
      const land = (): void => void (this.video.currentTime = this.toMedia(start));
      this.video.addEventListener("loadedmetadata", land, { once: true });
    }
    hls.on(Hls.Events.LEVEL_UPDATED, (_, { details }) => this.describe(details.live));
    hls.on(Hls.Events.FRAG_BUFFERED, () => {
      this.wait = FIRST_RETRY_MS;
    });
    hls.on(Hls.Events.ERROR, (_, data) => this.recover(data));
    hls.loadSource(this.src);
    hls.attachMedia(this.video);
    return hls;
  }

  /** What there is to choose from; what was chosen before is chosen again. */
  private offer(levels: readonly Level[]): void {
    if (this.alone) return;
    this.quality.offer(levels, this.listenable);
    if (this.quality.chosen !== AUTO && this.quality.valid) this.choose(this.quality.chosen);
  }

  private get listening(): string {
    return this.src.replace(MASTER, LISTEN);
  }

  private get address(): string {
    return this.alone ? this.listening : this.src;
  }

  private choose(quality: Quality): void {
    if (!this.hls) return;
    const alone = quality === SOUND;
    if (alone !== this.alone) {
      this.turn(alone);
      return;
    }
    if (alone) return;
    this.hls.nextLevel = this.hls.levels.findIndex((level) => String(level.height) === quality);
  }

  /** To the sound alone or back, at the same instant of the hearing. */
  private turn(alone: boolean): void {
    const [at, behind] = [this.position, this.behind];
    this.alone = alone;
    if (this.note) this.note.hidden = !alone;
    this.video.poster = alone ? "" : this.poster;
    this.resumeAt = -1;
    if (behind === null || behind > NEAR_LIVE_SECONDS) {
      const land = (): void => void (this.video.currentTime = this.toMedia(at));
      this.video.addEventListener("loadedmetadata", land, { once: true });
      this.resumeAt = this.video.currentTime;
    }
    this.reload();
  }

  private recover(data: ErrorData): void {
    if (!data.fatal || !this.hls) return;
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR) {
      this.hls.recoverMediaError();
      return;
    }
    if (this.video.currentTime > 0) this.resumeAt = this.video.currentTime;
    this.say(word("player.reconnecting"), word("player.reconnecting_why"));
    window.clearTimeout(this.retry);
    this.retry = window.setTimeout(() => this.reload(), this.wait);
    this.wait = Math.min(this.wait * 2, LAST_RETRY_MS);
  }

  private reload(): void {
    if (!this.hls) return;
    const playing = !this.video.paused;
    this.begun = false;
    this.hls.config.startPosition = this.resumeAt;
    this.hls.loadSource(this.address);
    if (playing) this.hls.once(Hls.Events.MANIFEST_PARSED, () => void this.video.play().catch(() => undefined));
  }

  private playNatively(start: number): void {
    this.video.src = this.src;
    if (start > 0) this.video.addEventListener("loadedmetadata", () => this.seek(start), { once: true });
  }

  private addChapters(chapters: Chapter[]): void {
    if (chapters.length === 0) return;
    const track = this.video.addTextTrack("chapters", "", "zh");
    track.mode = "hidden";
    for (const { start, end, title } of chapters) track.addCue(new VTTCue(start, end, title));
  }
}
