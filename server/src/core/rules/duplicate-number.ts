import { versionOf } from '../migration-path';
import { headline } from './place';
import { defineFileRule } from './rule';

export const duplicateNumber = defineFileRule({
  meta: {
    id: 'duplicate-number',
    group: 'transaction',
    upOnly: true,
    summary: 'Two migrations of a folder have the same number',
    severity: 'warning',
    recommended: true,
    danger: 'Which of the two runs first is left to the tool, and many refuse to run at all or take the second for one that has run already. It happens when two branches are merged that each took the next number.',
    safeWay: 'Give the one that has not run anywhere the next free number.',
    whenToIgnore: 'The tool tells files apart by their whole names, and the two do not depend on each other.',
    sources: ['https://documentation.red-gate.com/fd/migrations-184127470.html', 'https://github.com/golang-migrate/migrate/blob/master/MIGRATIONS.md'],
    bad: [
      { sql: 'ALTER TABLE users ADD COLUMN age int;\n', path: 'migrations/002_users.sql', others: { 'migrations/001_start.sql': 'SELECT 1;\n', 'migrations/002_orders.sql': 'SELECT 1;\n' } },
      { sql: 'SELECT 2;\n', path: 'migrations/V1.2__b.sql', others: { 'migrations/V1_2__a.sql': 'SELECT 1;\n' } },
    ],
    good: [
      { sql: 'SELECT 2;\n', path: 'migrations/002_users.sql', others: { 'migrations/001_users.sql': 'SELECT 1;\n' } },
      { title: 'Up and down', sql: 'SELECT 2;\n', path: 'migrations/001_users.up.sql', others: { 'migrations/001_users.down.sql': 'SELECT 1;\n', 'migrations/002_more.up.sql': 'SELECT 1;\n' } },
      { title: 'No numbers', sql: 'SELECT 2;\n', path: 'migrations/users.sql', others: { 'migrations/orders.sql': 'SELECT 1;\n' } },
    ],
  },
  *findInFile({ neighbours, path, statements, text }) {
    const version = versionOf(path);
    const [first] = statements;
    const twin = neighbours?.twin;
    if (twin === undefined || version === undefined || first === undefined) return;
    const place = headline(text.slice(first.span.offset), { offset: 0, length: first.span.length });
    yield {
      message: `${twin} has the same number, ${version}: which of them runs first is left to the tool, and some run only one. Give this one the next free number.`,
      span: { offset: first.span.offset + place.offset, length: place.length },
      related: [{ message: 'has the same number', path: twin, span: undefined }],
    };
  },
});
