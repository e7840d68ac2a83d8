/** Draws lanes by pixel: however many seconds lie under one column, it is looked at once. */
import { columnFrom, type Block, type LaneData } from "./lane_data.js";
import { hms, word } from "./page.js";

export const AXIS = 22;
export const FPS = 25;
const STEPS = [1 / FPS, 0.2, 1, 5, 10, 30, 60, 300, 600, 1800, 3600];
const LOUD: readonly [number, number] = [-60, -5];

type Tint = "ok" | "ask" | "bad" | "hid" | "off";

const TINTS: Record<string, Tint> = {
  met: "ok", not_found: "bad", unclear: "ask", gap: "bad", lawful: "off", guard: "bad",
  private: "hid", closed: "off", RECESS: "off", CLOSED: "off", OFF: "off", MUTED: "hid",
  LIVE: "ok", DELAYED: "ok",
};

/** A window on the hearing and the pen that draws it. Seconds; pixels of the page. */
export class Painter {
  from = 0;
  to = 1;
  width = 0;
  gutter = 0;
  colours: Record<string, string> = {};

  constructor(
    readonly pen: CanvasRenderingContext2D,
    public data: LaneData,
  ) {}

  /** Takes the page's colours of the moment. */
  takeColours(): void {
    const style = getComputedStyle(document.documentElement);
    const of = (name: string): string => style.getPropertyValue(name).trim();
    this.colours = {
      sheet: of("--sheet"), ink: of("--ink"), ink3: of("--ink-3"), rule: of("--rule"), well: of("--well"),
      accent: of("--accent"), ok: of("--lane-ok"), ask: of("--lane-ask"), bad: of("--lane-bad"),
      hid: of("--lane-hid"), off: of("--lane-off"), sans: of("--sans"),
    };
  }

  x(t: number): number {
    return this.gutter + ((t - this.from) / (this.to - this.from || 1)) * (this.width - this.gutter);
  }

  time(x: number): number {
    return this.from + ((x - this.gutter) / Math.max(1, this.width - this.gutter)) * (this.to - this.from);
  }

  /** Seconds under one pixel. */
  pixel(): number {
    return (this.to - this.from) / Math.max(1, this.width - this.gutter);
  }

  axis(height: number): void {
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
  blocks(blocks: Block[], y: number, h: number): void {
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

  /** Calls `column` for every pixel that has measures, with their range of indices. */
  private columns(column: (x: number, first: number, last: number) => void): void {
    const step = this.pixel();
    let first = Math.max(0, columnFrom(this.data, this.from) - 1);
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

  loudness(y: number, h: number): void {
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

  faces(y: number, h: number): void {
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

  delays(y: number, h: number): void {
    const { pen, colours: c } = this;
    const most = Math.max(15, ...this.data.delay.map(([, s]) => s));
    pen.fillStyle = c["off"] ?? "";
    this.data.delay.forEach(([t, s], i) => {
      const x0 = Math.max(this.gutter, this.x(t));
      const x1 = Math.min(this.width, this.x(this.data.delay[i + 1]?.[0] ?? this.data.duration));
      if (x1 > x0) pen.fillRect(x0, y + h - (s / most) * h, x1 - x0, Math.max(2, (s / most) * h));
    });
  }

  mark(t: number, colour: string, height: number): void {
    if (t < this.from || t > this.to) return;
    this.pen.fillStyle = colour;
    this.pen.fillRect(Math.round(this.x(t)) - 1, 0, 2, height);
  }
}
