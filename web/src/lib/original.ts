/** The sealed original beside the public picture: fragments on the hearing's own clock by MSE. */
import { word } from "./page.js";

const AHEAD = 20;
const KEEP = 30;
const APART = 0.35;

export class Original {
  private readonly video: HTMLVideoElement;
  private readonly state: HTMLElement | null;
  private stop: AbortController | null = null;
  private source: MediaSource | null = null;
  private over = false;

  constructor(root: HTMLElement, private readonly url: string) {
    const video = root.querySelector("video");
    if (!video) throw new Error("the original needs a video element");
    this.video = video;
    this.state = root.querySelector("[data-original-state]");
  }

  get open(): boolean {
    return this.stop !== null;
  }

  /** Where it is, in seconds of the hearing. */
  get time(): number {
    return this.video.currentTime;
  }

  /** Plays from `seconds`: inside what is here already, or from the seal anew. */
  async seek(seconds: number, playing: boolean): Promise<void> {
    if (this.holds(seconds)) {
      this.video.currentTime = seconds;
    } else {
      await this.load(seconds);
    }
    if (playing) void this.video.play().catch(() => undefined);
  }

  /** Keeps step with the public picture. */
  follow(seconds: number, playing: boolean): void {
    if (!this.open) return;
    if (this.over && playing && !this.holds(seconds)) {
      void this.seek(seconds, playing); // the recording goes on in its next part
      return;
    }
    if (!playing) this.video.pause();
    else if (this.video.paused) void this.video.play().catch(() => undefined);
    if (Math.abs(this.video.currentTime - seconds) > APART && this.holds(seconds)) {
      this.video.currentTime = seconds;
    }
  }

  private holds(t: number): boolean {
    const b = this.video.buffered;
    return Array.from({ length: b.length }, (_, i) => i).some((i) => b.start(i) <= t && t < b.end(i) - 0.1);
  }

  private say(key: string): void {
    if (this.state) this.state.textContent = word(key);
  }

  private async load(seconds: number): Promise<void> {
    this.stop?.abort();
    this.over = false;
    const stop = new AbortController();
    this.stop = stop;
    this.say("view.loading");
    try {
      const answer = await fetch(`${this.url}?t=${seconds.toFixed(2)}`, { signal: stop.signal });
      if (!answer.ok || !answer.body) {
        this.say(answer.status === 404 ? "view.nothing" : "view.failed");
        return;
      }
      const type = `video/mp4; codecs="${answer.headers.get("X-Codecs") ?? ""}"`;
      const buffer = await this.attach(type);
      const at = Math.max(seconds, Number(answer.headers.get("X-Start") ?? seconds));
      this.say("view.playing");
      await this.pour(answer.body.getReader(), buffer, at, stop.signal);
    } catch (error) {
      if (!stop.signal.aborted) this.say("view.failed");
      void error;
    }
  }

  private async attach(type: string): Promise<SourceBuffer> {
    if (!MediaSource.isTypeSupported(type)) throw new Error("not a type this browser plays");
    const source = new MediaSource();
    this.source = source;
    this.video.src = URL.createObjectURL(source);
    await new Promise((ready) => source.addEventListener("sourceopen", ready, { once: true }));
    return source.addSourceBuffer(type);
  }

  private async pour(
    reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
    buffer: SourceBuffer,
    at: number,
    signal: AbortSignal,
  ): Promise<void> {
    let placed = false;
    for (;;) {
      const { value, done } = await reader.read();
      if (done || signal.aborted) break;
      await this.settled(buffer, () => buffer.appendBuffer(value));
      if (!placed && this.holds(at)) {
        placed = true;
        this.video.currentTime = at;
      }
      while (!signal.aborted && this.ahead() > AHEAD) await new Promise((on) => window.setTimeout(on, 500));
      const old = this.video.currentTime - KEEP;
      if (placed && buffer.buffered.length && buffer.buffered.start(0) < old - KEEP) {
        await this.settled(buffer, () => buffer.remove(0, old));
      }
    }
    if (signal.aborted) return;
    this.over = true;
    if (this.source?.readyState === "open") this.source.endOfStream();
  }

  private ahead(): number {
    const b = this.video.buffered;
    return b.length ? b.end(b.length - 1) - this.video.currentTime : 0;
  }

  private async settled(buffer: SourceBuffer, act: () => void): Promise<void> {
    const ready = new Promise((done) => buffer.addEventListener("updateend", done, { once: true }));
    act();
    await ready;
  }
}
