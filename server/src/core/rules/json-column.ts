import { declaredColumns } from './column-types';
import { defineRule } from './rule';

export const jsonColumn = defineRule({
  meta: {
    id: 'json-column',
    group: 'column',
    summary: 'A json column has no equality',
    severity: 'hint',
    recommended: true,
    danger: 'The type `json` keeps the text as it came and has no equality operator: SELECT DISTINCT, GROUP BY and UNION over it fail, queries that run today among them.',
    safeWay: 'Use `jsonb`.',
    whenToIgnore: 'White space, the order of keys or duplicate keys must be kept.',
    sources: ['https://www.postgresql.org/docs/current/datatype-json.html'],
    bad: [
      { unproven: 'the type is another one on purpose', sql: 'ALTER TABLE users ADD COLUMN settings json;\n', fixed: 'ALTER TABLE users ADD COLUMN settings jsonb;\n' },
      { unproven: 'the type is another one on purpose', sql: 'CREATE TABLE users (id bigint PRIMARY KEY, "Data" JSON NOT NULL);\n', fixed: 'CREATE TABLE users (id bigint PRIMARY KEY, "Data" JSONB NOT NULL);\n' },
    ],
    good: [{ sql: 'ALTER TABLE users ADD COLUMN settings jsonb;\n' }, { sql: 'CREATE TABLE users (id bigint PRIMARY KEY, json text);\n' }],
  },
  find: (context) => [...declaredColumns(context)].filter(({ type }) => type === 'json'),
  say: ({ column, span }) => ({ message: `${column} is json, which has no equality: DISTINCT and GROUP BY over it fail. Use jsonb.`, span }),
  mend({ span }, { statements, index, parsed }) {
    const statement = statements[index];
    const written = parsed.text.slice(span.offset, span.offset + span.length);
    const word = /json$/i.exec(written);
    if (statement === undefined || word === null) return [];
    const edit = { offset: statement.span.offset + span.offset + word.index, length: 4, text: word[0] === 'JSON' ? 'JSONB' : 'jsonb' };
    return [{ title: 'Use jsonb', safety: 'review', edits: [edit] }];
  },
});
