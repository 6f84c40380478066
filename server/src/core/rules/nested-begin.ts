import { removeStatement } from '../rewrites/edits';
import { statementsWith } from './file-actions';
import { defineFileRule, type FileContext, type Fix } from './rule';

export const nestedBegin = defineFileRule({
  meta: {
    id: 'nested-begin',
    group: 'transaction',
    summary: 'BEGIN inside a transaction does nothing, and its COMMIT ends the outer one',
    severity: 'warning',
    recommended: true,
    danger: 'PostgreSQL has no nested transactions: the second BEGIN is a warning, the first COMMIT ends everything, and what follows runs outside of any transaction. Where a migration tool opened the outer one, its own bookkeeping is cut off from the migration.',
    safeWay: 'Leave it out, or use SAVEPOINT. Where the tool opens the transaction, leave BEGIN and COMMIT to it.',
    whenToIgnore: 'Never: it does not do what it says.',
    sources: ['https://www.postgresql.org/docs/current/sql-begin.html#id-1.9.3.9.6', 'src/backend/access/transam/xact.c, BeginTransactionBlock'],
    bad: [
      { sql: 'BEGIN;\nBEGIN;\nSELECT 1;\nCOMMIT;\n', fixed: 'BEGIN;\nSELECT 1;\nCOMMIT;\n' },
      { sql: 'begin;\nselect 1;\n-- again\nstart transaction;\nselect 2;\ncommit;\n', fixed: 'begin;\nselect 1;\nselect 2;\ncommit;\n' },
    ],
    good: [{ sql: 'BEGIN;\nSAVEPOINT a;\nRELEASE a;\nCOMMIT;\n' }, { sql: 'BEGIN;\nCOMMIT;\nBEGIN;\nCOMMIT;\n' }],
  },
  *findInFile(file) {
    for (const [index, { moment, segment, span }] of statementsWith(file, 'begin')) {
      const byTool = (moment.scope === 'file' || moment.scope === 'run') && segment.wrapper !== 'none';
      if (moment.scope !== 'explicit' && !byTool) continue;
      yield {
        message: byTool
          ? 'The migration tool has opened a transaction already: this BEGIN does nothing, and the COMMIT that belongs to it ends the tool\'s. Leave both out.'
          : 'A transaction is open already: this BEGIN does nothing, and the next COMMIT ends all of it. Leave it out, or use SAVEPOINT.',
        span,
        fixes: () => removal(file, index, byTool),
      };
    }
  },
});

/** Leaving out a BEGIN that does nothing changes nothing; under a tool its COMMIT would have to go too. */
function removal(file: FileContext, index: number, byTool: boolean): readonly Fix[] {
  return byTool ? [] : [{ title: 'Remove this BEGIN', safety: 'safe', edits: [removeStatement(file, index)] }];
}
