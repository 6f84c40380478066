import { blocksTraffic } from '../effects/postgres/lock-modes';
import type { LockClaim } from '../effects/effects';
import { setLockTimeout } from '../rewrites/lock-timeout';
import { eachWith, statementsWith, type Numbered } from './file-actions';
import { headline } from './place';
import { defineFileRule, type FileContext, type FileReport } from './rule';
import { takes } from './words';

export const missingLockTimeout = defineFileRule({
  meta: {
    id: 'missing-lock-timeout',
    group: 'transaction',
    summary: 'A strong lock is asked for without a lock_timeout',
    severity: 'warning',
    recommended: true,
    mendsLast: true,
    danger:
      'A lock that blocks reads or writes has to wait for every transaction that uses the table, and while it waits everything that comes later queues behind it. One forgotten session is enough to stop the service, although the statement itself would be done in a millisecond.',
    safeWay: "Set `lock_timeout` to what the service can bear, a few seconds, and run the migration again when it strikes. One finding a file stands for all its statements.",
    whenToIgnore: 'The role, the database or the migration tool sets lock_timeout. Then switch this rule off in lockscope.json.',
    sources: ['https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-LOCK-TIMEOUT', 'https://www.postgresql.org/docs/current/explicit-locking.html'],
    bad: [
      { schema: 'CREATE TABLE users (id int);', sql: '-- adds a column\nALTER TABLE users ADD COLUMN age int;\n', fixed: "-- adds a column\nSET lock_timeout = '5s';\nALTER TABLE users ADD COLUMN age int;\n" },
      {
        schema: 'CREATE TABLE users (id int);',
        sql: 'begin;\nalter table users add column age int;\ncommit;\n',
        fixed: "begin;\nset local lock_timeout = '5s';\nalter table users add column age int;\ncommit;\n",
      },
    ],
    good: [
      { sql: "SET lock_timeout = '2s';\nALTER TABLE users ADD COLUMN age int;\n" },
      { sql: 'CREATE TABLE users (id int);\nALTER TABLE users ADD COLUMN age int;\n' },
      { sql: 'CREATE INDEX CONCURRENTLY i ON users (email);\n' },
    ],
  },
  *findInFile(file) {
    // What one transaction lacks is reported once; outside of transactions the whole file lacks it.
    for (const numbered of eachWith(file, 'untimed lock')) {
      const report = reportOf(numbered, file);
      if (report === undefined) continue;
      yield report;
      break;
    }
    const reported = new Set<number>();
    for (const numbered of statementsWith(file, 'untimed lock in a transaction')) {
      const [, { transaction }] = numbered;
      const report = reported.has(transaction) ? undefined : reportOf(numbered, file);
      if (report === undefined) continue;
      reported.add(transaction);
      yield report;
    }
  },
});

function reportOf([index, { effects, parsed, span }]: Numbered, file: FileContext): FileReport | undefined {
  const lock = effects?.locks.find((claim) => isStrong(claim, file));
  if (effects === undefined || lock === undefined) return undefined;
  const line = headline(parsed.text, { offset: 0, length: parsed.text.length });
  return {
    message: `${effects.kind} ${takes(lock.mode, lock.relation)} behind it for as long as it queues for the lock. Set lock_timeout first, so that it gives up instead.`,
    span: { offset: span.offset + line.offset, length: line.length },
    fixes: () => setLockTimeout(file, index),
  };
}

function isStrong({ mode, origin, relationKind }: LockClaim, file: FileContext): boolean {
  return blocksTraffic(mode) && origin !== file.path && relationKind !== 'index';
}
