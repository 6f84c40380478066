import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { called } from './words';

export const renameEnumValue = defineRule({
  meta: {
    id: 'rename-enum-value',
    group: 'enum',
    upOnly: true,
    summary: 'Renaming an enum value breaks the release that still uses the old one',
    severity: 'warning',
    recommended: true,
    danger: 'From the commit on every query that writes the old value fails, and the running release reads a value it does not know.',
    safeWay: 'Add the new value, let the code accept both, change the rows in batches, and leave the old value unused. A lookup table makes this easier.',
    whenToIgnore: 'No release that is still running knows the value.',
    sources: ['https://www.postgresql.org/docs/current/sql-altertype.html'],
    bad: [{ sql: "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue';\n" }, { sql: "ALTER TYPE app.\"Mood\" RENAME VALUE 'ok' TO 'fine';\n" }],
    good: [{ sql: "ALTER TYPE mood ADD VALUE 'blue';\n" }, { title: 'The type is new', sql: "CREATE TYPE mood AS ENUM ('sad');\nALTER TYPE mood RENAME VALUE 'sad' TO 'blue';\n" }],
  },
  kinds: ['rename enum value'],
  find: ({ effects, before, path }) => actionsOf(effects, 'rename enum value').filter((action) => !action.isNew && before.type(action.type)?.origin !== path),
  say: (action, { parsed }) => ({
    message: `Renaming '${action.value}' of ${called(action.type)} breaks every running release that uses it. Add a new value, change the rows in batches, and leave the old one unused.`,
    span: headline(parsed.text, action.span),
  }),
});
