/** Server-sent events that come back by themselves, with the browser's own retry as a base. */

export type Handler = (data: unknown) => void;

const RETRY_MS = 3000;

/** Listens to `url`; `handlers` by event name. Returns a function that stops for good. */
export function listen(url: string, handlers: Record<string, Handler>): () => void {
  let source: EventSource | null = null;
  let timer: number | undefined;
  let stopped = false;

  const open = (): void => {
    if (stopped) return;
    source = new EventSource(url);
    for (const [name, handler] of Object.entries(handlers)) {
      source.addEventListener(name, (event) => handler(parse(event)));
    }
    source.onerror = () => {
      // A closed source is not retried by the browser (for example after a 502 while restarting).
      if (source?.readyState === EventSource.CLOSED) timer = window.setTimeout(open, RETRY_MS);
    };
  };

  open();
  window.addEventListener("pagehide", () => source?.close(), { once: true });
  return () => {
    stopped = true;
    window.clearTimeout(timer);
    source?.close();
  };
}

function parse(event: Event): unknown {
  return event instanceof MessageEvent ? JSON.parse(event.data as string) : null;
}
