/** The line under the picture that says what the public gets at this instant, and why. */
import { word } from "./page.js";

export interface Status {
  state: string;
  why?: string;
}

export class Strip {
  constructor(private readonly root: HTMLElement) {}

  show({ state, why }: Status): void {
    if (this.root.dataset["state"] === state && !why) return;
    this.root.dataset["state"] = state;
    this.write("[data-strip-name]", word(`minute.${state}`));
    this.write("[data-strip-why]", why ?? word(`minute_why.${state}`));
  }

  lag(seconds: number | null): void {
    this.write("[data-strip-lag]", seconds === null ? "" : word("watch.behind", { n: Math.round(seconds) }));
  }

  private write(selector: string, text: string): void {
    const place = this.root.querySelector(selector);
    if (place && place.textContent !== text) place.textContent = text;
  }
}
