import { codeName } from '../code-name';
import type { Action } from '../effects/effects';
import { ARCHIVED } from '../rewrites/archive';
import { viewInItsPlace } from '../rewrites/rename';
import type { RelationName } from '../schema/names';
import { isCreatedLater, statementsWith } from './file-actions';
import { headline } from './place';
import { actionsOf, defineFileRule, type FileContext } from './rule';
import { called } from './words';

export const renameTable = defineFileRule({
  meta: {
    id: 'rename-table',
    group: 'compatibility',
    upOnly: true,
    summary: 'Renaming or moving a table breaks the release that still uses the old name',
    severity: 'warning',
    recommended: true,
    danger:
      'The rename is brief (ACCESS EXCLUSIVE), but from its commit on every query with the old name fails. `SET SCHEMA` does the same to everybody who does not have the new schema on the search path.',
    safeWay: 'In the same transaction create an updatable view under the old name; drop it when no release uses it any more.',
    whenToIgnore: 'No release that is still running uses the old name.',
    sources: ['https://www.postgresql.org/docs/current/sql-createview.html#SQL-CREATEVIEW-UPDATABLE-VIEWS'],
    bad: [
      {
        unproven: 'the view under the old name is new on purpose',
        sql: 'ALTER TABLE users RENAME TO accounts;\n',
        fixed: 'BEGIN;\nALTER TABLE users RENAME TO accounts;\nCREATE VIEW users AS SELECT * FROM accounts;\nCOMMIT;\n',
      },
      {
        title: 'Inside a transaction, with a schema',
        unproven: 'the view under the old name is new on purpose',
        sql: 'BEGIN;\nALTER TABLE app."Users" RENAME TO accounts;\nCOMMIT;\n',
        fixed: 'BEGIN;\nALTER TABLE app."Users" RENAME TO accounts;\nCREATE VIEW app."Users" AS SELECT * FROM app.accounts;\nCOMMIT;\n',
      },
      {
        unproven: 'the view under the old name is new on purpose',
        sql: 'ALTER TABLE users SET SCHEMA archive;\n',
        fixed: 'BEGIN;\nALTER TABLE users SET SCHEMA archive;\nCREATE VIEW users AS SELECT * FROM archive.users;\nCOMMIT;\n',
      },
    ],
    good: [
      { sql: 'ALTER INDEX users_email_idx RENAME TO users_mail_idx;\n' },
      { title: 'The table is new', sql: 'CREATE TABLE a (x int);\nALTER TABLE a RENAME TO b;\n' },
      { title: 'To an archive', sql: 'ALTER TABLE users RENAME TO _archived_users;\n' },
      { title: 'A view takes its place', sql: 'BEGIN;\nALTER TABLE users RENAME TO accounts;\nCREATE VIEW users AS SELECT * FROM accounts;\nCOMMIT;\n' },
    ],
  },
  *findInFile(file) {
    for (const [index, { effects, parsed, span, segment }] of statementsWith(file, 'rename relation', 'set schema')) {
      if (effects === undefined || segment.direction === 'down') continue;
      for (const action of actionsOf(effects, 'rename relation', 'set schema')) {
        if (action.isNew || !action.what.endsWith('table') || isReplaced(file, index, action.relation)) continue;
        // The first step of dropping it: nobody shall use it any more.
        if (action.kind === 'rename relation' && action.to.startsWith(ARCHIVED)) continue;
        const place = headline(parsed.text, action.span);
        yield {
          message: messageOf(action),
          span: { offset: span.offset + place.offset, length: place.length },
          ...(action.relation === undefined ? {} : { about: codeName(action.relation) }),
          fixes: () => viewInItsPlace(file, index, action),
        };
      }
    }
  },
});

function messageOf(action: Extract<Action, { kind: 'rename relation' | 'set schema' }>): string {
  const what = action.kind === 'set schema' ? `Moving ${called(action.relation)} to schema ${action.to}` : `Renaming ${called(action.relation)} to ${action.to}`;
  return `${what} breaks every running release that uses the old name. Put an updatable view in its place in the same transaction.`;
}

/** Whether a later statement creates something under the old name. */
function isReplaced(file: FileContext, index: number, relation: RelationName | undefined): boolean {
  if (relation === undefined) return false;
  return isCreatedLater(file, index, relation);
}
