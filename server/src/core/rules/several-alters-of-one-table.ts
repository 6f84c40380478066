import type { StatementAnalysis } from '../analysis';
import type { RelationName } from '../schema/names';
import { hasTrait, statementsWith } from './file-actions';
import { headline } from './place';
import { defineFileRule, type FileContext } from './rule';
import { called } from './words';

export const severalAltersOfOneTable = defineFileRule({
  meta: {
    id: 'several-alters-of-one-table',
    group: 'transaction',
    summary: 'Several ALTER TABLE statements in a row each rewrite or read the same table',
    severity: 'info',
    recommended: true,
    danger: 'Each statement goes through the table by itself, under ACCESS EXCLUSIVE. One ALTER TABLE with several subcommands goes through it once.',
    safeWay: 'Where the work cannot be avoided, put the subcommands into one ALTER TABLE.',
    whenToIgnore: 'The table is small and will stay so.',
    sources: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES'],
    bad: [
      { sql: 'ALTER TABLE users ADD COLUMN a uuid DEFAULT gen_random_uuid();\nALTER TABLE users ADD COLUMN b uuid DEFAULT gen_random_uuid();\n' },
      { schema: 'CREATE TABLE users (a int, b int);', sql: 'BEGIN;\nALTER TABLE users ALTER a TYPE bigint;\nALTER TABLE users ALTER b TYPE bigint;\nCOMMIT;\n' },
    ],
    good: [
      { sql: 'ALTER TABLE users ADD COLUMN a uuid DEFAULT gen_random_uuid(), ADD COLUMN b uuid DEFAULT gen_random_uuid();\n' },
      { sql: 'ALTER TABLE users ADD COLUMN a int;\nALTER TABLE users ADD COLUMN b int;\n' },
    ],
  },
  *findInFile(file) {
    for (const [index, statement] of statementsWith(file, 'goes through a table')) {
      const previous = hasTrait(file, index - 1, 'goes through a table') ? file.statements[index - 1] : undefined;
      if (previous === undefined) continue;
      const table = bothGoThrough(previous, statement, file);
      if (table === undefined) continue;
      const { parsed, span } = statement;
      const line = headline(parsed.text, { offset: 0, length: parsed.text.length });
      yield {
        message: `The statement before goes through all of ${called(table)} too, under a lock of its own. Put both into one ALTER TABLE, which goes through it once.`,
        span: { offset: span.offset + line.offset, length: line.length },
      };
    }
  },
});

/** The table that two neighbours each rewrite or read; validation, which holds up nobody, does not count. */
function bothGoThrough(first: StatementAnalysis, second: StatementAnalysis, file: FileContext): RelationName | undefined {
  if (first.segment !== second.segment) return undefined;
  const work = (statement: StatementAnalysis): readonly RelationName[] => {
    const { effects } = statement;
    if (effects === undefined || effects.actions.some((action) => action.kind === 'validate constraint' || action.kind === 'attach partition')) return [];
    return [...effects.rewrites, ...effects.scans];
  };
  const known = new Set(work(first));
  return work(second).find((relation) => known.has(relation) && second.before.relations.get(relation)?.origin !== file.path);
}
