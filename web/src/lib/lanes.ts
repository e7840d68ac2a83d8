/**
 * The lanes of a hearing on one canvas. Everything is drawn by pixel: however many seconds lie
 * under one column, it is looked at once, so three hours cost no more than three minutes.
 */
import { hms, word } from "./page.js";

export interface Block {
  start: number;
  end: number;
  kind: string;
  text: string;
}

export interface LaneData {
  since: number;
  duration: number;
  live: boolean;
  t: number[];
  lufs: (number | null)[];
  faces: number[];
  skew: number[];
  faults: Block[];
  sealed: Block[];
  gaps: Block[];
  public: Block[];
  minutes: Block[];
  closures: Block[];
  hidden: Block[];
  speech: Block[];
  delay: [number, number][];
  steps: Block[];
  findings: Block[];
}

const GUTTER = 76;
const GUTTER_SMALL = 44;
const ROW = 24;
const TALL = 44;
const AXIS = 22;
const FPS = 25;
const SHORTEST = 10 / FPS;
const STEPS = [1 / FPS, 0.2, 1, 5, 10, 30, 60, 300, 600, 1800, 3600];
const SOUND = new Set(["silent", "clipped", "hum", "howl", "noisy", "skew"]);
const LOUD: readonly [number, number] = [-60, -5];

type Tint = "ok" | "ask" | "bad" | "hid" | "off";

const TINTS: Record<string, Tint> = {
  met: "ok", not_found: "bad", unclear: "ask", gap: "bad", lawful: "off", guard: "bad",
  private: "hid", closed: "off", RECESS: "off", CLOSED: "off", OFF: "off", MUTED: "hid",
  LIVE: "ok", DELAYED: "ok",
};

interface Lane {
  name: string;
  height: number;
  blocks?: Block[];
  draw?: (top: number, height: number) => void;
  /** What the lane says at an instant, empty when nothing. */
  says: (t: number) => string;
}

export class Lanes {
  private readonly canvas: HTMLCanvasElement;
  private readonly pen: CanvasRenderingContext2D;
  private readonly tip: HTMLElement | null;
  private data: LaneData;
  private lanes: Lane[] = [];
  private from = 0;
  private to = 1;
  private cursor = 0;
  private hover: number | null = null;
  private width = 0;
  private drawn = 0;
  private touched = false;
  private drag: { x: number; from: number; moved: boolean } | null = null;
  private colours: Record<string, string> = {};

  constructor(
    private readonly box: HTMLElement,
    data: LaneData,
    private readonly seek: (seconds: number) => void,
  ) {
    const canvas = box.querySelector("canvas");
    const pen = canvas?.getContext("2d", { alpha: false });
    if (!canvas || !pen) throw new Error("lanes need a canvas");
    this.canvas = canvas;
    this.pen = pen;
    this.tip = box.querySelector("[data-tip]");
    this.data = data;
    this.build();
    this.all();
    this.wire();
    new ResizeObserver(() => this.resize()).observe(box);
    new MutationObserver(() => this.paintColours()).observe(document.documentElement, { attributes: true });
    this.paintColours();
    this.resize();
  }

  /** Takes news: columns and stretches from `since` on are replaced, the rest stays. */
  add(news: LaneData): void {
    const old = this.data;
    const cut = old.t.findIndex((t) => t >= news.since);
    const keep = cut < 0 ? old.t.length : cut;
    const before = (blocks: Block[]): Block[] => blocks.filter((b) => b.end <= news.since);
    this.data = {
      ...news,
      t: [...old.t.slice(0, keep), ...news.t],
      lufs: [...old.lufs.slice(0, keep), ...news.lufs],
      faces: [...old.faces.slice(0, keep), ...news.faces],
      skew: [...old.skew.slice(0, keep), ...news.skew],
      faults: [...before(old.faults), ...news.faults],
      hidden: [...before(old.hidden), ...news.hidden],
      speech: [...before(old.speech), ...news.speech],
    };
    this.build();
    if (!this.touched) this.all();
    else this.ask();
  }

