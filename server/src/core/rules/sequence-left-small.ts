import { ownedSequences, tableOf } from '../effects/postgres/relations';
import { widenSequence } from '../rewrites/sequence';
import { nameParts, type RelationName } from '../schema/names';
import { SchemaEditor } from '../schema/editor';
import { statementsWith } from './file-actions';
import { headline } from './place';
import { actionsOf, defineFileRule, type FileContext } from './rule';
import { calledColumn, called } from './words';

export const sequenceLeftSmall = defineFileRule({
  meta: {
    id: 'sequence-left-small',
    group: 'type',
    summary: 'A serial column becomes a bigint, and its sequence still ends at 2,147,483,647',
    severity: 'warning',
    recommended: true,
    danger:
      '`serial` makes a sequence of type integer. `ALTER COLUMN … TYPE bigint` changes the column and not the sequence (that of an identity column it does), so that inserts fail all the same once it reaches 2,147,483,647: `nextval: reached maximum value of sequence`.',
    safeWay: 'Widen the sequence too: `ALTER SEQUENCE … AS bigint`. Its highest value goes up with the type.',
    whenToIgnore: 'The sequence has been widened before, or was made by hand as a bigint.',
    sources: ['https://www.postgresql.org/docs/current/sql-altersequence.html', 'https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-SERIAL'],
    bad: [
      {
        schema: 'CREATE TABLE users (id serial PRIMARY KEY);',
        sql: 'ALTER TABLE users ALTER COLUMN id TYPE bigint;\n',
        unproven: 'the sequence is another one on purpose',
        fixed: 'ALTER TABLE users ALTER COLUMN id TYPE bigint;\nALTER SEQUENCE users_id_seq AS bigint;\n',
      },
      {
        schema: 'CREATE SCHEMA app; CREATE TABLE app."Users" ("Id" serial PRIMARY KEY);',
        sql: 'alter table app."Users" alter "Id" type int8;\n',
        unproven: 'the sequence is another one on purpose',
        fixed: 'alter table app."Users" alter "Id" type int8;\nalter sequence app."Users_Id_seq" as bigint;\n',
      },
    ],
    good: [
      { schema: 'CREATE TABLE users (id serial PRIMARY KEY);', sql: 'ALTER TABLE users ALTER COLUMN id TYPE bigint;\nALTER SEQUENCE users_id_seq AS bigint;\n' },
      { title: 'An identity takes its sequence along', schema: 'CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY);', sql: 'ALTER TABLE users ALTER COLUMN id TYPE bigint;\n' },
      { schema: 'CREATE TABLE users (id int PRIMARY KEY);', sql: 'ALTER TABLE users ALTER COLUMN id TYPE bigint;\n' },
    ],
  },
  *findInFile(file) {
    for (const [index, { effects, parsed, span, segment, version }] of statementsWith(file, 'alter column type')) {
      if (effects === undefined || segment.direction === 'down') continue;
      for (const action of actionsOf(effects, 'alter column type')) {
        const end = action.from === undefined ? undefined : ENDS.get(action.from.name);
        if (action.relation === undefined || action.to.array || action.to.name !== 'pg_catalog.int8' || end === undefined) continue;
        const sequence = sequenceOf(action.relation, action.column, new SchemaEditor(version.get()));
        if (sequence === undefined || isAltered(file, sequence)) continue;
        const place = headline(parsed.text, action.span);
        yield {
          message: `${calledColumn(action.relation, action.column)} becomes a bigint, but ${called(sequence)}, which it takes its numbers from, still ends at ${end}. Widen it too: ALTER SEQUENCE … AS bigint.`,
          span: { offset: span.offset + place.offset, length: place.length },
          fixes: () => widenSequence(file, index, sequence),
        };
      }
    }
  },
});

/** Where the sequence of a serial column ends, by the column's type. */
const ENDS: ReadonlyMap<string, string> = new Map([
  ['pg_catalog.int4', '2,147,483,647'],
  ['pg_catalog.int2', '32,767'],
]);

/** The sequence that `serial` made for a column, by its name: one that was made by hand is a bigint as a rule. */
function sequenceOf(relation: RelationName, column: string, schema: SchemaEditor): RelationName | undefined {
  const table = tableOf(relation, schema);
  if (table === undefined || table.columns.find(({ name }) => name === column)?.identity !== undefined) return undefined;
  const own = `${nameParts(relation).name}_${column}_seq`;
  return ownedSequences(table, schema, column).find(({ name }) => nameParts(name).name === own)?.name;
}

function isAltered(file: FileContext, sequence: RelationName): boolean {
  return statementsWith(file, 'alter sequence').some(([, { effects }]) => effects !== undefined && actionsOf(effects, 'alter sequence').some(({ name }) => name === sequence));
}
