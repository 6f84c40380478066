import { removeStatement, insertAfter } from '../rewrites/edits';
import { surroundingsOf } from '../rewrites/surroundings';
import { strength } from '../effects/postgres/lock-modes';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { isQuiet } from './size';
import { called, waiting } from './words';

export const validateInSameTransaction = defineRule({
  meta: {
    id: 'validate-in-same-transaction',
    group: 'constraint',
    summary: 'VALIDATE CONSTRAINT reads the table while the transaction still holds a strong lock on it',
    severity: 'error',
    recommended: true,
    danger:
      'VALIDATE CONSTRAINT by itself holds up nobody. In the transaction that added the constraint the lock of ADD CONSTRAINT is still held, so that reads or writes wait for the whole scan: NOT VALID has gained nothing.',
    safeWay: 'Commit first. Validate in a transaction, or a migration, of its own.',
    whenToIgnore: 'The table is small and will stay so.',
    sources: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES', 'https://www.postgresql.org/docs/current/explicit-locking.html'],
    bad: [
      {
        schema: 'CREATE TABLE orders (total int);',
        data: 'INSERT INTO orders VALUES (1);',
        sql: 'BEGIN;\nALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0) NOT VALID;\nALTER TABLE orders VALIDATE CONSTRAINT c;\nCOMMIT;\n',
        fixed: 'BEGIN;\nALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0) NOT VALID;\nCOMMIT;\nALTER TABLE orders VALIDATE CONSTRAINT c;\n',
      },
      { title: 'In one statement', sql: 'ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0) NOT VALID, VALIDATE CONSTRAINT c;\n' },
    ],
    good: [
      { sql: 'BEGIN;\nALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0) NOT VALID;\nCOMMIT;\nALTER TABLE orders VALIDATE CONSTRAINT c;\n' },
      { sql: 'BEGIN;\nALTER TABLE orders VALIDATE CONSTRAINT c;\nCOMMIT;\n' },
    ],
  },
  kinds: ['validate constraint'],
  *find(context) {
    for (const action of actionsOf(context.effects, 'validate constraint')) {
      if (isQuiet(context, action, 'scan')) continue;
      const held = context.moment.held.find(({ claim }) => claim.relation === action.relation && strength(claim.mode) >= strength('SHARE'));
      const beside = context.effects.locks.find(({ relation, mode }) => relation === action.relation && strength(mode) >= strength('SHARE'));
      if (held !== undefined) yield { action, mode: held.claim.mode, ordinal: held.ordinal };
      else if (beside !== undefined) yield { action, mode: beside.mode, ordinal: undefined };
    }
  },
  say: ({ action, mode, ordinal }, { parsed }) => ({
    message: `VALIDATE CONSTRAINT reads all of ${called(action.relation)} while ${ordinal === undefined ? 'this statement takes' : 'the transaction still holds'} ${mode} on it: ${waiting(mode)} meanwhile. Validate in a transaction of its own.`,
    span: headline(parsed.text, action.span),
    related: ordinal === undefined ? [] : [{ message: `${mode} is taken here`, ordinal }],
  }),
  mend(_, context) {
    const { parsed, index, effects, statements } = context;
    const around = surroundingsOf(context);
    if (around.kind !== 'explicit' || parsed.nodeKind !== 'AlterTableStmt' || effects.actions.length !== 1) return [];
    const text = statements[index]?.parsed.text ?? '';
    return [
      {
        title: 'Validate behind the COMMIT',
        safety: 'review',
        edits: [removeStatement(context, index), insertAfter(context, around.commit, [text])],
      },
    ];
  },
});
