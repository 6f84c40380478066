import { describe, expect, it } from 'vitest';
import { compareMigrations, fileDirection, histories, historyOf } from '../../server/src/core/migration-path';

/** Each row is already in migration order; the test sorts it from reversed. */
const ORDERS: readonly (readonly string[])[] = [
  ['1_a.sql', '2_b.sql', '10_c.sql'],
  ['001_a.sql', '2_b.sql', '0010_c.sql'],
  ['20240101000000_a.sql', '20240101000001_b.sql', '20240102000000_c.sql'],
  ['9007199254740993_a.sql', '9007199254740994_b.sql', '9007199254740995_c.sql'],
  ['001_users.up.sql', '001_users.down.sql', '002_orders.up.sql', '002_orders.down.sql'],
  ['001.do.users.sql', '001.undo.users.sql', '002.do.orders.sql'],
  ['20240101-users-up.sql', '20240101-users-down.sql', '20240102-orders-up.sql'],
  ['V1__a.sql', 'U1__a.sql', 'V1.1__b.sql', 'V1_2__c.sql', 'V2__d.sql', 'V10__e.sql', 'R__views.sql'],
  ['1.0.0_a.sql', '1.2.0_b.sql', '1.10.0_c.sql'],
  ['001_part9.sql', '001_part10.sql'],
  ['2020_01_01_000000_a.sql', '2020_01_01_000001_b.sql', '2020_02_01_000000_c.sql'],
  ['20240101_users/migration.sql', '20240102_orders/migration.sql'],
  ['2024-01-01-users/up.sql', '2024-01-01-users/down.sql', '2024-01-02-orders/up.sql'],
  ['001_a.sql', '002_b.sql', 'views.sql'],
];

describe('the order of migrations', () => {
  it.each(ORDERS)('%s …', (...paths) => {
    expect([...paths].reverse().sort(compareMigrations)).toEqual(paths);
  });
});

describe('the direction and history of a file', () => {
  it.each([
    ['db/migrations/001_users.sql', 'up', 'db/migrations'],
    ['db/migrations/001_users.up.sql', 'up', 'db/migrations'],
    ['db/migrations/001_users.down.sql', 'down', 'db/migrations'],
    ['db/migrations/001_users.rollback.sql', 'down', 'db/migrations'],
    ['db/migrations/005_rollback_feature.sql', 'up', 'db/migrations'],
    ['db/migrations/add_undo.sql', 'up', 'db/migrations'],
    ['db/migrations/U2__users.sql', 'down', 'db/migrations'],
    ['db/migrations/Users.sql', 'up', 'db/migrations'],
    ['db/migrations/003.undo.users.sql', 'down', 'db/migrations'],
    ['prisma/migrations/20240101_users/migration.sql', 'up', 'prisma/migrations'],
    ['migrations/2024-01-01_users/down.sql', 'down', 'migrations'],
    ['migrations/down/001.sql', 'down', 'migrations'],
    ['deploy/users.sql', 'up', ''],
    ['revert/users.sql', 'down', ''],
    ['users.sql', 'up', ''],
    ['migration.sql', 'up', ''],
    ['db/migrate/20240101_count_down.rb', 'up', 'db/migrate'],
    ['db/animals_migrate/20240101_cats.rb', 'up', 'db/animals_migrate'],
    ['shop/migrations/0001_initial.py', 'up', 'shop/migrations'],
    ['migrations/001_x.down.ts', 'down', 'migrations'],
  ])('%s is %s in "%s"', (path, direction, history) => {
    expect({ direction: fileDirection(path), history: historyOf(path) }).toEqual({ direction, history });
  });

  it('groups the files of several services', () => {
    const files = ['b/m/2.sql', 'a/m/10.sql', 'a/m/9.sql', 'b/m/1.sql'].map((path) => ({ path }));
    expect(histories(files).map((history) => history.map((file) => file.path))).toEqual([
      ['a/m/9.sql', 'a/m/10.sql'],
      ['b/m/1.sql', 'b/m/2.sql'],
    ]);
  });
});
