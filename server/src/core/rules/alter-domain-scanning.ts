import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { listed } from '../lists';
import { called } from './words';
import { domainNotValid } from '../rewrites/domain';

export const alterDomainScanning = defineRule({
  meta: {
    id: 'alter-domain-scanning',
    group: 'constraint',
    summary: 'A new constraint of a domain reads every table that uses it while writes wait',
    severity: 'error',
    recommended: true,
    danger: '`ALTER DOMAIN … ADD CHECK` and `SET NOT NULL` take SHARE on every table with a column of the domain and read each of them whole: writes to all of them wait.',
    safeWay: 'Add the CHECK as NOT VALID, which locks no table, then `VALIDATE CONSTRAINT`: that too reads under SHARE, so do it when writes are few. SET NOT NULL has no such form.',
    whenToIgnore: 'No large table uses the domain.',
    sources: ['https://www.postgresql.org/docs/current/sql-alterdomain.html', 'src/backend/commands/typecmds.c, validateDomainCheckConstraint'],
    bad: [
      { schema: 'CREATE DOMAIN email AS text; CREATE TABLE users (mail email);', unproven: 'when to validate is left to people', sql: "ALTER DOMAIN email ADD CONSTRAINT c CHECK (VALUE LIKE '%@%');\n", fixed: "ALTER DOMAIN email ADD CONSTRAINT c CHECK (VALUE LIKE '%@%') NOT VALID;\n" },
      { schema: 'CREATE DOMAIN email AS text; CREATE TABLE users (mail email);', sql: 'ALTER DOMAIN email SET NOT NULL;\n' },
    ],
    good: [
      { schema: 'CREATE DOMAIN email AS text; CREATE TABLE users (mail email);', sql: "ALTER DOMAIN email ADD CONSTRAINT c CHECK (VALUE LIKE '%@%') NOT VALID;\n" },
      { sql: 'CREATE DOMAIN email AS text;\nALTER DOMAIN email SET NOT NULL;\n' },
    ],
  },
  kinds: ['alter domain'],
  find: ({ effects, before, path }) =>
    actionsOf(effects, 'alter domain').filter((action) => action.adds !== undefined && !action.notValid && !action.isNew && before.type(action.domain)?.origin !== path),
  say(action, { parsed, effects }) {
    const tables = effects.scans.length > 0 ? listed(effects.scans.map((relation) => called(relation))) : 'every table that uses it';
    return {
      message: `A new constraint of ${called(action.domain)} takes SHARE on ${tables}: writes wait while every row is checked. ${action.adds === 'check' ? 'Add it NOT VALID, and validate it when writes are few.' : 'Set it on the columns instead, by way of a CHECK that is validated apart.'}`,
      span: headline(parsed.text, action.span),
      ...(effects.scans.length > 0 ? {} : { severity: 'warning' as const }),
    };
  },
  mend: (action, context) => domainNotValid(context, action),
});
