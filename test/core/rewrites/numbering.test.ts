import { expect, test } from 'vitest';
import { compareMigrations } from '../../../server/src/core/migration-path';
import { pathsAfter } from '../../../server/src/core/rewrites/phases/numbering';

test.each<[path: string, siblings: string[], paths: string[]]>([
  ['migrations/001_users.sql', [], ['migrations/002_a.sql', 'migrations/003_b.sql']],
  ['migrations/099_users.sql', [], ['migrations/100_a.sql', 'migrations/101_b.sql']],
  ['9-users.sql', [], ['10-a.sql', '11-b.sql']],
  ['db/V7__users.sql', [], ['db/V8__a.sql', 'db/V9__b.sql']],
  ['db/V1.2__users.sql', [], ['db/V1.3__a.sql', 'db/V1.4__b.sql']],
  ['m/20241231235959_users.up.sql', [], ['m/20250101000000_a.up.sql', 'm/20250101000001_b.up.sql']],
  ['m/20240228_users.sql', [], ['m/20240229_a.sql', 'm/20240301_b.sql']],
  ['m/1700000000_users.sql', [], ['m/1700000001_a.sql', 'm/1700000002_b.sql']],
  ['prisma/migrations/20240101120000_users/migration.sql', [], ['prisma/migrations/20240101120001_a/migration.sql', 'prisma/migrations/20240101120002_b/migration.sql']],
  ['m/users.sql', [], ['m/users_2_a.sql', 'm/users_3_b.sql']],
  ['m/001_users.sql', ['m/001_users.sql', 'm/002_orders.sql'], ['m/003_a.sql', 'm/004_b.sql']],
  ['m/010_users.sql', ['m/020_orders.sql'], ['m/011_a.sql', 'm/012_b.sql']],
  ['m/010_users.sql', ['other/011_orders.sql', 'm/001_x.sql'], ['m/011_a.sql', 'm/012_b.sql']],
])('%s beside %j', (path, siblings, paths) => {
  const made = pathsAfter(path, ['a', 'b'], siblings);
  expect(made).toEqual(paths);
  expect([...made].reverse().concat(path).sort(compareMigrations)).toEqual([path, ...paths]);
});
