/** What the server put on the page: JSON data blocks and translated words. */

export function readJson<T>(id: string): T | null {
  const text = document.getElementById(id)?.textContent;
  return text ? (JSON.parse(text) as T) : null;
}

const words: Record<string, string> = readJson<Record<string, string>>("words") ?? {};

/** The page's word for `key`, with `{name}` places filled in. */
export function word(key: string, values: Record<string, string | number> = {}): string {
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Seconds as 1:02:03 or 02:03, as the server's `hms` writes them. */
export function hms(value: number): string {
  const whole = Math.max(0, Math.floor(value));
  const hours = Math.floor(whole / 3600);
  const rest = [Math.floor((whole % 3600) / 60), whole % 60].map((n) => String(n).padStart(2, "0"));
  return hours > 0 ? [hours, ...rest].join(":") : rest.join(":");
}

export function all<T extends Element>(selector: string, root: ParentNode = document): T[] {
  return [...root.querySelectorAll<T>(selector)];
}
