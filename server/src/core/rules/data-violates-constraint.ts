import { checkKey, checksOf, violationsInWords } from '../data-checks';
import { headline } from './place';
import { defineRule } from './rule';

export const dataViolatesConstraint = defineRule({
  meta: {
    id: 'data-violates-constraint',
    group: 'constraint',
    upOnly: true,
    summary: 'Rows that are there now violate what the statement demands: it fails',
    severity: 'error',
    recommended: true,
    danger:
      'ADD CONSTRAINT, SET NOT NULL, VALIDATE CONSTRAINT, a unique index, ATTACH PARTITION and a narrower type look at every row, and fail at the first that does not fit: after minutes, under their lock, on the one database that has such rows. Lockscope counts them only on request (*Check Data Against Constraints*, `check --check-data`).',
    safeWay: 'Mend or delete those rows first, in batches; a constraint may be added NOT VALID meanwhile, so that no new ones come.',
    whenToIgnore: 'Something else mends them before the migration runs.',
    sources: ['https://www.postgresql.org/docs/current/ddl-constraints.html'],
    bad: [
      { schema: 'CREATE TABLE users (email text);', sql: 'ALTER TABLE users ALTER COLUMN email SET NOT NULL;\n', violations: 17 },
      { schema: 'CREATE TABLE orgs (id int PRIMARY KEY); CREATE TABLE users (org int);', sql: 'ALTER TABLE users ADD CONSTRAINT users_org_fk FOREIGN KEY (org) REFERENCES orgs (id);\n', violations: 3 },
    ],
    good: [
      { title: 'No row does', schema: 'CREATE TABLE users (email text);', sql: 'ALTER TABLE users ALTER COLUMN email SET NOT NULL;\n', violations: 0 },
      { title: 'Nobody counted', sql: 'ALTER TABLE users ALTER COLUMN email SET NOT NULL;\n' },
    ],
  },
  *find({ effects, parsed, before, statistics: { violationsOf } }) {
    if (violationsOf === undefined) return;
    for (const { action, checks } of checksOf({ effects, parsed, before })) {
      for (const check of checks) {
        const violations = violationsOf(checkKey(check));
        if (violations !== undefined && violations.count > 0) yield { action, check, violations };
      }
    }
  },
  say: ({ action, check, violations }, { parsed }) => ({
    message: `${capital(violationsInWords(check, violations))}, so this fails. What finds them: ${check.shown.slice(0, -1)}.`,
    span: headline(parsed.text, action.span),
  }),
});

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
