// Runs the browser tests one file after the other and says at the end how it went.
//
//   node tests/browser/run.mjs            all files
//   node tests/browser/run.mjs journey    the files whose name holds that word

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { binary } from './hazel.mjs';

const wanted = process.argv.slice(2);
const files = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.test.mjs'))
  .filter((file) => wanted.length === 0 || wanted.some((word) => file.includes(word)))
  .sort()
  .map((file) => join(import.meta.dirname, file));

if (files.length === 0) {
  console.error(`No browser test is named like ${wanted.join(' or ')}.`);
  process.exit(2);
}
try {
  console.log(`Browser tests of ${binary()}`);
} catch (error) {
  console.error(error.message);
  process.exit(2);
}

const began = Date.now();
let passed = 0;
const failed = [];
const stream = run({ files, concurrency: 1, timeout: 40 * 60_000 });
// A file counts by the tests in it. One without any is a mistake, not a success.
const leaf = (event) => event.details?.type !== 'suite' && !files.includes(event.name);
stream.on('test:pass', (event) => { if (leaf(event)) passed += 1; });
stream.on('test:fail', (event) => { failed.push(event.name); });
stream.compose(spec).pipe(process.stdout);
stream.on('end', () => {
  const seconds = Math.round((Date.now() - began) / 1000);
  process.on('exit', () => {
    if (failed.length > 0) console.log(`\nBrowser tests: ${failed.length} failed, ${passed} passed, ${seconds} s.\n  ${failed.join('\n  ')}`);
    else if (passed === 0) console.log('\nBrowser tests: none was run.');
    else console.log(`\nBrowser tests: all ${passed} passed in ${seconds} s.`);
  });
  process.exitCode = failed.length === 0 && passed > 0 ? 0 : 1;
});
