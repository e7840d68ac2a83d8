/**
 * The lanes of a hearing on one canvas. Everything is drawn by pixel: however many seconds lie
 * under one column, it is looked at once, so three hours cost no more than three minutes.
 */
import { columnAt, delayAt, renewed, type Block, type LaneData } from "./lane_data.js";
import { AXIS, FPS, Painter } from "./lane_paint.js";
import { hms, word } from "./page.js";

export type { LaneData } from "./lane_data.js";

const GUTTER = 76;
const GUTTER_SMALL = 44;
const ROW = 24;
const TALL = 44;
const SHORTEST = 10 / FPS;
const SOUND = new Set(["silent", "clipped", "hum", "howl", "noisy", "skew"]);

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
  private readonly paint: Painter;
  private readonly tip: HTMLElement | null;
  private lanes: Lane[] = [];
  private cursor = 0;
  private hover: number | null = null;
  private drawn = 0;
  private touched = false;
  private drag: { x: number; from: number; moved: boolean } | null = null;

  constructor(
    private readonly box: HTMLElement,
    data: LaneData,
    private readonly seek: (seconds: number) => void,
  ) {
    const canvas = box.querySelector("canvas");
    const pen = canvas?.getContext("2d", { alpha: false });
    if (!canvas || !pen) throw new Error("lanes need a canvas");
    this.canvas = canvas;
    this.paint = new Painter(pen, data);
    this.tip = box.querySelector("[data-tip]");
    this.build();
    this.all();
    this.wire();
    new ResizeObserver(() => this.resize()).observe(box);
    new MutationObserver(() => this.recolour()).observe(document.documentElement, { attributes: true });
    this.recolour();
    this.resize();
  }

  /** Takes news: columns and stretches from `since` on are replaced, the rest stays. */
  add(news: LaneData): void {
    this.paint.data = renewed(this.data, news);
    this.build();
    if (!this.touched) this.all();
    else this.ask();
  }

  /** Where the picture is. */
  at(seconds: number, follow: boolean): void {
    if (Math.abs(seconds - this.cursor) < 0.02) return;
    this.cursor = seconds;
    const span = this.paint.to - this.paint.from;
    if (follow && this.touched && !this.drag && (seconds < this.paint.from || seconds > this.paint.to)) {
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
    const span = Math.min(Math.max((this.paint.to - this.paint.from) / factor, SHORTEST), Math.max(1, this.data.duration));
    const share = (around - this.paint.from) / (this.paint.to - this.paint.from || 1);
    this.window(around - span * share, around + span * (1 - share));
  }

  /** What is drawn now, for tests and the page: the window in seconds and frames drawn so far. */
  get state(): { from: number; to: number; drawn: number } {
    return { from: this.paint.from, to: this.paint.to, drawn: this.drawn };
  }

  private inView(t: number): number {
    return t >= this.paint.from && t <= this.paint.to ? t : (this.paint.from + this.paint.to) / 2;
  }

  private window(from: number, to: number, touched = true): void {
    const longest = Math.max(1, this.data.duration);
    const span = Math.min(to - from, longest);
    this.paint.from = Math.min(Math.max(0, from), longest - span);
    this.paint.to = this.paint.from + span;
    this.touched = touched && span < longest;
    this.ask();
  }

  private build(): void {
    const d = this.data;
    const named = (blocks: Block[], name: (b: Block) => string): Lane["says"] => (t) =>
      blocks.filter((b) => b.start <= t && t < Math.max(b.end, b.start + this.paint.pixel())).map(name).join("、");
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
      lane("state", [...state, ...d.closures.map((b) => ({ ...b, text: word("view.guard") }))], (b) => (b.kind === "guard" ? word("view.guard") : word(`minute.${b.kind}`))),
      lane("steps", d.steps, (b) => b.text),
      lane("findings", d.findings, (b) => b.text),
      { name: word("view.lane.loudness"), height: TALL, draw: (y, h) => this.paint.loudness(y, h), says: (t) => this.loudAt(t) },
      lane("sound", sound.map((b) => ({ ...b, kind: "gap", text: b.kind })), (b) => word(`media_fault.${b.text}`)),
      lane("picture", picture.map((b) => ({ ...b, kind: "gap", text: b.kind })), (b) => word(`media_fault.${b.text}`)),
      { name: word("view.lane.faces"), height: ROW, draw: (y, h) => this.paint.faces(y, h), says: (t) => this.facesAt(t) },
      lane("speech", [...d.hidden, ...d.speech], (b) => word(b.kind === "closed" ? "view.whole" : "view.bleeped")),
      { name: word("view.lane.delay"), height: ROW, draw: (y, h) => this.paint.delays(y, h), says: (t) => word("view.delay_s", { s: delayAt(this.data, t) }) },
    ];
    this.canvas.setAttribute("aria-valuemax", d.duration.toFixed(0));
  }

  private sayAll(t: number): string {
    return this.lanes.map((l) => [l.name, l.says(t)] as const).filter(([, s]) => s).map(([n, s]) => `${n}：${s}`).join("；");
  }

  private recolour(): void {
    this.paint.takeColours();
    this.ask();
  }

  private get data(): LaneData {
    return this.paint.data;
  }

  private resize(): void {
    const ratio = window.devicePixelRatio || 1;
    const height = AXIS + this.lanes.reduce((sum, l) => sum + l.height, 0);
    this.paint.width = this.box.clientWidth;
    this.paint.gutter = this.paint.width < 480 ? GUTTER_SMALL : GUTTER;
    this.canvas.width = Math.round(this.paint.width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.height = `${height}px`;
    this.paint.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
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

  private draw(): void {
    const { pen, colours: c, gutter, width } = this.paint;
    const height = AXIS + this.lanes.reduce((sum, l) => sum + l.height, 0);
    this.drawn += 1;
    pen.fillStyle = c["sheet"] ?? "";
    pen.fillRect(0, 0, width, height);
    pen.font = `12px ${c["sans"] ?? "sans-serif"}`;
    pen.textBaseline = "middle";
    this.paint.axis(height);
    let top = AXIS;
    for (const lane of this.lanes) {
      pen.fillStyle = c["ink3"] ?? "";
      pen.fillText(lane.name, 0, top + lane.height / 2, gutter - 6);
      pen.fillStyle = c["well"] ?? "";
      pen.fillRect(gutter, top + 3, width - gutter, lane.height - 6);
      if (lane.blocks) this.paint.blocks(lane.blocks, top + 3, lane.height - 6);
      lane.draw?.(top + 3, lane.height - 6);
      top += lane.height;
    }
    this.paint.mark(this.cursor, c["accent"] ?? "", height);
    if (this.hover !== null) this.paint.mark(this.hover, c["ink3"] ?? "", height);
  }

  private loudAt(t: number): string {
    const value = this.data.lufs[columnAt(this.data, t)];
    return value === null || value === undefined ? "" : `${value.toFixed(1)} LUFS`;
  }

  private facesAt(t: number): string {
    const count = this.data.faces[columnAt(this.data, t)] ?? 0;
    return count ? word("view.faces_n", { n: count }) : "";
  }

  private wire(): void {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (e) => {
      this.drag = { x: e.offsetX, from: this.paint.from, moved: false };
      canvas.setPointerCapture(e.pointerId);
    });
    canvas.addEventListener("pointermove", (e) => this.pointer(e));
    canvas.addEventListener("pointerup", (e) => {
      const still = this.drag && !this.drag.moved;
      this.drag = null;
      if (still && e.offsetX >= this.paint.gutter) this.seek(Math.max(0, this.paint.time(e.offsetX)));
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
        if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) this.pan((e.deltaX || e.deltaY) * this.paint.pixel());
        else this.zoom(Math.exp(-e.deltaY * 0.002), this.paint.time(e.offsetX));
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
        const span = this.paint.to - this.paint.from;
        const from = this.drag.from - by * this.paint.pixel();
        this.window(from, from + span);
      }
      return;
    }
    this.hover = e.offsetX >= this.paint.gutter ? this.paint.time(e.offsetX) : null;
    this.showTip(e.offsetX);
    this.ask();
  }

  private pan(by: number): void {
    this.window(this.paint.from + by, this.paint.to + by);
  }

  private showTip(x: number): void {
    if (!this.tip) return;
    this.tip.hidden = this.hover === null;
    if (this.hover === null) return;
    const frame = Math.floor((this.hover % 1) * FPS);
    const fine = this.paint.pixel() < 0.05 ? ` ${word("view.frame", { n: frame })}` : "";
    const lines = this.lanes.map((l) => [l.name, l.says(this.hover ?? 0)] as const).filter(([, s]) => s);
    this.tip.replaceChildren(
      Object.assign(document.createElement("b"), { textContent: hms(this.hover) + fine }),
      ...lines.map(([n, s]) => Object.assign(document.createElement("span"), { textContent: `${n} ${s}` })),
    );
    const left = Math.min(Math.max(0, x + 12), Math.max(0, this.paint.width - this.tip.offsetWidth));
    this.tip.style.transform = `translateX(${left.toFixed(0)}px)`;
  }

  private key(e: KeyboardEvent): void {
    const step = Math.max(1 / FPS, (this.paint.to - this.paint.from) / 100);
    const moves: Record<string, () => void> = {
      ArrowLeft: () => this.go(this.cursor - step),
      ArrowRight: () => this.go(this.cursor + step),
      PageUp: () => this.pan(-(this.paint.to - this.paint.from) / 2),
      PageDown: () => this.pan((this.paint.to - this.paint.from) / 2),
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
