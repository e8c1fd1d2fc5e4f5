// Counts the results of all TRX files in a directory and prints "N passed, N failed". Skipped tests count as failed: none may be skipped.
// Exit code 1 when anything failed or nothing ran.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const directory = process.argv[2];
let [passed, failed] = [0, 0];
let reports = [];
try {
  reports = readdirSync(directory, { recursive: true }).filter(name => name.endsWith('.trx'));
} catch { /* the build failed before there was a directory */ }
for (const report of reports) {
  const counters = readFileSync(join(directory, report), 'utf8').match(/<Counters\b[^>]*>/)?.[0] ?? '';
  const count = name => Number(counters.match(new RegExp(`\\b${name}="(\\d+)"`))?.[1] ?? 0);
  passed += count('passed');
  failed += count('total') - count('passed');
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
