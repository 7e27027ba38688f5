// Prints what the build weighs, compressed, and fails above the budgets of the player.
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'src', 'bandstand', 'app', 'player_dist');
const manifest = JSON.parse(await readFile(join(dist, 'manifest.json'), 'utf8'));
const gz = async (file) => gzipSync(await readFile(join(dist, file)), { level: 9 }).length;
const closure = (key, seen = new Set()) => {
  if (!seen.has(key)) { seen.add(key); (manifest[key].imports ?? []).forEach((next) => closure(next, seen)); }
  return seen;
};
const sum = async (files) => (await Promise.all([...new Set(files)].map(gz))).reduce((a, b) => a + b, 0);
const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const home = Object.keys(manifest).find((key) => key.endsWith('pages/Home.svelte'));
const first = new Set([...closure(entry), ...(home ? closure(home) : [])]);
const files = await readdir(dist, { recursive: true });
const fonts = await Promise.all(files.filter((f) => f.endsWith('.woff2')).map(async (f) => (await readFile(join(dist, f))).length));
const report = {
  initial_js: [await sum([...first].map((key) => manifest[key].file)), 60 * 1024],
  engine: [await sum(files.filter((f) => /assets\/engine-.*\.js$/.test(f))), 10 * 1024],
  css: [await sum(files.filter((f) => f.endsWith('.css'))), 20 * 1024],
  fonts: [fonts.reduce((a, b) => a + b, 0), 80 * 1024],
};
let bad = false;
for (const [name, [bytes, limit]] of Object.entries(report)) {
  console.log(`${name.padEnd(12)} ${String(bytes).padStart(7)} of ${limit}`);
  bad ||= bytes > limit;
}
if (bad) { console.error('over budget'); process.exit(1); }
