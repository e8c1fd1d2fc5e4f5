// Brings libchdb into native/node_modules with `npm ci`, once, also when several builds ask for it at the same time.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, 'node_modules');
const stamp = join(modules, '.restored');
const mutex = join(here, 'node_modules.lock');
const wanted = readFileSync(join(here, 'package-lock.json'), 'utf8');
const staleAfterMs = 30_000;

const upToDate = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

async function acquire() {
  for (;;) {
    try {
      mkdirSync(mutex);
      return true;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (upToDate()) return false;
    try {
      // The holder touches its lock while it works; one that stopped doing so was killed.
      if (Date.now() - statSync(mutex).mtimeMs > staleAfterMs) rmSync(mutex, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
    await pause(200);
  }
}

if (upToDate()) {
  const now = new Date();
  utimesSync(stamp, now, now);
  process.exit(0);
}
if (!(await acquire())) process.exit(0);
try {
  if (!upToDate()) {
    const { spawn } = await import('node:child_process');
    const windows = process.platform === 'win32';
    const probe = spawnSync('npm', ['--version'], { shell: windows });
    if (probe.error || probe.status !== 0) {
      console.error('error : npm was not found. libchdb, the embedded ClickHouse engine, comes as an npm package: install Node.js 18+ with npm '
        + '(https://nodejs.org), or build with -p:EmbeddedClickHouse=false and set CHDB_LIBCHDB_PATH to a libchdb.so when running.');
      process.exitCode = 2;
    } else {
      const alive = setInterval(() => { const now = new Date(); utimesSync(mutex, now, now); }, 2_000);
      const child = spawn('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
        { cwd: here, shell: windows, stdio: 'inherit' });
      const code = await new Promise(resolve => child.on('close', resolve));
      clearInterval(alive);
      if (code === 0) {
        mkdirSync(modules, { recursive: true });
        writeFileSync(stamp, wanted);
      } else {
        console.error(`error : npm ci failed with exit code ${code} in ${here}: libchdb, the embedded ClickHouse engine, is missing.`);
        process.exitCode = 3;
      }
    }
  }
} finally {
  rmSync(mutex, { recursive: true, force: true });
}
