/** Writes what every case does on real servers to .cache/truth: `node scripts/record-truth.mjs [MAJOR…] [--only TEXT]`. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { type NamedCase, allCases } from './cases/index';
import { WORLD } from './copies';
import { repositoryRoot } from './installation';
import { openWorld, worldSchema } from './measure';
import { MAJORS, type Server, withServer } from './servers';

const run = promisify(execFile);
const folder = path.join(repositoryRoot(), '.cache', 'truth');
mkdirSync(folder, { recursive: true });

const only = process.argv.indexOf('--only');
const filter = only === -1 ? undefined : process.argv[only + 1];
const asked = process.argv.slice(2).map(Number);
const majors = MAJORS.filter((major) => asked.every(Number.isNaN) || asked.includes(major));

for (const major of majors) {
  const started = Date.now();
  const records = await withServer(major, async (server) => {
    writeFileSync(path.join(folder, `world-${major}.sql`), worldSchema());
    const world = await openWorld(server);
    const dumped = filter === undefined && (await dump(server));
    const found: (NamedCase & object)[] = [];
    for (const example of allCases(major)) {
      if (filter !== undefined && !`${example.file} ${example.sql}`.includes(filter)) continue;
      const truth = await world.measure(example);
      found.push({ ...example, ...truth });
      if (filter !== undefined) console.log(major, JSON.stringify({ ...example, ...truth }, undefined, 1));
      else if (truth.error !== null) console.log(`${major} ${example.file}: ${example.sql}\n     ${truth.error}`);
    }
    await world.close();
    if (filter === undefined) console.log(`${major}: ${found.length} cases${dumped ? ', dumped' : ''}`);
    return found;
  });
  if (filter === undefined) {
    const file = path.join(folder, `${major}.json`);
    writeFileSync(file, `[\n${records.map((record) => JSON.stringify(record)).join(',\n')}\n]\n`);
    console.log(`${major}: ${((Date.now() - started) / 1000).toFixed(1)} s, ${path.relative(process.cwd(), file)}`);
  }
}

/** What pg_dump makes of the world, where a pg_dump is at hand that reads this server. */
async function dump(server: Server): Promise<boolean> {
  try {
    const { stdout } = await run('pg_dump', ['--schema-only', '--dbname', server.url(WORLD)], { maxBuffer: 10_000_000 });
    writeFileSync(path.join(folder, `dump-${server.major}.sql`), stdout);
    return true;
  } catch {
    return false;
  }
}
