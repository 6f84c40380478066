import { beforeAll, expect, test } from 'vitest';
import { phaseFix, phaseRefusal } from '../../../server/src/core/rewrites/phases/phases';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { applyEdits } from '../../../server/src/core/text';
import { fileOf } from './support';

beforeAll(loadPostgresParser);

const SCHEMA = 'CREATE TABLE users (id bigint PRIMARY KEY, name text, old int); CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, state text);';

test.each<[title: string, path: string, sql: string, files: Record<string, string>]>([
  [
    'three phases, with comments and CRLF',
    'm/007_mail.sql',
    "-- Mail\r\nALTER TABLE users ADD COLUMN mail text; -- new\r\n\r\n-- fill\r\nUPDATE users SET mail = name;\r\n\r\n-- 🐘 then\r\nALTER TABLE users ALTER mail SET NOT NULL;\r\nALTER TABLE users DROP COLUMN old;\r\n",
    {
      'm/007_mail.sql': '-- Mail\r\nALTER TABLE users ADD COLUMN mail text; -- new\r\n',
      'm/008_mail_backfill.sql': '-- fill\r\nUPDATE users SET mail = name;\r\n',
      'm/009_mail_contract.sql': '-- 🐘 then\r\nALTER TABLE users ALTER mail SET NOT NULL;\r\nALTER TABLE users DROP COLUMN old;\r\n',
    },
  ],
  [
    'a statement moves forward over one that has nothing to do with it, and not over one that has',
    'm/V1__x.sql',
    'ALTER TABLE users DROP COLUMN old;\nALTER TABLE orders ADD COLUMN note text;\nALTER TABLE users ADD COLUMN fresh int;\n',
    { 'm/V1__x.sql': 'ALTER TABLE orders ADD COLUMN note text;\n', 'm/V2__x_contract.sql': 'ALTER TABLE users DROP COLUMN old;\nALTER TABLE users ADD COLUMN fresh int;\n' },
  ],
  [
    'transactions and settings go along',
    '1_x.up.sql',
    "SET lock_timeout = '1s';\nBEGIN;\nALTER TABLE orders ADD COLUMN note text;\nALTER TABLE users RENAME COLUMN name TO full_name;\nCOMMIT;\n",
    {
      '1_x.up.sql': "SET lock_timeout = '1s';\nBEGIN;\nALTER TABLE orders ADD COLUMN note text;\nCOMMIT;\n",
      '2_x_contract.up.sql': "SET lock_timeout = '1s';\nBEGIN;\nALTER TABLE users RENAME COLUMN name TO full_name;\nCOMMIT;\n",
    },
  ],
  [
    'rows of a new table belong to its creation',
    '1_x.sql',
    "CREATE TABLE kinds (id int PRIMARY KEY);\nINSERT INTO kinds VALUES (1);\nDROP TABLE orders",
    { '1_x.sql': 'CREATE TABLE kinds (id int PRIMARY KEY);\nINSERT INTO kinds VALUES (1);\n', '2_x_contract.sql': 'DROP TABLE orders;\n' },
  ],
])('%s', (_, path, sql, files) => {
  const file = fileOf(sql, { schema: SCHEMA, path });
  const fix = phaseFix(file);
  if (fix === undefined) throw new Error(phaseRefusal(file) ?? 'one phase');
  const made = { [path]: applyEdits(sql, fix.edits), ...Object.fromEntries((fix.files ?? []).map((added) => [added.path, added.text])) };
  expect(made).toEqual(files);
  // What is split is split for good.
  for (const [each, text] of Object.entries(made)) expect(phaseFix(fileOf(text, { schema: SCHEMA, path: each }))).toBeUndefined();
});

test.each<[sql: string, reason: RegExp | undefined]>([
  ['ALTER TABLE users ADD COLUMN a int;', undefined],
  ['ALTER TABLE users ADD COLUMN a int;\nDROP TABEL x;', /cannot be read/],
  ['BEGIN; ALTER TABLE users ADD COLUMN a int; ROLLBACK; DROP TABLE orders;', /rolls back/],
  ['SET search_path = a; ALTER TABLE users ADD COLUMN a int; DROP TABLE orders;', /search_path/],
  ["DO $$ BEGIN EXECUTE 'x'; END $$; ALTER TABLE users ADD COLUMN a int;", undefined],
])('%s is left whole', (sql, reason) => {
  const file = fileOf(sql, { schema: SCHEMA });
  expect(phaseFix(file)).toBeUndefined();
  if (reason === undefined) expect(phaseRefusal(file)).toBeUndefined();
  else expect(phaseRefusal(file)).toMatch(reason);
});
