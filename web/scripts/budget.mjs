// Fails the build when what a viewer's browser must fetch for the watch page grows past the budget.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET = 250_000;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("manifest.json", dist), "utf8"));

function closure(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  const entry = manifest[key];
  for (const next of [...(entry.imports ?? []), ...(entry.dynamicImports ?? [])]) closure(next, seen);
  return seen;
}

const files = new Set();
for (const key of [...closure("src/site.ts"), ...closure("src/watch.ts")]) {
  files.add(manifest[key].file);
  for (const css of manifest[key].css ?? []) files.add(css);
}
for (const entry of Object.values(manifest)) if (entry.file.endsWith(".css")) files.add(entry.file);

let total = 0;
for (const file of files) {
  const size = gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;
  total += size;
  console.log(`${String(size).padStart(8)}  ${file}`);
}
console.log(`${String(total).padStart(8)}  watch page, gzip (budget ${BUDGET})`);
if (total > BUDGET) process.exit(1);
