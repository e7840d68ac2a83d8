/**
 * The quality menu: what the playlist lists, the player's own choice, and the sound alone.
 *
 * What somebody chose is kept in this browser for the next hearing and told to nobody.
 */
import "media-chrome/dist/menu/media-chrome-menu.js";
import "media-chrome/dist/menu/media-chrome-menu-button.js";
import "media-chrome/dist/menu/media-chrome-menu-item.js";
import type { Level } from "hls.js";
import { word } from "./page.js";

export const AUTO = "auto";
export const SOUND = "sound";
const KEPT = "courtstream.quality";

/** `auto`, `sound`, or a number of lines. */
export type Quality = string;

export function keptQuality(): Quality {
  try {
    return window.localStorage.getItem(KEPT) ?? AUTO;
  } catch {
    return AUTO; // storage may be forbidden
  }
}

function keep(quality: Quality): void {
  try {
    window.localStorage.setItem(KEPT, quality);
  } catch {
    // then it holds for this page only
  }
}

interface MenuItem extends HTMLElement {
  type: string;
  value: string;
  checked: boolean;
}

function label(quality: Quality): string {
  if (quality === AUTO) return word("player.auto");
  return quality === SOUND ? word("player.sound_only") : `${quality}p`;
}

export class QualityMenu {
  private readonly menu: HTMLElement | null;
  private readonly button: HTMLElement | null;
  private offered: Quality[] = [];

  constructor(
    root: HTMLElement,
    public chosen: Quality,
    private readonly choose: (quality: Quality) => void,
  ) {
    this.menu = root.querySelector("media-chrome-menu");
    this.button = root.querySelector("media-chrome-menu-button");
    this.menu?.addEventListener("change", () => this.changed());
  }

  /** Offers what a playlist lists; with one picture and no sound alone there is nothing to choose. */
  offer(levels: readonly Level[], sound: boolean): void {
    const lines = [...new Set(levels.map((level) => level.height).filter((height) => height > 0))];
    const heights = lines.sort((a, b) => b - a).map(String);
    this.offered = [AUTO, ...(heights.length > 1 ? heights : []), ...(sound ? [SOUND] : [])];
    if (this.offered.length > 1) this.show();
  }

  /** Whether the chosen one is among those offered; else the player chooses. */
  get valid(): boolean {
    return this.offered.includes(this.chosen);
  }

  private show(): void {
    if (!this.menu || !this.button) return;
    const chosen = this.valid ? this.chosen : AUTO;
    this.menu.replaceChildren(...this.offered.map((quality) => this.item(quality, chosen)));
    this.say(chosen);
    this.button.hidden = false;
  }

  private say(quality: Quality): void {
    const name = this.button?.querySelector("[data-quality-name]");
    if (name) name.textContent = label(quality);
    this.button?.setAttribute("aria-label", `${word("player.quality")} ${label(quality)}`);
  }

  private item(quality: Quality, chosen: Quality): HTMLElement {
    const item = document.createElement("media-chrome-menu-item") as MenuItem;
    item.type = "radio";
    item.value = quality;
    item.checked = quality === chosen;
    item.textContent = label(quality);
    return item;
  }

  private changed(): void {
    const items = [...(this.menu?.querySelectorAll<MenuItem>("media-chrome-menu-item") ?? [])];
    const now = items.find((item) => item.checked)?.value ?? AUTO;
    if (now === this.chosen) return;
    this.chosen = now;
    keep(now);
    this.say(now);
    this.choose(now);
  }
}
