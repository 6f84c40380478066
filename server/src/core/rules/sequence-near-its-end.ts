import { ownedSequences, tableOf } from '../effects/postgres/relations';
import type { RelationName } from '../schema/names';
import { headline } from './place';
import { actionsOf, defineRule, type FindContext } from './rule';
import { called } from './words';

/** From here on a migration is no time to wait for the next one. */
const URGENT = 0.9;

/** What a migration does to a table whose numbers run out, or to one that will hold them. */
const KINDS = ['add column', 'add constraint', 'alter column type', 'insert', 'merge', 'copy', 'attach partition', 'create index'] as const;

export const sequenceNearItsEnd = defineRule({
  meta: {
    id: 'sequence-near-its-end',
    group: 'type',
    summary: 'A sequence of the table that the migration is about has used most of its numbers',
    severity: 'warning',
    recommended: true,
    danger:
      'When a sequence reaches its end, every INSERT that takes a number from it fails: `nextval: reached maximum value of sequence`. The way out, a bigint column, rewrites the table under ACCESS EXCLUSIVE where nobody prepared it. Lockscope knows how far a sequence is where it is connected to the database, or has a snapshot of it.',
    safeWay: 'Widen the column and its sequence while there is time: a new bigint column, a trigger that keeps it, a backfill in batches, then a swap of the names; and `ALTER SEQUENCE … AS bigint`.',
    whenToIgnore: 'The change to bigint is under way in other migrations.',
    sources: ['https://www.postgresql.org/docs/current/sql-createsequence.html', 'https://www.postgresql.org/docs/current/functions-sequence.html'],
    bad: [
      { schema: 'CREATE TABLE orders (id serial PRIMARY KEY, total int);', sql: 'ALTER TABLE orders ADD COLUMN note text;\n', used: { orders_id_seq: 0.93 } },
      { schema: 'CREATE SCHEMA app; CREATE TABLE app."Orders" ("Id" int GENERATED ALWAYS AS IDENTITY, n int);', sql: 'CREATE INDEX CONCURRENTLY ON app."Orders" (n);\n', used: { 'app."Orders_Id_seq"': 0.8 } },
    ],
    good: [
      { title: 'There is time', schema: 'CREATE TABLE orders (id serial PRIMARY KEY);', sql: 'ALTER TABLE orders ADD COLUMN note text;\n', used: { orders_id_seq: 0.4 } },
      { title: 'The migration widens it', schema: 'CREATE TABLE orders (id serial PRIMARY KEY);', sql: 'ALTER TABLE orders ALTER COLUMN id TYPE bigint;\n', used: { orders_id_seq: 0.93 } },
      { title: 'Nothing is known of the counter', schema: 'CREATE TABLE orders (id serial PRIMARY KEY);', sql: 'ALTER TABLE orders ADD COLUMN note text;\n' },
    ],
  },
  kinds: KINDS,
  *find(context) {
    const seen = new Set<RelationName>();
    for (const action of actionsOf(context.effects, ...KINDS)) {
      if (action.relation === undefined || action.isNew || action.conditional || seen.has(action.relation)) continue;
      seen.add(action.relation);
      for (const found of nearTheirEnd(action.relation, context)) yield { ...found, relation: action.relation, span: action.span };
    }
  },
  say: ({ sequence, used, relation, span }, { parsed }) => ({
    message: `The sequence ${called(sequence)}, which ${called(relation)} takes its numbers from, has used ${String(Math.floor(used * 100))} % of them: at its end every INSERT fails. Widen it and its column to bigint while there is time.`,
    span: headline(parsed.text, span),
    severity: used >= URGENT ? 'error' : 'warning',
  }),
});

/** Its sequences that have used most of their numbers, unless this very statement widens their column. */
function nearTheirEnd(relation: RelationName, { before, statistics, effects }: FindContext): readonly { readonly sequence: RelationName; readonly used: number }[] {
  const table = tableOf(relation, before);
  if (table === undefined) return [];
  const widened = new Set(actionsOf(effects, 'alter column type').filter((action) => action.relation === relation).map(({ column }) => column));
  return ownedSequences(table, before).flatMap((sequence) => {
    const used = statistics.sizeOf(sequence.name)?.used;
    const column = sequence.ownedBy?.column;
    return used === undefined || used < NEAR || (column !== undefined && widened.has(column)) ? [] : [{ sequence: sequence.name, used }];
  });
}

/** From where on a sequence is near its end. */
const NEAR = 0.75;
