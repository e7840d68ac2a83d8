/** The reviewer's page: times play the public recording, and the turn being said is marked. */
import { wireSeekLinks } from "./lib/follow.js";
import { Player } from "./lib/player.js";
import { all } from "./lib/page.js";

const root = document.querySelector<HTMLElement>("[data-player]");
if (root) {
  const player = new Player(root);
  wireSeekLinks(player);
  const turns = all<HTMLElement>("[data-turns] > li[data-start]");
  let marked: HTMLElement | null = null;
  player.video.addEventListener("timeupdate", () => {
    const now = turns.findLast((turn) => Number(turn.dataset["start"]) <= player.position + 0.2) ?? null;
    if (now === marked) return;
    marked?.removeAttribute("aria-current");
    now?.setAttribute("aria-current", "true");
    marked = now;
  });
}

// A correction opened from another page (#t000123) shows its form at once.
const wanted = window.location.hash.slice(1);
const details = wanted ? document.getElementById(wanted)?.querySelector("details") : null;
if (details) details.open = true;
