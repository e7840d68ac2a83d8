/** The scorecard: every moment named on the page plays in the player on the page. */
import { wireSeekLinks } from "./lib/follow.js";
import { Player, type Chapter } from "./lib/player.js";
import { readJson } from "./lib/page.js";

interface ScorecardData {
  wallZero: number | null;
  chapters: Chapter[];
  duration: number;
}

const root = document.querySelector<HTMLElement>("[data-player]");
const data = readJson<ScorecardData>("scorecard-data");
if (root && data) {
  const player = new Player(root, data.chapters, data.wallZero);
  wireSeekLinks(player);
  const cursor = document.querySelector<SVGLineElement>("[data-cursor]");
  const width = Number(cursor?.dataset["width"] ?? 0);
  player.video.addEventListener("timeupdate", () => {
    if (!cursor || data.duration <= 0) return;
    const x = (Math.min(player.position, data.duration) / data.duration) * width;
    cursor.setAttribute("transform", `translate(${x.toFixed(1)} 0)`);
  });
}
