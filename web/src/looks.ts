/** The courtroom page's previews: a WHEP player (draft-ietf-wish-whep) in a few lines. */
import { all, word } from "./lib/page.js";

type View = "redacted" | "raw";

const GATHER_MS = 1500;

interface Ticket {
  url: string;
  ticket: string;
}

class Player {
  private peer: RTCPeerConnection | null = null;
  private location = "";
  private ticket = "";

  constructor(
    private readonly hearing: string,
    private readonly video: HTMLVideoElement,
    private readonly over: () => void,
  ) {}

  /** Shows a view; throws an Error whose message is for the person who looks. */
  async play(view: View): Promise<void> {
    await this.stop();
    const { url, ticket } = await this.allowed(view);
    const peer = (this.peer = new RTCPeerConnection());
    const stream = new MediaStream();
    peer.addEventListener("track", (event) => stream.addTrack(event.track));
    peer.addEventListener("connectionstatechange", () => {
      if (peer === this.peer && ["failed", "closed", "disconnected"].includes(peer.connectionState)) this.over();
    });
    for (const kind of ["video", "audio"]) peer.addTransceiver(kind, { direction: "recvonly" });
    await peer.setLocalDescription();
    await gathered(peer);
    const reply = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/sdp", Authorization: `Bearer ${ticket}` },
      body: peer.localDescription?.sdp ?? "",
    });
    if (reply.status !== 201) throw new Error(await why(reply));
    this.ticket = ticket;
    this.location = new URL(reply.headers.get("Location") ?? "", location.href).href;
    await peer.setRemoteDescription({ type: "answer", sdp: await reply.text() });
    this.video.srcObject = stream;
    await this.video.play();
  }

  async stop(): Promise<void> {
    const [peer, session] = [this.peer, this.location];
    this.peer = null;
    this.location = "";
    this.video.srcObject = null;
    peer?.close();
    if (session) {
      const headers = { Authorization: `Bearer ${this.ticket}` };
      await fetch(session, { method: "DELETE", headers, keepalive: true }).catch(() => undefined);
    }
  }

  private async allowed(view: View): Promise<Ticket> {
    const token = document.querySelector<HTMLInputElement>("input[name=csrf]")?.value ?? "";
    const reply = await fetch(`/api/v1/hearings/${this.hearing}/looks`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": token },
      body: JSON.stringify({ view }),
    });
    if (reply.status !== 201) throw new Error(await why(reply));
    return (await reply.json()) as Ticket;
  }
}

async function gathered(peer: RTCPeerConnection): Promise<void> {
  if (peer.iceGatheringState === "complete") return;
  await new Promise<void>((done) => {
    peer.addEventListener("icegatheringstatechange", () => {
      if (peer.iceGatheringState === "complete") done();
    });
    setTimeout(done, GATHER_MS);
  });
}

async function why(reply: Response): Promise<string> {
  const problem = (await reply.json().catch(() => ({}))) as { title?: string; title_zh?: string };
  const said = document.documentElement.lang.startsWith("en") ? problem.title : problem.title_zh;
  return said ?? String(reply.status);
}

function begin(box: HTMLElement): void {
  const video = box.querySelector("video");
  const stage = box.querySelector<HTMLElement>("[data-look-stage]");
  const said = box.querySelector<HTMLElement>("[data-look-said]");
  const buttons = all<HTMLButtonElement>("[data-look]", box);
  if (!video || !stage || !said) return;
  const show = (view: string, text: string): void => {
    said.textContent = text;
    stage.hidden = !view;
    for (const button of buttons) {
      const mine = button.dataset["look"] ?? "";
      if (mine) button.setAttribute("aria-pressed", String(mine === view));
      else button.hidden = !view;
    }
  };
  const player = new Player(box.dataset["looks"] ?? "", video, () => {
    void player.stop();
    show("", word("looks.ended"));
  });
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const view = button.dataset["look"] as View | "";
      if (!view) {
        void player.stop().then(() => show("", word("looks.ended")));
        return;
      }
      show(view, word("looks.connecting"));
      player.play(view).then(
        () => show(view, word(`looks.playing.${view}`)),
        (error: unknown) => {
          void player.stop();
          show("", word("looks.failed", { why: error instanceof Error ? error.message : "" }));
        },
      );
    });
  }
  addEventListener("pagehide", () => void player.stop());
}

for (const box of all<HTMLElement>("[data-looks]")) begin(box);
