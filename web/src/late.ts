/** A recorder's file, brought after its hearing: piece by piece, going on where it broke off. */
import { word } from "./lib/page.js";

const PATIENCE = 8;
const RETRY_MS = 3000;

interface Begun {
  upload: string;
  have: number;
  piece: number;
}

class Refused extends Error {}

async function refusal(reply: Response): Promise<Refused> {
  const told = (await reply.json().catch(() => ({}))) as Record<string, string>;
  const english = document.documentElement.lang.startsWith("en");
  return new Refused((english ? told["title"] : told["title_zh"]) ?? String(reply.status));
}

class Upload {
  private stopped = false;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly file: File,
    private readonly shown: (share: number, text: string) => void,
  ) {}

  stop(): void {
    this.stopped = true;
  }

  /** Sends the whole file; false when a person has stopped it. Throws what the page should say. */
  async send(): Promise<boolean> {
    const fields = new FormData(this.form);
    fields.delete("file");
    fields.set("size", String(this.file.size));
    const begun = (await (await this.asked("", { method: "POST", body: fields })).json()) as Begun;
    let at = begun.have;
    while (at < this.file.size) {
      if (this.stopped) return false;
      this.shown(at / this.file.size, word("late.say.sending", { done: mib(at), of: mib(this.file.size) }));
      const body = this.file.slice(at, at + begun.piece);
      const reply = await this.asked(`/${begun.upload}?at=${at}`, { method: "PUT", body });
      at = ((await reply.json()) as { have: number }).have;
    }
    this.shown(1, word("late.say.checking"));
    await this.asked(`/${begun.upload}`, { method: "POST" });
    return true;
  }

  /** A line that breaks is tried again for a while; a refusal is final. */
  private async asked(place: string, init: RequestInit): Promise<Response> {
    const token = this.form.querySelector<HTMLInputElement>("input[name=csrf]")?.value ?? "";
    const headers = { "X-CSRF-Token": token, Accept: "application/json" };
    for (let tried = 0; ; tried++) {
      const reply = await fetch(`${this.form.action}${place}`, { ...init, headers }).catch(() => null);
      if (reply?.ok) return reply;
      if (reply && reply.status < 500) throw await refusal(reply);
      if (tried >= PATIENCE) throw new Refused(word("late.say.line"));
      this.shown(-1, word("late.say.again"));
      await new Promise((done) => setTimeout(done, RETRY_MS));
    }
  }
}

function mib(bytes: number): string {
  return (bytes / (1 << 20)).toFixed(1);
}

function wire(form: HTMLFormElement): void {
  const find = <T extends Element>(name: string): T | null => form.querySelector<T>(`[data-late-${name}]`);
  const [bar, said, stop] = [find<HTMLProgressElement>("bar"), find<HTMLElement>("said"), find<HTMLButtonElement>("stop")];
  const [go, chosen] = [find<HTMLButtonElement>("go"), find<HTMLInputElement>("file")];
  if (!bar || !said || !stop || !go || !chosen) return;
  go.disabled = false;
  let upload: Upload | null = null;
  const shown = (share: number, text: string): void => {
    bar.hidden = false;
    if (share >= 0) bar.value = share;
    said.textContent = text;
  };
  const over = (text: string): void => {
    upload = null;
    go.disabled = false;
    stop.hidden = true;
    said.textContent = text;
  };
  stop.addEventListener("click", () => upload?.stop());
  addEventListener("beforeunload", (event) => {
    if (upload) event.preventDefault();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const file = chosen.files?.[0];
    if (upload || !file) return;
    upload = new Upload(form, file, shown);
    go.disabled = true;
    stop.hidden = false;
    upload.send().then(
      (whole) => {
        over(whole ? "" : word("late.say.stopped"));
        if (whole) location.reload();
      },
      (error: unknown) => over(error instanceof Refused ? error.message : word("late.say.line")),
    );
  });
}

const form = document.querySelector<HTMLFormElement>("[data-late]");
if (form) wire(form);
