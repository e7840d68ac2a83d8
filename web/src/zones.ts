/** 席位区编辑: seats drawn over a picture, by pointer or by keyboard, with undo. */
import { all, readJson, word } from "./lib/page.js";

type Point = [number, number];

interface Zone {
  id: string;
  seat: string;
  treatment: string;
  points: Point[];
  open: boolean;
}

interface View {
  name: string;
  still: string;
  zones: Zone[];
}

interface ZonesData {
  still: string;
  crossing: string;
  views: View[];
}

const SVG = "http://www.w3.org/2000/svg";
const WIDE = 1600;
const STEP = 0.005;
const LONG_STEP = 0.04;
const LEAST = 0.02;
const MOST_CORNERS = 24;

const clip = (value: number): number => Math.min(1, Math.max(0, Math.round(value * 10000) / 10000));
const percent = (value: number): number => Math.round(value * 100);

function part<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Record<string, string | number>,
): SVGElementTagNameMap[K] {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** All that can be undone: the views with their zones. */
class History {
  private past: string[] = [];
  private future: string[] = [];

  constructor(private now: string) {}

  put(views: View[]): void {
    const next = JSON.stringify(views);
    if (next === this.now) return;
    this.past.push(this.now);
    this.future = [];
    this.now = next;
  }

  step(from: string[], to: string[]): View[] | null {
    const found = from.pop();
    if (found === undefined) return null;
    to.push(this.now);
    this.now = found;
    return JSON.parse(found) as View[];
  }

  undo = (): View[] | null => this.step(this.past, this.future);
  redo = (): View[] | null => this.step(this.future, this.past);
  canUndo = (): boolean => this.past.length > 0;
  canRedo = (): boolean => this.future.length > 0;
}

class Editor {
  private views: View[];
  private shown = 0;
  private zone = -1;
  private corner = -1;
  private high = 900;
  private readonly history: History;
  private readonly saved: string;
  private readonly canvas: SVGSVGElement;
  private readonly find = <T extends Element>(selector: string): T | null =>
    this.root.querySelector<T>(selector);

  constructor(
    private readonly root: HTMLElement,
    private readonly data: ZonesData,
  ) {
    const main: View = { name: root.dataset["main"] ?? "main", still: "", zones: [] };
    this.views = data.views.length > 0 ? data.views : [main];
    this.saved = JSON.stringify(this.views);
    this.history = new History(this.saved);
    this.canvas = root.querySelector<SVGSVGElement>("[data-canvas]")!;
    this.wire();
    root.hidden = false;
    this.show();
    this.fit();
  }

  private get view(): View {
    return this.views[this.shown] ?? this.views[0]!;
  }

  private get picked(): Zone | undefined {
    return this.view.zones[this.zone];
  }

  // -- what is on the page ----------------------------------------------------------------------

  private show(): void {
    this.listViews();
    this.listZones();
    this.draw();
    const undo = this.find<HTMLButtonElement>('[data-do="undo"]');
    const redo = this.find<HTMLButtonElement>('[data-do="redo"]');
    if (undo) undo.disabled = !this.history.canUndo();
    if (redo) redo.disabled = !this.history.canRedo();
    for (const name of ["add-corner", "remove-corner", "remove"]) {
      const button = this.find<HTMLButtonElement>(`[data-do="${name}"]`);
      if (button) button.disabled = !this.picked;
    }
    const none = this.find<HTMLElement>("[data-no-still]");
    if (none) none.hidden = this.view.still !== "";
  }

  private listViews(): void {
    const select = this.find<HTMLSelectElement>("[data-view]");
    select?.replaceChildren(
      ...this.views.map((view, n) => new Option(view.name, String(n), false, n === this.shown)),
    );
  }

  private listZones(): void {
    const list = this.find<HTMLOListElement>("[data-list]");
    const row = this.find<HTMLTemplateElement>("[data-row]");
    if (!list || !row) return;
    const focused = list.contains(document.activeElement);
    list.replaceChildren(
      ...this.view.zones.map((zone, n) => {
        const item = (row.content.cloneNode(true) as DocumentFragment).firstElementChild!;
        const pick = item.querySelector<HTMLButtonElement>("[data-pick]")!;
        pick.textContent = String(n + 1);
        pick.setAttribute("aria-label", this.nameOf(zone, n));
        pick.setAttribute("aria-pressed", String(n === this.zone));
        pick.addEventListener("click", () => this.pick(n, -1, true));
        this.wireSelect(item, "[data-seat]", zone, "seat");
        this.wireSelect(item, "[data-treatment]", zone, "treatment");
        return item;
      }),
    );
    if (focused) list.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus();
  }

  private wireSelect(item: Element, which: string, zone: Zone, field: "seat" | "treatment"): void {
    const select = item.querySelector<HTMLSelectElement>(which)!;
    select.value = zone[field];
    if (field === "treatment") {
      // nobody knows who is on a screen
      for (const option of select.options) {
        option.disabled = zone.seat === "screen" && option.value === "show";
      }
    }
    select.addEventListener("change", () => {
      zone[field] = select.value;
      if (zone.seat === "screen" && zone.treatment === "show") zone.treatment = "switch";
      this.changed();
    });
  }

  private draw(): void {
    const focus = document.activeElement?.getAttribute("data-key");
    const inside = this.canvas.contains(document.activeElement);
    const pieces: SVGElement[] = [];
    if (this.view.still) {
      pieces.push(part("image", { href: this.view.still, x: 0, y: 0, width: WIDE, height: this.high }));
    } else {
      pieces.push(part("rect", { class: "blank", x: 0, y: 0, width: WIDE, height: this.high }));
    }
    this.view.zones.forEach((zone, n) => pieces.push(...this.shape(zone, n)));
    this.canvas.replaceChildren(...pieces);
    if (inside && focus) this.canvas.querySelector<SVGElement>(`[data-key="${focus}"]`)?.focus();
  }

  private shape(zone: Zone, n: number): SVGElement[] {
    const points = zone.points.map(([x, y]) => `${x * WIDE},${y * this.high}`).join(" ");
    const picked = n === this.zone;
    const body = part("polygon", {
      points,
      class: `zone ${zone.treatment}${picked ? " picked" : ""}`,
      tabindex: 0,
      role: "button",
      "aria-label": this.nameOf(zone, n),
      "aria-pressed": String(picked),
      "data-key": `z${n}`,
    });
    body.addEventListener("pointerdown", (event) => this.drag(event, n, -1));
    body.addEventListener("focus", () => this.pick(n, -1, false));
    const [x, y] = middle(zone.points);
    const label = part("text", { x: x * WIDE, y: y * this.high, class: "zone-name" });
    label.textContent = `${n + 1} ${word(`seat.${zone.seat}`)}`;
    if (!picked) return [body, label];
    return [body, label, ...zone.points.flatMap((_, corner) => this.handle(zone, n, corner))];
  }

  private handle(zone: Zone, n: number, corner: number): SVGElement[] {
    const [x, y] = zone.points[corner]!;
    const at = { cx: x * WIDE, cy: y * this.high };
    const reach = part("circle", {
      ...at,
      r: 38,
      class: `reach${corner === this.corner ? " picked" : ""}`,
      tabindex: 0,
      role: "button",
      "aria-label": word("zones.say.corner", { n: corner + 1, x: percent(x), y: percent(y) }),
      "data-key": `c${n}-${corner}`,
    });
    reach.addEventListener("pointerdown", (event) => this.drag(event, n, corner));
    reach.addEventListener("focus", () => this.pick(n, corner, false));
    return [part("circle", { ...at, r: 11, class: "corner" }), reach];
  }

  private nameOf(zone: Zone, n: number): string {
    return word("zones.say.zone", {
      n: n + 1,
      seat: word(`seat.${zone.seat}`),
      treatment: word(`treatment.${zone.treatment}`),
    });
  }

  private say(text: string): void {
    const place = this.find<HTMLElement>("[data-say]");
    if (place) place.textContent = text;
  }

  /** The canvas takes the shape of the picture. */
  private fit(): void {
    if (!this.view.still) return;
    const image = new Image();
    image.addEventListener("load", () => {
      this.high = Math.round((WIDE * image.naturalHeight) / image.naturalWidth);
      this.canvas.setAttribute("viewBox", `0 0 ${WIDE} ${this.high}`);
      this.draw();
    });
    image.src = this.view.still;
  }

  // -- what people do ---------------------------------------------------------------------------

  private pick(zone: number, corner: number, focus: boolean): void {
    if (zone === this.zone && corner === this.corner) return;
    this.zone = zone;
    this.corner = corner;
    this.show();
    const key = corner < 0 ? `z${zone}` : `c${zone}-${corner}`;
    if (focus) this.canvas.querySelector<SVGElement>(`[data-key="${key}"]`)?.focus();
  }

  private changed(): void {
    this.history.put(this.views);
    this.show();
  }

  private place(event: PointerEvent): Point {
    const box = this.canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  private drag(event: PointerEvent, n: number, corner: number): void {
    event.preventDefault();
    event.stopPropagation();
    this.pick(n, corner, true);
    const zone = this.view.zones[n];
    if (!zone) return;
    const [x0, y0] = this.place(event);
    const before = zone.points.map(([x, y]): Point => [x, y]);
    this.follow(event, (x, y) => {
      zone.points = moved(before, corner, x - x0, y - y0);
      this.draw();
    });
  }

  /** A new rectangle is drawn where nothing is. */
  private sketch(event: PointerEvent): void {
    event.preventDefault();
    const [x0, y0] = this.place(event);
    let zone: Zone | null = null;
    this.follow(event, (x, y) => {
      if (!zone && (Math.abs(x - x0) < LEAST || Math.abs(y - y0) < LEAST)) return;
      zone ??= this.append([]);
      zone.points = rectangle(clip(x0), clip(y0), clip(x), clip(y));
      this.draw();
    });
  }

  private follow(event: PointerEvent, go: (x: number, y: number) => void): void {
    const { pointerId } = event;
    this.canvas.setPointerCapture(pointerId);
    const move = (next: PointerEvent): void => {
      if (next.pointerId === pointerId) go(...this.place(next));
    };
    const end = (): void => {
      this.canvas.removeEventListener("pointermove", move);
      this.canvas.removeEventListener("pointerup", end);
      this.canvas.removeEventListener("pointercancel", end);
      this.changed();
    };
    this.canvas.addEventListener("pointermove", move);
    this.canvas.addEventListener("pointerup", end);
    this.canvas.addEventListener("pointercancel", end);
  }

  private append(points: Point[]): Zone {
    const seat = this.find<HTMLSelectElement>("[data-new-seat]")?.value ?? "gallery";
    const taken = new Set(this.view.zones.map((zone) => zone.id));
    let number = 1;
    while (taken.has(`${seat}-${number}`)) number += 1;
    const usual: Record<string, string> = { witness: "figure", screen: "switch" };
    const treatment = usual[seat] ?? "hide";
    const zone: Zone = { id: `${seat}-${number}`, seat, treatment, points, open: false };
    this.view.zones.push(zone);
    this.zone = this.view.zones.length - 1;
    this.corner = -1;
    this.say(word("zones.say.added", { seat: word(`seat.${seat}`) }));
    return zone;
  }

  private key(event: KeyboardEvent): void {
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "z") return this.act(event, event.shiftKey ? "redo" : "undo");
    if (command && event.key.toLowerCase() === "y") return this.act(event, "redo");
    if (event.key === "Delete" || event.key === "Backspace") {
      return this.act(event, this.corner < 0 ? "remove" : "remove-corner");
    }
    const step = event.shiftKey ? LONG_STEP : STEP;
    const way: Record<string, Point> = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    };
    const by = way[event.key];
    const zone = this.picked;
    if (!by || !zone) return;
    event.preventDefault();
    zone.points = moved(zone.points, this.corner, ...by);
    const [x, y] = this.corner < 0 ? middle(zone.points) : zone.points[this.corner]!;
    this.say(word("zones.say.moved", { x: percent(x), y: percent(y) }));
    this.changed();
  }

  private act(event: Event, name: string): void {
    event.preventDefault();
    if (name === "undo" || name === "redo") this.turn(name);
    else if (name === "still") void this.takeStill();
    else if (name === "add") {
      this.append(rectangle(0.4, 0.35, 0.6, 0.65));
      this.changed();
      this.canvas.querySelector<SVGElement>(`[data-key="z${this.zone}"]`)?.focus();
    } else if (name === "remove") this.remove();
    else this.corners(name);
  }

  private turn(name: "undo" | "redo"): void {
    const views = this.history[name]();
    if (!views) return;
    this.views = views;
    this.shown = Math.min(this.shown, views.length - 1);
    this.zone = this.corner = -1;
    this.say(word(name === "undo" ? "zones.say.undone" : "zones.say.redone"));
    this.show();
    this.canvas.focus();
  }

  private remove(): void {
    if (!this.picked) return;
    this.view.zones.splice(this.zone, 1);
    this.zone = this.corner = -1;
    this.say(word("zones.say.removed"));
    this.changed();
  }

  private corners(name: string): void {
    const zone = this.picked;
    if (!zone) return;
    const at = Math.max(0, this.corner);
    if (name === "add-corner" && zone.points.length < MOST_CORNERS) {
      const [x0, y0] = zone.points[at]!;
      const [x1, y1] = zone.points[(at + 1) % zone.points.length]!;
      zone.points.splice(at + 1, 0, [clip((x0 + x1) / 2), clip((y0 + y1) / 2)]);
      this.corner = at + 1;
    } else if (name === "remove-corner" && zone.points.length > 3) {
      zone.points.splice(at, 1);
      this.corner = -1;
    }
    this.changed();
  }

  private async takeStill(): Promise<void> {
    const body = new FormData();
    body.set("view", this.view.name);
    body.set("csrf", document.querySelector<HTMLInputElement>("input[name=csrf]")?.value ?? "");
    const answer = await fetch(this.data.still, { method: "POST", body }).catch(() => null);
    if (!answer?.ok) return this.say(word("zones.say.still_failed"));
    const { still } = (await answer.json()) as { still: string };
    this.view.still = `${still}?at=${Date.now()}`;
    this.say(word("zones.say.still_taken"));
    this.show();
    this.fit();
  }

  private addView(): void {
    const field = this.find<HTMLInputElement>("[data-new-view]");
    const name = field?.value.trim() ?? "";
    if (!name || this.views.some((view) => view.name === name)) {
      this.say(word("zones.say.name_needed"));
      field?.focus();
      return;
    }
    this.views.push({ name, still: "", zones: [] });
    this.shown = this.views.length - 1;
    this.zone = this.corner = -1;
    if (field) field.value = "";
    this.changed();
  }

  // -- wiring -----------------------------------------------------------------------------------

  private wire(): void {
    for (const button of all<HTMLButtonElement>("[data-do]", this.root)) {
      button.addEventListener("click", (event) => this.act(event, button.dataset["do"] ?? ""));
    }
    this.canvas.addEventListener("pointerdown", (event) => this.sketch(event));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    this.find("[data-add-view]")?.addEventListener("click", () => this.addView());
    this.find<HTMLSelectElement>("[data-view]")?.addEventListener("change", (event) => {
      this.shown = Number((event.target as HTMLSelectElement).value);
      this.zone = this.corner = -1;
      this.show();
      this.fit();
    });
    const crossing = this.find<HTMLSelectElement>("[data-crossing]");
    if (crossing) crossing.value = this.data.crossing;
    const form = this.find<HTMLFormElement>("[data-save]");
    let sending = false;
    form?.addEventListener("submit", () => {
      sending = true;
      const field = form.querySelector<HTMLInputElement>("[data-value]")!;
      const views = this.views
        .filter((view) => view.zones.length > 0)
        .map(({ name, zones }) => ({ name, zones }));
      field.value = JSON.stringify({ views, crossing: crossing?.value ?? "stay" });
    });
    window.addEventListener("beforeunload", (event) => {
      if (!sending && form && JSON.stringify(this.views) !== this.saved) event.preventDefault();
    });
  }
}

function middle(points: Point[]): Point {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2];
}

/** One corner, or with -1 the whole zone, moved; nothing leaves the picture. */
function moved(points: Point[], corner: number, dx: number, dy: number): Point[] {
  if (corner >= 0) {
    return points.map(([x, y], n) => (n === corner ? [clip(x + dx), clip(y + dy)] : [x, y]));
  }
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const across = Math.min(1 - Math.max(...xs), Math.max(-Math.min(...xs), dx));
  const down = Math.min(1 - Math.max(...ys), Math.max(-Math.min(...ys), dy));
  return points.map(([x, y]) => [clip(x + across), clip(y + down)]);
}

function rectangle(x0: number, y0: number, x1: number, y1: number): Point[] {
  const [left, right] = [Math.min(x0, x1), Math.max(x0, x1)];
  const [top, bottom] = [Math.min(y0, y1), Math.max(y0, y1)];
  return [[left, top], [right, top], [right, bottom], [left, bottom]];
}

const root = document.querySelector<HTMLElement>("[data-zones]");
const data = readJson<ZonesData>("zones-data");
if (root && data) new Editor(root, data);
