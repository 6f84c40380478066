import { describe, expect, test } from 'vitest';
import type { Effects, TransactionControl } from '../../server/src/core/effects/effects';
import { NOTHING } from '../../server/src/core/effects/postgres/effects';
import type { LockMode } from '../../server/src/core/effects/postgres/lock-modes';
import { objectName } from '../../server/src/core/schema/names';
import { firstMoment, lastMoment, leftInSession, inTransaction, step, type Moment } from '../../server/src/core/timeline';
import type { Segment } from '../../server/src/core/script/script';

const SEGMENT: Segment = { text: '', offset: 0, direction: 'up', wrapper: 'none', send: 'statement', opaque: [] };

const control = (control: TransactionControl): Effects => ({ ...NOTHING, control });
const begin = control({ kind: 'begin' });
const commit = control({ kind: 'commit', chain: false });
const rollback = control({ kind: 'rollback', chain: false });
const savepoint = control({ kind: 'savepoint', name: 's' });
const rollbackTo = control({ kind: 'rollback to', name: 's' });
const release = control({ kind: 'release', name: 's' });
const set = (name: string, value: string | undefined, local = false): Effects => ({ ...NOTHING, setting: { name, value, local } });
const lock = (name: string, mode: LockMode): Effects => ({
  ...NOTHING,
  locks: [{ relation: objectName('public', name), relationKind: 'table', mode, reason: 'test', certainty: 'exact', origin: undefined }],
});

function after(effects: readonly Effects[], start: Moment = firstMoment(SEGMENT)): Moment {
  return effects.reduce(step, start);
}

const held = (moment: Moment): readonly string[] => moment.held.map(({ claim, ordinal }) => `${claim.relation} ${claim.mode} ${ordinal}`);

describe('locks', () => {
  test.each<[string, readonly Effects[], readonly string[]]>([
    ['outside of a transaction nothing is kept', [lock('a', 'SHARE')], []],
    ['inside it is', [begin, lock('a', 'SHARE')], ['public.a SHARE 1']],
    ['the strongest counts, with who took it', [begin, lock('a', 'SHARE'), lock('a', 'ACCESS EXCLUSIVE')], ['public.a ACCESS EXCLUSIVE 2']],
    ['a weaker one changes nothing', [begin, lock('a', 'SHARE'), lock('a', 'ACCESS SHARE')], ['public.a SHARE 1']],
    ['COMMIT releases', [begin, lock('a', 'SHARE'), commit], []],
    ['ROLLBACK releases', [begin, lock('a', 'SHARE'), rollback], []],
    ['ROLLBACK TO releases what came after the savepoint', [begin, lock('a', 'SHARE'), savepoint, lock('b', 'SHARE'), rollbackTo], ['public.a SHARE 1']],
    ['RELEASE keeps all', [begin, savepoint, lock('b', 'SHARE'), release], ['public.b SHARE 2']],
    ['a nested BEGIN does not start anew', [begin, lock('a', 'SHARE'), begin, lock('b', 'SHARE')], ['public.a SHARE 1', 'public.b SHARE 3']],
    ['COMMIT AND CHAIN releases, too', [begin, lock('a', 'SHARE'), control({ kind: 'commit', chain: true })], []],
  ])('%s', (_, effects, expected) => {
    expect(held(after(effects))).toEqual(expected);
  });

  test('COMMIT AND CHAIN goes on in a new transaction', () => {
    expect(inTransaction(after([begin, control({ kind: 'commit', chain: true })]))).toBe(true);
  });

  test.each([
    ['none', 'statement', 2, false],
    ['block', 'statement', 1, true],
    ['file', 'statement', 1, true],
    ['run', 'statement', 1, true],
    ['none', 'segment', 1, false],
    ['none', 'segment', 2, true],
    ['file', 'segment', 1, true],
  ] as const)('a wrapper of %s, sent by %s, %i statements: in a transaction %s', (wrapper, send, statements, expected) => {
    expect(inTransaction(firstMoment({ ...SEGMENT, wrapper, send }, statements))).toBe(expected);
  });

  test('what is sent as one query is in a transaction behind a COMMIT too, and out of it behind the query', () => {
    const query = firstMoment({ ...SEGMENT, send: 'segment' }, 3);
    const behind = after([begin, lock('a', 'SHARE'), commit], query);
    expect(inTransaction(behind)).toBe(true);
    expect(held(behind)).toEqual([]);
    expect(inTransaction(lastMoment(behind))).toBe(false);
  });

  test('what a unit sets in the session is there for the next, what it set for its transaction is not', () => {
    const file: Segment = { ...SEGMENT, wrapper: 'file' };
    const left = leftInSession(after([set('a', '1'), set('b', '2', true)], firstMoment(file)));
    expect(left).toEqual({ a: '1' });
    const next = firstMoment(file, 1, undefined, left);
    expect(next.settings).toEqual({ a: '1' });
    expect(inTransaction(next)).toBe(true);
    expect(firstMoment(file, 1, undefined, left)).toBe(next);
  });

  test('a segment goes on where the one before it in its unit ended', () => {
    const open = after([begin, lock('a', 'SHARE')]);
    expect(firstMoment(SEGMENT, 1, lastMoment(open))).toBe(open);
    expect(firstMoment(SEGMENT, 1, lastMoment(after([set('lock_timeout', '1')]))).settings).toEqual({ lock_timeout: '1' });
  });
});

describe('settings', () => {
  test.each<[string, readonly Effects[], Readonly<Record<string, string>>]>([
    ['SET lasts', [set('lock_timeout', "'2s'")], { lock_timeout: "'2s'" }],
    ['RESET ends it', [set('lock_timeout', "'2s'"), set('lock_timeout', undefined)], {}],
    ['SET LOCAL outside of a transaction does nothing', [set('lock_timeout', '1', true)], {}],
    ['SET LOCAL lasts until COMMIT', [begin, set('lock_timeout', '1', true)], { lock_timeout: '1' }],
    ['and no longer', [begin, set('lock_timeout', '1', true), commit], {}],
    ['SET in a transaction outlives COMMIT', [begin, set('lock_timeout', '1'), commit], { lock_timeout: '1' }],
    ['but not ROLLBACK', [set('lock_timeout', '5'), begin, set('lock_timeout', '1'), rollback], { lock_timeout: '5' }],
    ['nor ROLLBACK TO', [begin, savepoint, set('lock_timeout', '1'), rollbackTo], {}],
  ])('%s', (_, effects, expected) => {
    expect(after(effects).settings).toEqual(expected);
  });
});

test('equal steps give the identical moment, so that results can be remembered by it', () => {
  const a = lock('a', 'SHARE');
  expect(after([begin, a])).toBe(after([begin, a]));
  expect(after([begin, a, commit])).toBe(firstMoment(SEGMENT));
});
