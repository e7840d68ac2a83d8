/** The clerk's page: what comes in, what the public sees, and the commands. */
import { ComingList, type Coming } from "./lib/coming.js";
import { wireConfirm } from "./lib/confirm.js";
import { Desk, type DeskNow } from "./lib/desk.js";
import { wireCopy } from "./lib/copy.js";
import { Player } from "./lib/player.js";
import { all, readJson } from "./lib/page.js";
import { listen } from "./lib/stream.js";
import { Strip, type Status } from "./lib/strip.js";

interface Gauge {
  name: string;
  value: string;
  tone: string;
}

interface Mark {
  at: string;
  clock: string;
  text: string;
  bad: boolean;
}

interface Snapshot extends Status, DeskNow {
  heard: string;
  gauges: Gauge[];
  marks: Mark[];
  hearing: string;
  waiting: string;
  media: string;
  commandable: boolean;
  endable: boolean;
  coming: Coming[];
  mediaTime: number;
}

interface CourtroomData {
  events: string;
  hearing: string;
  waiting: string;
  media: string;
}

function showGauges(gauges: Gauge[]): void {
  for (const { name, value, tone } of gauges) {
    const place = document.querySelector<HTMLElement>(`[data-gauge="${name}"]`);
    if (!place) continue;
    place.className = tone ? `is-${tone}` : "";
    const shown = place.querySelector("dd");
    if (shown) shown.textContent = value;
  }
}

function showMarks(marks: Mark[]): void {
  const list = document.querySelector("[data-log]");
  if (!list || marks.length === 0) return;
  list.replaceChildren(...marks.map(markItem));
}

function markItem({ at, clock, text, bad }: Mark): HTMLLIElement {
  const entry = document.createElement("li");
  const time = document.createElement("time");
  time.dateTime = at;
  time.textContent = clock;
  const said = document.createElement("span");
  if (bad) said.className = "is-bad";
  said.textContent = text;
  entry.append(time, said);
  return entry;
}

function start(data: CourtroomData): void {
  const box = document.querySelector<HTMLElement>("[data-player]");
  const player = box ? new Player(box) : null;
  if (player) {
    player.video.muted = true; // the clerk sits in the courtroom: sound would feed back
    player.video.addEventListener("loadeddata", () => void player.video.play().catch(() => undefined), { once: true });
  }
  const stripRoot = document.querySelector<HTMLElement>("[data-strip]");
  const strip = stripRoot ? new Strip(stripRoot) : null;
  player?.video.addEventListener("timeupdate", () => strip?.lag(player.behind));

  const desk = new Desk();
  const comingBox = document.querySelector<HTMLElement>("[data-coming]");
  const coming = comingBox ? new ComingList(comingBox) : null;

  listen(data.events, {
    snapshot: (value) => {
      const now = value as Snapshot;
      // Another hearing or a first picture needs other forms and another player: a fresh page.
      // So does the next hearing, which is due while this one has not been ended.
      const other = now.hearing !== data.hearing || now.waiting !== data.waiting;
      if (other || (now.media && !data.media)) window.location.reload();
      strip?.show(now);
      showGauges(now.gauges);
      showMarks(now.marks);
      coming?.show(now.coming, now.mediaTime);
      desk.show(now);
      const heard = document.querySelector("[data-heard]");
      if (heard) heard.textContent = now.heard;
      for (const button of all<HTMLButtonElement>("[data-commands] button")) {
        // The end needs no worker: an abandoned hearing can be ended from here.
        const end = button.form?.querySelector<HTMLInputElement>("[name=verb]")?.value === "end";
        button.disabled = !(end ? now.endable : now.commandable);
      }
    },
  });
}

const dialog = document.querySelector<HTMLDialogElement>("dialog#confirm");
if (dialog) wireConfirm(dialog);
wireCopy();
const data = readJson<CourtroomData>("courtroom-data");
if (data) start(data);
