/** Migrations as tools run them: fixes have to leave the tool's transaction, or to go into files of their own. */
import { TOOLS } from '../../../server/src/core/script/tools';
import type { MigrationTool } from '../../../server/src/core/script/script';

export interface Placement {
  readonly tool: MigrationTool;
  readonly title: string;
  readonly path: string;
  readonly text: string;
  readonly beside: Readonly<Record<string, string>>;
  /** Whether the file cannot run as it stands: then its fix has to make it run. */
  readonly fails: boolean;
}

/** What exists before an example of a tool: the column and the index that it does not make itself. */
export function users(text: string): string {
  const age = /add column "?age|add_column :users, :age|age: :?integer/iu.test(text) ? '' : ', age int';
  return `
    CREATE TABLE users (id bigint PRIMARY KEY, email text${age});
    CREATE INDEX j ON users (email);
    ${text.includes('REINDEX INDEX CONCURRENTLY i') ? 'CREATE INDEX i ON users (email);' : ''}
    ${text.includes('logs_1') ? "CREATE TABLE logs (id bigint, at date) PARTITION BY RANGE (at); CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');" : ''}
    CREATE TABLE "User" (id bigint PRIMARY KEY);
    CREATE SCHEMA "_database_schema";
    CREATE TABLE "_database_schema".users (age int);
    INSERT INTO users (id) SELECT g FROM generate_series(1, 50) g;`;
}

/** How many of the statements that fail are those of the way forward, which is what runs here. */
const failing = (text: string, fails: readonly string[]): number => {
  const up = text.split(/^--.*\bdown\b/imu)[0] ?? '';
  return fails.filter((statement) => up.includes(statement) || !text.includes(statement)).length;
};

/** Each tool's own examples that fail and that a fix mends. */
export const TOOL_EXAMPLES: readonly Placement[] = TOOLS.flatMap((tool) =>
  tool.examples
    .filter(({ fails, fixed, written, text }) => failing(text, fails) === 1 && (fixed !== undefined || written !== undefined))
    .map(({ title, path, text, beside = {} }) => ({ tool, title: `${tool.id}: ${title}`, path, text, beside, fails: true })),
);

/** How tools of four kinds write a migration: one transaction that a directive or a file beside it switches off, one that nothing does, and a file that is sent whole. */
const FORMS: readonly { readonly tool: string; readonly path: string; readonly head?: string; readonly beside?: Readonly<Record<string, string>> }[] = [
  { tool: 'goose', path: 'migrations/00002_change.sql', head: '-- +goose Up\n' },
  { tool: 'flyway', path: 'migrations/V2__change.sql' },
  { tool: 'golang-migrate', path: 'migrations/000002_change.up.sql' },
  { tool: 'sqlx', path: 'migrations/2_change.up.sql' },
  { tool: 'hasura', path: 'migrations/default/1700000000000_change/up.sql' },
  { tool: 'yoyo', path: 'migrations/0002.change.sql', head: '-- depends: 0001.start\n' },
];

/** Over the world of the corpus, one for each way that a rewrite finds its place. */
export const PLACED: readonly string[] = [
  'CREATE INDEX customers_mail_idx ON customers (mail);',
  'CREATE INDEX events_kind ON events (kind);',
  'DROP INDEX "customers Age";',
  'REINDEX TABLE app.orders;',
  'ALTER TABLE customers ADD CONSTRAINT age_ok CHECK (age >= 0);',
  'ALTER TABLE app.orders ADD CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id);',
  'ALTER TABLE customers ADD CONSTRAINT mail_once UNIQUE (mail);',
  'ALTER TABLE tags ADD PRIMARY KEY (id);',
  'ALTER TABLE customers ALTER COLUMN name SET NOT NULL;',
  'ALTER TABLE app.orders ADD COLUMN roll double precision NOT NULL DEFAULT random() * 0;',
  'ALTER TABLE tags ADD level int CHECK (level > 0);',
  'ALTER TABLE tags ADD COLUMN owner bigint DEFAULT 7 REFERENCES customers;',
  'ALTER TABLE tags ADD COLUMN slug text UNIQUE;',
  'ALTER TABLE tags ALTER COLUMN id TYPE bigint;',
  "ALTER TABLE events ATTACH PARTITION events_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');",
  "CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);",
  'ALTER TABLE events DETACH PARTITION events_2023;',
  'DROP TABLE tags;',
  'ALTER TABLE tags RENAME COLUMN weight TO heft;',
  'UPDATE customers SET age = age + 1;',
  'INSERT INTO tags SELECT id, name FROM customers;',
];

/** Each of them in every third form, alone or with a neighbour by turns. */
const IN_FORMS: readonly (Placement & { readonly sql: string })[] = FORMS.flatMap((form, turn) => {
  const tool = TOOLS.find(({ id }) => id === form.tool);
  if (tool === undefined) throw new Error(`no tool ${form.tool}`);
  return PLACED.flatMap((statement, at) => {
    if ((at + turn) % 3 > 0) return [];
    const sql = `${(at + turn) % 2 === 0 ? '' : 'INSERT INTO audit VALUES (1000);\n'}${statement}\n`;
    return [{ tool, title: `${tool.id}: ${statement}`, path: form.path, text: `${form.head ?? ''}${sql}`, sql, beside: form.beside ?? {}, fails: false }];
  });
});

/** A tool whose plan names its files: a fix can add none. */
const PLANNED = { path: 'drizzle/0002_change.sql', sql: 'DROP TABLE tags;\n' };

export const STATEMENTS_OF_TOOLS: readonly (Placement & { readonly sql: string })[] = [
  ...IN_FORMS,
  ...TOOLS.filter(({ id }) => id === 'drizzle').map((tool) => ({ ...PLANNED, tool, title: `${tool.id}: ${PLANNED.sql}`, text: PLANNED.sql, beside: {}, fails: false })),
];
