/** What the lanes are drawn from: stretches, and a column of measures a second. */
export interface Block {
  start: number;
  end: number;
  kind: string;
  text: string;
}

export interface LaneData {
  since: number;
  duration: number;
  live: boolean;
  t: number[];
  lufs: (number | null)[];
  faces: number[];
  skew: number[];
  faults: Block[];
  sealed: Block[];
  gaps: Block[];
  public: Block[];
  minutes: Block[];
  closures: Block[];
  hidden: Block[];
  speech: Block[];
  delay: [number, number][];
  steps: Block[];
  findings: Block[];
}

/** `old` with news: columns and stretches from `since` on are replaced, the rest stays. */
export function renewed(old: LaneData, news: LaneData): LaneData {
  const cut = old.t.findIndex((t) => t >= news.since);
  const keep = cut < 0 ? old.t.length : cut;
  const before = (blocks: Block[]): Block[] => blocks.filter((b) => b.end <= news.since);
  return {
    ...news,
    t: [...old.t.slice(0, keep), ...news.t],
    lufs: [...old.lufs.slice(0, keep), ...news.lufs],
    faces: [...old.faces.slice(0, keep), ...news.faces],
    skew: [...old.skew.slice(0, keep), ...news.skew],
    faults: [...before(old.faults), ...news.faults],
    hidden: [...before(old.hidden), ...news.hidden],
    speech: [...before(old.speech), ...news.speech],
  };
}

/** Index of the first column at or after `t`. */
export function columnFrom(data: LaneData, t: number): number {
  let [low, high] = [0, data.t.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((data.t[middle] ?? 0) < t) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the column that holds `t`. */
export function columnAt(data: LaneData, t: number): number {
  return Math.max(0, columnFrom(data, t + 1e-6) - 1);
}

/** The privacy delay in seconds at `t`, empty before the first. */
export function delayAt(data: LaneData, t: number): string {
  return String(data.delay.findLast(([since]) => since <= t)?.[1] ?? "");
}
