/** What the rules on existing objects say of their own examples, asked of a real server: it refuses the bad ones and takes the good ones. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alreadyExists } from '../../server/src/core/rules/already-exists';
import { doesNotExist } from '../../server/src/core/rules/does-not-exist';
import { loadPostgresParser } from '../../server/src/core/sql/postgres/parse';
import { openLanes, type Lanes } from './fixes/lanes';
import { startServer, type Server } from './servers';

/** duplicate_table and its kin; undefined_column, undefined_object, invalid_text_representation. */
const REFUSED = {
  'already-exists': /already exists/u,
  'does-not-exist': /does not exist|invalid input value for enum/u,
};

let server: Server;
let lanes: Lanes;
beforeAll(async () => {
  await loadPostgresParser();
  server = await startServer(18);
  lanes = await openLanes(server, 1);
});
afterAll(() => server.stop());

describe.each([
  { id: 'already-exists', meta: alreadyExists.meta },
  { id: 'does-not-exist', meta: doesNotExist.meta },
] as const)('$id', ({ id, meta }) => {
  test.each(meta.bad)('refuses $sql', async ({ schema = '', sql }) => {
    expect((await lanes.run(schema, sql)).error).toMatch(REFUSED[id]);
  });

  test.each(meta.good.filter(({ schema }) => schema !== undefined))('takes $sql', async ({ schema = '', sql }) => {
    expect((await lanes.run(schema, sql)).error).toBeUndefined();
  });
});
