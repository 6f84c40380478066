import { insertBefore, removeStatement } from '../rewrites/edits';
import { inTransaction } from '../timeline';
import { statementsWith } from './file-actions';
import { headline } from './place';
import { actionsOf, defineFileRule, type FileContext, type Fix } from './rule';
import { called } from './words';

export const enumValueUsedInTransaction = defineFileRule({
  meta: {
    id: 'enum-value-used-in-transaction',
    group: 'enum',
    summary: 'A new enum value is used in the transaction that adds it',
    severity: 'error',
    recommended: true,
    danger: 'ALTER TYPE … ADD VALUE may run in a transaction, but the value cannot be used before that commits: the server says "unsafe use of new value" and the migration fails. A type created in the same transaction is an exception.',
    safeWay: 'Add the value in a transaction of its own, before.',
    versions: 'The same on 12 to 18. Before 12 ADD VALUE itself could not run in a transaction.',
    whenToIgnore: 'The string only looks like the value.',
    sources: ['https://www.postgresql.org/docs/current/sql-altertype.html#SQL-ALTERTYPE-NOTES', 'src/backend/utils/adt/enum.c, check_safe_enum_use'],
    bad: [
      {
        schema: "CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE people (id int, mood mood);",
        data: "INSERT INTO people VALUES (1, 'sad');",
        sql: "BEGIN;\nALTER TYPE mood ADD VALUE 'calm';\nUPDATE people SET mood = 'calm' WHERE id = 1;\nCOMMIT;\n",
        fixed: "ALTER TYPE mood ADD VALUE 'calm';\nBEGIN;\nUPDATE people SET mood = 'calm' WHERE id = 1;\nCOMMIT;\n",
      },
      { sql: "BEGIN;\nALTER TYPE mood ADD VALUE IF NOT EXISTS 'it''s ok';\nALTER TABLE people ALTER COLUMN mood SET DEFAULT 'it''s ok';\nCOMMIT;\n" },
    ],
    good: [
      { sql: "ALTER TYPE mood ADD VALUE 'calm';\nUPDATE people SET mood = 'calm' WHERE id = 1;\n" },
      { sql: "BEGIN;\nCREATE TYPE mood AS ENUM ('sad');\nALTER TYPE mood ADD VALUE 'calm';\nCREATE TABLE people (id bigint PRIMARY KEY, mood mood DEFAULT 'calm');\nCOMMIT;\n" },
    ],
  },
  *findInFile(file) {
    for (const [index, { effects, moment, before }] of statementsWith(file, 'add enum value')) {
      if (effects === undefined || !inTransaction(moment)) continue;
      for (const action of actionsOf(effects, 'add enum value')) {
        if (before.types.get(action.type)?.origin === file.path) continue;
        const use = useOf(file, index, action.value);
        if (use === undefined) continue;
        const { parsed, span } = use;
        const line = headline(parsed.text, { offset: 0, length: parsed.text.length });
        yield {
          message: `This uses '${action.value}', which the same transaction adds to ${called(action.type)}: it fails, since a new enum value cannot be used before it is committed. Add the value in a transaction of its own, before.`,
          span: { offset: span.offset + line.offset, length: line.length },
          fixes: () => addItBefore(file, index),
        };
      }
    }
  },
});

/** The first later statement of the same transaction that writes the value as a string. */
function useOf(file: FileContext, index: number, value: string): FileContext['statements'][number] | undefined {
  const literal = `'${value.replaceAll("'", "''")}'`;
  const { transaction } = file.statements[index] ?? {};
  return file.statements.slice(index + 1).find(({ transaction: own, parsed, effects }) => {
    if (own !== transaction || effects === undefined || effects.actions.some((action) => action.kind === 'add enum value')) return false;
    return parsed.text.includes(literal);
  });
}

function addItBefore(file: FileContext, index: number): readonly Fix[] {
  const statement = file.statements[index];
  if (statement?.moment.scope !== 'explicit') return [];
  const begin = index - statement.moment.ordinal;
  if (file.statements[begin]?.effects?.control?.kind !== 'begin') return [];
  return [{ title: 'Add the value before the transaction', safety: 'review', edits: [insertBefore(file, begin, [statement.parsed.text]), removeStatement(file, index)] }];
}
