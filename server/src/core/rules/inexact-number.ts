import { declaredColumns } from './column-types';
import { defineRule } from './rule';

export const inexactNumber = defineRule({
  meta: {
    id: 'inexact-number',
    group: 'type',
    summary: 'money, real and double precision lose or hide digits',
    severity: 'hint',
    recommended: false,
    danger: '`real` and `double precision` cannot hold most decimal fractions, so sums of amounts drift. `money` depends on the setting lc_monetary: its values change meaning between databases.',
    safeWay: 'Use `numeric` with a scale for amounts, or a bigint of the smallest unit.',
    whenToIgnore: 'The numbers are measurements and not amounts.',
    sources: ['https://www.postgresql.org/docs/current/datatype-money.html', 'https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-FLOAT'],
    bad: [{ sql: 'ALTER TABLE orders ADD COLUMN total money;\n' }, { sql: 'ALTER TABLE orders ADD COLUMN total double precision;\n' }],
    good: [{ sql: 'ALTER TABLE orders ADD COLUMN total numeric(12, 2);\n' }, { sql: 'ALTER TABLE orders ADD COLUMN total bigint;\n' }],
  },
  find: (context) => [...declaredColumns(context)].filter(({ type }) => type === 'money' || type === 'float4' || type === 'float8'),
  say: ({ column, type, span }) => ({
    message: `${column} is ${type === 'money' ? 'money, whose meaning depends on lc_monetary' : 'a floating-point number, whose sums drift'}. Use numeric for amounts.`,
    span,
  }),
});
