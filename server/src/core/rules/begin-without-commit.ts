import { insertAfter } from '../rewrites/edits';
import { step } from '../timeline';
import { defineFileRule, type FileContext } from './rule';

export const beginWithoutCommit = defineFileRule({
  meta: {
    id: 'begin-without-commit',
    group: 'transaction',
    summary: 'A transaction is begun and never committed',
    severity: 'error',
    recommended: true,
    danger: 'When the session ends, the server rolls the transaction back: nothing of it is kept, and no error says so. If the session lives on, its locks do too.',
    safeWay: 'End the transaction with COMMIT.',
    whenToIgnore: 'What runs the file commits it.',
    sources: ['https://www.postgresql.org/docs/current/sql-begin.html'],
    bad: [
      { sql: 'BEGIN;\nCREATE TABLE users (id bigint PRIMARY KEY);\n', fixed: 'BEGIN;\nCREATE TABLE users (id bigint PRIMARY KEY);\nCOMMIT;\n' },
      { sql: "start transaction;\nselect 1", fixed: 'start transaction;\nselect 1;\nCOMMIT;' },
    ],
    good: [{ sql: 'BEGIN;\nSELECT 1;\nCOMMIT;\n' }, { sql: 'BEGIN;\nSELECT 1;\nROLLBACK;\n' }],
  },
  *findInFile(file) {
    for (const index of lastOfSegments(file)) {
      const statement = file.statements[index];
      if (statement === undefined) continue;
      const { effects, moment, segment, span, transaction } = statement;
      const after = effects === undefined ? moment : step(moment, effects);
      // What a tool began before the file it commits behind it.
      if (after.scope !== 'explicit' || (segment.wrapper !== 'none' && segment.wrapper !== 'statement')) continue;
      const first = file.statements.findIndex((statement) => statement.segment === segment && statement.transaction === transaction);
      // A broken statement may be the COMMIT that is being typed.
      if (file.statements.slice(first, index + 1).some((statement) => !statement.parsed.ok)) continue;
      const begin = file.statements[first]?.effects?.control?.kind === 'begin' ? file.statements[first] : undefined;
      yield {
        message: 'This transaction is never committed: when the session ends, nothing of it is kept. Add a COMMIT.',
        span: begin?.span ?? span,
        fixes: () => [{ title: 'Add COMMIT at the end', safety: 'review', edits: [insertAfter(file, index, ['COMMIT'])] }],
      };
    }
  },
});

/** The indexes of the statements that end a segment. */
function lastOfSegments({ script, statements }: FileContext): readonly number[] {
  if (script.segments.length === 1) return [statements.length - 1];
  return statements.flatMap(({ segment }, index) => (statements[index + 1]?.segment === segment ? [] : [index]));
}
