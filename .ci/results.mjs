// Counts the results of all TRX files in a directory, names what failed and why, and prints "N passed, N failed" as its last line.
// Skipped tests count as failed: none may be skipped. Exit code 1 when anything failed or nothing ran.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const directory = process.argv[2];
let [passed, failed] = [0, 0];
let reports = [];
try {
  reports = readdirSync(directory, { recursive: true }).filter(name => name.endsWith('.trx'));
} catch { /* the build failed before there was a directory */ }
for (const report of reports) {
  const text = readFileSync(join(directory, report), 'utf8');
  const counters = text.match(/<Counters\b[^>]*>/)?.[0] ?? '';
  const count = name => Number(counters.match(new RegExp(`\\b${name}="(\\d+)"`))?.[1] ?? 0);
  passed += count('passed');
  failed += count('total') - count('passed');
  for (const [result] of text.matchAll(/<UnitTestResult\b[^>]*?(?:\/>|>[^]*?<\/UnitTestResult>)/g)) {
    if (/\boutcome="Passed"/.test(result)) continue;
    const message = result.match(/<Message>([^]*?)<\/Message>/)?.[1] ?? '';
    const place = result.match(/<StackTrace>([^]*?)<\/StackTrace>/)?.[1] ?? '';
    console.log(`failed: ${result.match(/\btestName="([^"]*)"/)?.[1]}\n  ${message.slice(0, 1500)}\n  ${place.slice(0, 600)}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
