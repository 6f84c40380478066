/** Compares the model's claims with recorded truths, without a server: `node scripts/record-truth.mjs --check [MAJOR…]`. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import type { NamedCase } from './cases/index';
import { claim } from './claim';
import { differences } from './compare';
import { repositoryRoot } from './installation';
import { type Truth, worldSchema } from './measure';
import { MAJORS } from './servers';

await loadPostgresParser();
const asked = process.argv.slice(2).map(Number);
const majors = MAJORS.filter((major) => asked.every(Number.isNaN) || asked.includes(major));
for (const major of majors) {
  const file = path.join(repositoryRoot(), '.cache', 'truth', `${major}.json`);
  if (!existsSync(file)) continue;
  const records = JSON.parse(readFileSync(file, 'utf8')) as (NamedCase & Truth)[];
  let right = 0;
  for (const record of records) {
    const wrong = differences(record, claim(record.sql, worldSchema(), major, record.setup), record);
    if (wrong.length === 0) right++;
    else
      console.log(
        [
          `${major} ${record.file}: ${record.sql}`,
          ...(record.setup === undefined ? [] : [`  after: ${record.setup}`]),
          ...wrong.map((line) => `  - ${line}`),
        ].join('\n'),
      );
  }
  console.log(`${major}: ${right} of ${records.length} right`);
}