  /** Where the picture is. */
  at(seconds: number, follow: boolean): void {
    if (Math.abs(seconds - this.cursor) < 0.02) return;
    this.cursor = seconds;
    const span = this.to - this.from;
    if (follow && this.touched && !this.drag && (seconds < this.from || seconds > this.to)) {
      this.window(seconds - span * 0.1, seconds + span * 0.9);
    }
    this.canvas.setAttribute("aria-valuenow", seconds.toFixed(0));
    this.canvas.setAttribute("aria-valuetext", `${hms(seconds)} ${this.sayAll(seconds)}`);
    this.ask();
  }

  /** Shows the whole hearing. */
  all(): void {
    this.touched = false;
    this.window(0, Math.max(1, this.data.duration), false);
  }

  /** Makes a second `factor` times as wide, around the cursor or the pointer. */
  zoom(factor: number, around = this.inView(this.cursor)): void {
    const span = Math.min(Math.max((this.to - this.from) / factor, SHORTEST), Math.max(1, this.data.duration));
    const share = (around - this.from) / (this.to - this.from || 1);
    this.window(around - span * share, around + span * (1 - share));
  }

  /** What is drawn now, for tests and the page: the window in seconds and frames drawn so far. */
  get state(): { from: number; to: number; drawn: number } {
    return { from: this.from, to: this.to, drawn: this.drawn };
  }

  private inView(t: number): number {
    return t >= this.from && t <= this.to ? t : (this.from + this.to) / 2;
  }

  private window(from: number, to: number, touched = true): void {
    const longest = Math.max(1, this.data.duration);
    const span = Math.min(to - from, longest);
    this.from = Math.min(Math.max(0, from), longest - span);
    this.to = this.from + span;
    this.touched = touched && span < longest;
    this.ask();
  }

  private build(): void {
    const d = this.data;
    const named = (blocks: Block[], name: (b: Block) => string): Lane["says"] => (t) =>
      blocks.filter((b) => b.start <= t && t < Math.max(b.end, b.start + this.pixel())).map(name).join("、");
    const sound = d.faults.filter((b) => SOUND.has(b.kind));
    const picture = d.faults.filter((b) => !SOUND.has(b.kind));
    const recording = [...d.sealed.map((b) => ({ ...b, kind: "met" })), ...d.gaps];
    const state = d.minutes.filter((b) => b.kind !== "LIVE" && b.kind !== "DELAYED");
    const lane = (name: string, blocks: Block[], says: (b: Block) => string): Lane => ({
      name: word(`view.lane.${name}`), height: ROW, blocks, says: named(blocks, says),
    });
    this.lanes = [
      lane("recording", recording, (b) => (b.kind === "met" ? word("view.recorded") : word(`view.${b.kind}`))),
      lane("public", d.public.map((b) => ({ ...b, kind: "met" })), () => word("view.aired")),
      lane("state", [...state, ...d.closures], (b) => (b.kind === "guard" ? word("view.guard") : word(`minute.${b.kind}`))),
      lane("steps", d.steps, (b) => b.text),
      lane("findings", d.findings, (b) => b.text),
      { name: word("view.lane.loudness"), height: TALL, draw: (y, h) => this.loudness(y, h), says: (t) => this.loudAt(t) },
      lane("sound", sound.map((b) => ({ ...b, kind: "gap", text: b.kind })), (b) => word(`media_fault.${b.text}`)),
      lane("picture", picture.map((b) => ({ ...b, kind: "gap", text: b.kind })), (b) => word(`media_fault.${b.text}`)),
      { name: word("view.lane.faces"), height: ROW, draw: (y, h) => this.faces(y, h), says: (t) => this.facesAt(t) },
      lane("speech", [...d.hidden, ...d.speech], (b) => word(b.kind === "closed" ? "view.whole" : "view.bleeped")),
      { name: word("view.lane.delay"), height: ROW, draw: (y, h) => this.delays(y, h), says: (t) => word("view.delay_s", { s: this.delayAt(t) }) },
    ];
    this.canvas.setAttribute("aria-valuemax", d.duration.toFixed(0));
  }

