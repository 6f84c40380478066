import { alterTableOf } from '../rewrites/alter-table';
import { constraintName } from '../rewrites/constraint';
import { validateLater } from '../rewrites/validate-later';
import { SchemaEditor } from '../schema/editor';
import { statementsWith, type Numbered } from './file-actions';
import { headline } from './place';
import { actionsOf, defineFileRule } from './rule';
import type { RelationName } from '../schema/names';
import { called } from './words';

export const neverValidated = defineFileRule({
  meta: {
    id: 'never-validated',
    group: 'constraint',
    upOnly: true,
    summary: 'A constraint is added NOT VALID, and no migration of the folder validates it',
    severity: 'warning',
    recommended: true,
    danger:
      'NOT VALID is half of the safe way: new rows are checked, old ones never were. Until somebody validates it the constraint promises less than it says: the planner does not use it, SET NOT NULL cannot rely on it, and rows that break it stay and fail at the next UPDATE.',
    safeWay: '`ALTER TABLE … VALIDATE CONSTRAINT …` in a transaction of its own, best in the next migration: it takes SHARE UPDATE EXCLUSIVE, and reads and writes go on.',
    whenToIgnore: 'Old rows are known to break it and may stay as they are.',
    sources: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT'],
    bad: [
      {
        sql: 'ALTER TABLE orders ADD CONSTRAINT total_ok CHECK (total >= 0) NOT VALID;\n',
        path: 'migrations/001_totals.sql',
        others: { 'migrations/002_users.sql': 'ALTER TABLE users ADD COLUMN age int;\n' },
      },
      {
        title: 'Nothing comes after it yet (a hint)',
        sql: 'ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;\n',
        path: 'migrations/002_fk.sql',
        others: { 'migrations/001_users.sql': 'CREATE TABLE users (id bigint PRIMARY KEY);\n' },
      },
    ],
    good: [
      {
        sql: 'ALTER TABLE orders ADD CONSTRAINT total_ok CHECK (total >= 0) NOT VALID;\n',
        path: 'migrations/001_totals.sql',
        others: { 'migrations/002_validate.sql': 'ALTER TABLE orders VALIDATE CONSTRAINT total_ok;\n' },
      },
      { sql: 'ALTER TABLE orders ADD CONSTRAINT total_ok CHECK (total >= 0) NOT VALID;\nALTER TABLE orders VALIDATE CONSTRAINT total_ok;\n', others: { 'migrations/002_users.sql': 'SELECT 1;\n' } },
      { title: 'Nothing is known of other files', sql: 'ALTER TABLE orders ADD CONSTRAINT total_ok CHECK (total >= 0) NOT VALID;\n' },
    ],
  },
  *findInFile(file) {
    const { neighbours } = file;
    if (neighbours === undefined) return;
    const adding = statementsWith(file, 'adds a constraint not valid');
    if (adding.length === 0) return;
    const settling = statementsWith(file, 'validate constraint', 'drop constraint', 'drop relation', 'dynamic sql');
    for (const [index, { effects, parsed, span, segment, version }] of adding) {
      if (effects === undefined || !parsed.ok || segment.direction === 'down') continue;
      for (const action of actionsOf(effects, 'add constraint')) {
        const { relation } = action;
        if (!action.notValid || action.isNew || relation === undefined) continue;
        const name = action.name ?? constraintName(action, new SchemaEditor(version.get()));
        if (name === undefined || isSettledHere(settling, index, relation, name) || neighbours.isSettledLater(relation, name)) continue;
        const place = headline(parsed.text, action.span);
        const { hasLater } = neighbours;
        yield {
          message: `${name} of ${called(relation)} is added NOT VALID and ${hasLater ? 'no later migration validates it: rows that break it stay, and the planner does not use it' : 'still has to be validated'}. Validate it in a transaction of its own.`,
          span: { offset: span.offset + place.offset, length: place.length },
          severity: hasLater ? 'warning' : 'hint',
          fixes: () => (alterTableOf(parsed) === undefined ? [] : validateLater(file, index, relation, name)),
        };
      }
    }
  },
});

/** Whether a later statement of the same file validates or drops it. */
function isSettledHere(settling: readonly Numbered[], index: number, relation: RelationName, constraint: string): boolean {
  return settling.some(([at, { effects }]) => {
    if (at < index || effects === undefined) return false;
    // The same statement may do both.
    if (effects.drops.includes(relation) || actionsOf(effects, 'dynamic sql').length > 0) return true;
    return actionsOf(effects, 'validate constraint', 'drop constraint').some((action) => action.relation === relation && action.name === constraint);
  });
}
