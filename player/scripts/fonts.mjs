// Cuts the two typefaces down to what the player shows: Latin, Latin-1 and Latin Extended-A, at most 80 KB in all.
// Both are under the SIL Open Font License; the licence texts are copied beside the cut files.
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import subset from 'subset-font';

const here = dirname(fileURLToPath(import.meta.url));
const from = join(here, '..', 'node_modules', '@fontsource-variable');
const to = join(here, '..', 'src', 'assets', 'fonts');
const LIMIT = 80 * 1024;

const range = (a, b) => Array.from({ length: b - a + 1 }, (_, i) => String.fromCodePoint(a + i)).join('');
const latin = range(0x20, 0x7e) + range(0xa0, 0xff) + '–—‘’‚“”„†•…‹›€™−×';
const extended = range(0x100, 0x17f) + 'ȘșȚțẞ';

const CUTS = [
  ['fraunces', 'fraunces-latin-opsz-normal', 'fraunces', latin, { wght: { min: 420, max: 560 }, opsz: 40 }],
  ['fraunces', 'fraunces-latin-wght-italic', 'fraunces-italic', range(0x20, 0x7e) + 'éèàäåöüß–’', { wght: 480 }],
  ['fraunces', 'fraunces-latin-ext-wght-normal', 'fraunces-ext', extended.replace(/[ĀāĂĈĉĊċĔĕĜĝĠġĤĥĦħĨĩĬĭİĲĳĴĵĶķĸĿŀŁŉŊŋŎŏŔŕŖŗŘŜŝŢţŤŦŧŨũŬŭŴŵŶŷſ]/g, '') + 'İŁŘŤ', { wght: 480 }],
  ['source-sans-3', 'source-sans-3-latin-wght-normal', 'sans', latin, { wght: { min: 400, max: 700 } }],
  ['source-sans-3', 'source-sans-3-latin-ext-wght-normal', 'sans-ext', extended, { wght: 460 }],
];

await mkdir(to, { recursive: true });
let total = 0;
for (const [family, file, name, text, variationAxes] of CUTS) {
  const source = await readFile(join(from, family, 'files', `${file}.woff2`));
  const cut = await subset(source, text, { targetFormat: 'woff2', variationAxes });
  await writeFile(join(to, `${name}.woff2`), cut);
  await copyFile(join(from, family, 'LICENSE'), join(to, `${family}.LICENSE.txt`));
  total += cut.length;
  console.log(`${name}.woff2 ${cut.length}`);
}
if (total > LIMIT) throw new Error(`fonts are ${total} bytes, the limit is ${LIMIT}`);
console.log(`fonts ${total} of ${LIMIT} bytes`);
