import { defineFileRule } from './rule';

/** Its findings come from ignore.ts, which knows what each comment silenced. */
export const unusedIgnore = defineFileRule({
  meta: {
    id: 'unused-ignore',
    group: 'meta',
    summary: 'An ignore comment that is wrong or silences nothing',
    severity: 'warning',
    recommended: true,
    danger:
      'A comment that silences a rule is a promise that somebody looked. One that names no rule, a rule that does not exist or gives no reason silences nothing; one that has outlived its finding hides the next one.',
    safeWay: 'Name the rule and give the reason: `-- lockscope-ignore drop-column: no release reads it any more`. Remove comments that silence nothing.',
    whenToIgnore: 'Never: remove the comment instead.',
    sources: [],
    bad: [
      {
        title: 'Nothing left to silence',
        sql: '-- lockscope-ignore create-index-blocking: small table\nSELECT 1;\n',
        fixed: 'SELECT 1;\n',
      },
      { title: 'No reason', sql: '-- lockscope-ignore drop-table\nSELECT 1;\n', fixed: 'SELECT 1;\n' },
      { title: 'No such rule', sql: 'SELECT 1; -- lockscope-ignore no-such-rule: because\n', fixed: 'SELECT 1;\n' },
    ],
    good: [
      { sql: "-- lockscope-ignore drop-table: nothing reads it since release 41\nDROP TABLE archive;\n" },
      { sql: "SELECT '-- lockscope-ignore nothing';\n" },
    ],
  },
  findInFile: () => [],
});
