// Merges the Cobertura files of all test projects: a line counts as covered when any of them ran it.
// Processes that tests start are measured too; what kill -9 takes away may be missing, so the figure is rather too low than too high.
// Usage: node coverage.mjs DIRECTORY LEAST_PERCENT; prints a table; exit code 1 when the lines of all our projects together are below.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const projects = ['Analytics.Api', 'Analytics.Contracts', 'Ingestion.Worker', 'ServiceDefaults', 'Standalone', 'Embedded.ClickHouse', 'Embedded.Kafka'];
const [directory, least] = [process.argv[2], Number(process.argv[3])];
const reports = readdirSync(directory, { recursive: true }).filter(name => name.endsWith('.cobertura.xml'));
const root = process.cwd().replaceAll('\\', '/') + '/';

/** project -> file -> line -> was it run */
const covered = new Map(projects.map(name => [name, new Map()]));
for (const report of reports) {
  let lines;
  for (const [, file, number, hits] of readFileSync(join(directory, report), 'utf8')
    .matchAll(/<class\b[^>]*?\bfilename="([^"]*)"|<line\b[^>]*?\bnumber="(\d+)"[^>]*?\bhits="(\d+)"/g)) {
    if (file !== undefined) {
      const path = file.replaceAll('\\', '/').replace(root, '');
      const files = path.includes('/obj/') || path.startsWith('artifacts/') ? undefined : covered.get(path.split('/')[0]);
      if (files && !files.has(path)) files.set(path, new Map());
      lines = files?.get(path);
    } else {
      lines?.set(number, (lines.get(number) ?? false) || Number(hits) > 0);
    }
  }
}

const row = (name, run, all) => console.log(`${name.padEnd(24)}${String(run).padStart(8)}${String(all).padStart(8)}${(all ? (100 * run / all).toFixed(1) : '-').padStart(8)}`);
console.log(`${'coverage'.padEnd(24)}${'run'.padStart(8)}${'lines'.padStart(8)}${'%'.padStart(8)}   (${reports.length} reports)`);
let [run, all] = [0, 0];
const weakest = [];
for (const [name, files] of covered) {
  let [ran, count] = [0, 0];
  for (const [path, lines] of files) {
    const hit = [...lines.values()].filter(Boolean).length;
    [ran, count] = [ran + hit, count + lines.size];
    weakest.push([lines.size - hit, path, lines.size]);
  }
  row(name, ran, count);
  [run, all] = [run + ran, all + count];
}
row('all', run, all);
console.log('most lines never run:');
for (const [missing, path, lines] of weakest.sort((a, b) => b[0] - a[0]).slice(0, 15))
  console.log(`  ${String(missing).padStart(5)} of ${String(lines).padStart(5)}  ${path}`);

const empty = [...covered].filter(([, files]) => files.size === 0).map(([name]) => name);
if (empty.length > 0) console.log(`not measured at all: ${empty.join(', ')}`);
const percent = all ? 100 * run / all : 0;
if (empty.length > 0 || percent < least) {
  console.log(`coverage: ${percent.toFixed(1)} % of lines, at least ${least} % are required`);
  process.exit(1);
}
console.log(`coverage: ${percent.toFixed(1)} % of lines`);
