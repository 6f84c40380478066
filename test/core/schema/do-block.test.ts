import { beforeAll, expect, test } from 'vitest';
import { objectName } from '../../../server/src/core/schema/names';
import { schemaFromDdl } from '../../../server/src/core/schema/postgres/load';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';

beforeAll(loadPostgresParser);

function columns(sql: string): readonly string[] {
  const table = schemaFromDdl(sql).schema.relations.get(objectName('public', 't'));
  return table !== undefined && 'columns' in table ? table.columns.map(({ name }) => name) : [];
}

test.each([
  ['a block changes the schema', 'CREATE TABLE t (a int); DO $$ BEGIN ALTER TABLE t ADD COLUMN b int; END $$;', ['a', 'b']],
  ['each statement sees the one before', 'DO $$ BEGIN CREATE TABLE t (a int); ALTER TABLE t RENAME a TO z; END $$;', ['z']],
  ['what is in a branch may not run', 'CREATE TABLE t (a int); DO $$ BEGIN IF random() > 0.5 THEN ALTER TABLE t ADD b int; END IF; END $$;', ['a']],
  ['a constant string is run, too', "CREATE TABLE t (a int); DO $$ BEGIN EXECUTE 'ALTER TABLE t ADD c int'; END $$;", ['a', 'c']],
  ['a body that does not parse changes nothing', 'CREATE TABLE t (a int); DO $$ BEGIN ALTER $$;', ['a']],
])('%s', (_, sql, expected) => {
  expect(columns(sql)).toEqual(expected);
});