  private sayAll(t: number): string {
    return this.lanes.map((l) => [l.name, l.says(t)] as const).filter(([, s]) => s).map(([n, s]) => `${n}：${s}`).join("；");
  }

  private paintColours(): void {
    const style = getComputedStyle(document.documentElement);
    const of = (name: string): string => style.getPropertyValue(name).trim();
    this.colours = {
      sheet: of("--sheet"), ink: of("--ink"), ink3: of("--ink-3"), rule: of("--rule"), well: of("--well"),
      accent: of("--accent"), ok: of("--lane-ok"), ask: of("--lane-ask"), bad: of("--lane-bad"),
      hid: of("--lane-hid"), off: of("--lane-off"), sans: of("--sans"),
    };
    this.ask();
  }

  private get gutter(): number {
    return this.width < 480 ? GUTTER_SMALL : GUTTER;
  }

  private resize(): void {
    const ratio = window.devicePixelRatio || 1;
    const height = AXIS + this.lanes.reduce((sum, l) => sum + l.height, 0);
    this.width = this.box.clientWidth;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.height = `${height}px`;
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.ask();
  }

  private asked = false;

  private ask(): void {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.draw();
    });
  }

  private x(t: number): number {
    return this.gutter + ((t - this.from) / (this.to - this.from || 1)) * (this.width - this.gutter);
  }

  private time(x: number): number {
    return this.from + ((x - this.gutter) / Math.max(1, this.width - this.gutter)) * (this.to - this.from);
  }

  /** Seconds under one pixel. */
  private pixel(): number {
    return (this.to - this.from) / Math.max(1, this.width - this.gutter);
  }

  private draw(): void {
    const { pen, colours: c } = this;
    const height = AXIS + this.lanes.reduce((sum, l) => sum + l.height, 0);
    this.drawn += 1;
    pen.fillStyle = c["sheet"] ?? "";
    pen.fillRect(0, 0, this.width, height);
    pen.font = `12px ${c["sans"] ?? "sans-serif"}`;
    pen.textBaseline = "middle";
    this.axis(height);
    let top = AXIS;
    for (const lane of this.lanes) {
      pen.fillStyle = c["ink3"] ?? "";
      pen.fillText(lane.name, 0, top + lane.height / 2, this.gutter - 6);
      pen.fillStyle = c["well"] ?? "";
      pen.fillRect(this.gutter, top + 3, this.width - this.gutter, lane.height - 6);
      if (lane.blocks) this.blocks(lane.blocks, top + 3, lane.height - 6);
      lane.draw?.(top + 3, lane.height - 6);
      top += lane.height;
    }
    this.mark(this.cursor, c["accent"] ?? "", height);
    if (this.hover !== null) this.mark(this.hover, c["ink3"] ?? "", height);
  }

  private axis(height: number): void {
    const { pen, colours: c } = this;
    const least = this.pixel() * 70;
    const step = STEPS.find((s) => s >= least) ?? 7200;
    pen.strokeStyle = c["rule"] ?? "";
    pen.fillStyle = c["ink3"] ?? "";
    for (let t = Math.ceil(this.from / step) * step; t <= this.to; t += step) {
      const x = Math.round(this.x(t)) + 0.5;
      pen.beginPath();
      pen.moveTo(x, AXIS - 5);
      pen.lineTo(x, height);
      pen.stroke();
      const frame = Math.round((t % 1) * FPS);
      pen.fillText(step < 1 && frame ? word("view.frame", { n: frame }) : hms(t + 0.001), x + 3, AXIS / 2, least ? 66 : 50);
    }
  }

  /** Blocks as rectangles; neighbours that fall on the same pixels are drawn once. */
  private blocks(blocks: Block[], y: number, h: number): void {
    const { pen, colours: c } = this;
    const right = new Map<string, number>();
    for (const block of blocks) {
      if (block.end < this.from || block.start > this.to) continue;
      const tint = TINTS[block.kind] ?? "hid";
      const x0 = Math.max(this.gutter, this.x(block.start));
      const x1 = Math.min(this.width, Math.max(this.x(block.end), x0 + 2));
      if (x1 <= (right.get(tint) ?? -1)) continue;
      right.set(tint, x1);
      pen.fillStyle = c[tint] ?? "";
      pen.fillRect(x0, y, Math.max(2, x1 - x0 - 0.5), h);
      if (x1 - x0 > 40 && block.text && h > 12 && block.kind !== "gap") {
        pen.save();
        pen.beginPath();
        pen.rect(x0, y, x1 - x0 - 4, h);
        pen.clip();
        pen.fillStyle = c["sheet"] ?? "";
        pen.fillText(block.text, x0 + 4, y + h / 2 + 0.5);
        pen.restore();
      }
    }
  }

  /** Index of the first column at or after `t`. */
  private index(t: number): number {
    const times = this.data.t;
    let [low, high] = [0, times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((times[middle] ?? 0) < t) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Calls `column` for every pixel that has measures, with their range of indices. */
  private columns(column: (x: number, first: number, last: number) => void): void {
    const step = this.pixel();
    let first = Math.max(0, this.index(this.from) - 1);
    for (let x = this.gutter; x < this.width; x += 1) {
      const until = this.from + (x - this.gutter + 1) * step;
      let last = first;
      while (last < this.data.t.length && (this.data.t[last] ?? 0) < until) last += 1;
      if (last > first) {
        column(x, first, last);
        first = step < 1 ? last - 1 : last;
        if (step < 1 && (this.data.t[last] ?? Infinity) <= until) first = last;
      } else if (first < this.data.t.length && (this.data.t[first] ?? Infinity) < until) {
        column(x, first, first + 1);
      }
    }
  }

  private loudness(y: number, h: number): void {
    const { pen, colours: c } = this;
    const place = (v: number): number =>
      y + h - ((Math.min(Math.max(v, LOUD[0]), LOUD[1]) - LOUD[0]) / (LOUD[1] - LOUD[0])) * h;
    pen.fillStyle = c["ok"] ?? "";
    this.columns((x, first, last) => {
      let [low, high] = [Infinity, -Infinity];
      for (let i = first; i < last; i += 1) {
        const value = this.data.lufs[i];
        if (value === null || value === undefined) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
      if (high === -Infinity) return;
      const [top, bottom] = [place(high), place(low)];
      pen.globalAlpha = 0.35;
      pen.fillRect(x, bottom, 1, y + h - bottom);
      pen.globalAlpha = 1;
      pen.fillRect(x, top, 1, Math.max(1.5, bottom - top));
    });
  }

  private faces(y: number, h: number): void {
    const { pen, colours: c } = this;
    const most = Math.max(4, this.data.faces.reduce((a, b) => Math.max(a, b), 0));
    pen.fillStyle = c["hid"] ?? "";
    this.columns((x, first, last) => {
      let count = 0;
      for (let i = first; i < last; i += 1) count = Math.max(count, this.data.faces[i] ?? 0);
      const tall = (count / most) * h;
      if (count) pen.fillRect(x, y + h - tall, 1, tall);
    });
  }

  private delays(y: number, h: number): void {
    const { pen, colours: c } = this;
    const most = Math.max(15, ...this.data.delay.map(([, s]) => s));
    pen.fillStyle = c["off"] ?? "";
    this.data.delay.forEach(([t, s], i) => {
      const x0 = Math.max(this.gutter, this.x(t));
      const x1 = Math.min(this.width, this.x(this.data.delay[i + 1]?.[0] ?? this.data.duration));
      if (x1 > x0) pen.fillRect(x0, y + h - (s / most) * h, x1 - x0, Math.max(2, (s / most) * h));
    });
  }

  private mark(t: number, colour: string, height: number): void {
    if (t < this.from || t > this.to) return;
    this.pen.fillStyle = colour;
    this.pen.fillRect(Math.round(this.x(t)) - 1, 0, 2, height);
  }

  private column(t: number): number {
    return Math.max(0, this.index(t + 1e-6) - 1);
  }

  private loudAt(t: number): string {
    const value = this.data.lufs[this.column(t)];
    return value === null || value === undefined ? "" : `${value.toFixed(1)} LUFS`;
  }

  private facesAt(t: number): string {
    const count = this.data.faces[this.column(t)] ?? 0;
    return count ? word("view.faces_n", { n: count }) : "";
  }

  private delayAt(t: number): string {
    return String(this.data.delay.findLast(([since]) => since <= t)?.[1] ?? "");
  }

  private wire(): void {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (e) => {
      this.drag = { x: e.offsetX, from: this.from, moved: false };
      canvas.setPointerCapture(e.pointerId);
    });
    canvas.addEventListener("pointermove", (e) => this.pointer(e));
    canvas.addEventListener("pointerup", (e) => {
      const still = this.drag && !this.drag.moved;
      this.drag = null;
      if (still && e.offsetX >= this.gutter) this.seek(Math.max(0, this.time(e.offsetX)));
    });
    canvas.addEventListener("pointerleave", () => {
      this.hover = null;
      if (this.tip) this.tip.hidden = true;
      this.ask();
    });
    canvas.addEventListener(
      "wheel",
      (e) => {
        e.preventDefault();
        if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) this.pan((e.deltaX || e.deltaY) * this.pixel());
        else this.zoom(Math.exp(-e.deltaY * 0.002), this.time(e.offsetX));
      },
      { passive: false },
    );
    canvas.addEventListener("keydown", (e) => this.key(e));
  }

  private pointer(e: PointerEvent): void {
    if (this.drag) {
      const by = e.offsetX - this.drag.x;
      if (Math.abs(by) > 4) this.drag.moved = true;
      if (this.drag.moved) {
        const span = this.to - this.from;
        const from = this.drag.from - by * this.pixel();
        this.window(from, from + span);
      }
      return;
    }
    this.hover = e.offsetX >= this.gutter ? this.time(e.offsetX) : null;
    this.showTip(e.offsetX);
    this.ask();
  }

  private pan(by: number): void {
    this.window(this.from + by, this.to + by);
  }

  private showTip(x: number): void {
    if (!this.tip) return;
    this.tip.hidden = this.hover === null;
    if (this.hover === null) return;
    const frame = Math.floor((this.hover % 1) * FPS);
    const fine = this.pixel() < 0.05 ? ` ${word("view.frame", { n: frame })}` : "";
    const lines = this.lanes.map((l) => [l.name, l.says(this.hover ?? 0)] as const).filter(([, s]) => s);
    this.tip.replaceChildren(
      Object.assign(document.createElement("b"), { textContent: hms(this.hover) + fine }),
      ...lines.map(([n, s]) => Object.assign(document.createElement("span"), { textContent: `${n} ${s}` })),
    );
    const left = Math.min(Math.max(0, x + 12), Math.max(0, this.width - this.tip.offsetWidth));
    this.tip.style.transform = `translateX(${left.toFixed(0)}px)`;
  }

  private key(e: KeyboardEvent): void {
    const step = Math.max(1 / FPS, (this.to - this.from) / 100);
    const moves: Record<string, () => void> = {
      ArrowLeft: () => this.go(this.cursor - step),
      ArrowRight: () => this.go(this.cursor + step),
      PageUp: () => this.pan(-(this.to - this.from) / 2),
      PageDown: () => this.pan((this.to - this.from) / 2),
      Home: () => this.go(0),
      End: () => this.go(this.data.duration),
      "+": () => this.zoom(2),
      "=": () => this.zoom(2),
      "-": () => this.zoom(0.5),
      "0": () => this.all(),
      Enter: () => this.seek(this.cursor),
    };
    const move = moves[e.key];
    if (!move) return;
    e.preventDefault();
    move();
  }

  private go(t: number): void {
    const wanted = Math.min(Math.max(0, t), this.data.duration);
    this.at(wanted, true);
    this.seek(wanted);
  }
}
