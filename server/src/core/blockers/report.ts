import type { Analysis } from '../analysis';
import { blocks, conflicts, strength, type Blocked, type LockMode } from '../effects/postgres/lock-modes';
import { bytesInWords, secondsInWords, sizeInWords } from '../quantities';
import { displayName, type RelationName } from '../schema/names';
import type { Statistics } from '../schema/statistics';
import type { Activity, Leftover, Progress, RelationLock, Session } from './activity';

/** Who would block a migration now, whom it would block, how far what runs is, and what is left behind. For people: what a view shows is written here. */
export interface BlockersReport {
  readonly claims: readonly Claim[];
  /** The most serious first. */
  readonly blockers: readonly Blocker[];
  /** Who waits for whom, from those that wait for nobody. */
  readonly waits: readonly WaitNode[];
  readonly progress: readonly (Progress & { readonly title: string; readonly percent: number | undefined })[];
  readonly leftovers: readonly Leftover[];
  /** What else is worth knowing before it runs, and what could not be seen. */
  readonly notes: readonly string[];
}

/** The strongest lock that the migration takes on a relation. */
export interface Claim {
  readonly relation: string;
  readonly mode: LockMode;
  readonly blocks: readonly Blocked[];
  /** Of the statement that takes it, from 1. */
  readonly line: number;
  readonly size: string | undefined;
  /** As the server counts them now. */
  readonly rows: number | undefined;
  /** Who uses it now, and so would wait: applications with the number of their sessions. */
  readonly usedBy: readonly { readonly application: string; readonly sessions: number }[];
}

export interface Blocker {
  /** Stays the same while the blocker is there. */
  readonly id: string;
  readonly pid: number | undefined;
  /** `idle in transaction`, `long transaction`, `prepared transaction` … */
  readonly what: string;
  readonly application: string;
  readonly user: string | undefined;
  /** How long its transaction has been open, for people. */
  readonly age: string | undefined;
  readonly query: string | undefined;
  /** What of the migration waits for it, as sentences. */
  readonly why: readonly string[];
  /** What to do about it, as a sentence, and the statement for that. */
  readonly advice: string;
  readonly statement: string | undefined;
}

export interface WaitNode {
  readonly pid: number;
  readonly application: string;
  readonly what: string;
  /** How long its query has been running, or its transaction open where it runs none; for people. */
  readonly age: string | undefined;
  /** The lock that it waits for: `ACCESS EXCLUSIVE on orders`. */
  readonly wants: string | undefined;
  readonly query: string | undefined;
  /** It waits for others, too, and who waits for it is told there, further up. */
  readonly isToldAbove: boolean;
  readonly waiting: readonly WaitNode[];
}

/** A lock that a migration takes. */
export interface MigrationLock {
  readonly relation: RelationName;
  readonly mode: LockMode;
  /** From 1. */
  readonly line: number;
}

/** What of a migration others may keep waiting. */
export interface MigrationLocks {
  readonly locks: readonly MigrationLock[];
  /** The lines, from 1, of statements that wait for every transaction with an older snapshot. */
  readonly snapshots: readonly number[];
}

/** The locks of a file's way up on what was there before it: the strongest on each relation. */
export function migrationLocks({ statements, lines, path }: Analysis): MigrationLocks {
  const strongest = new Map<RelationName, MigrationLock>();
  const snapshots: number[] = [];
  for (const { segment, effects, span } of statements) {
    if (segment.direction !== 'up' || effects === undefined) continue;
    const line = lines.positionAt(span.offset).line + 1;
    if (effects.waits.length > 0) snapshots.push(line);
    for (const { relation, mode, origin } of effects.locks) {
      if (origin === path) continue;
      const known = strongest.get(relation);
      if (known === undefined || strength(mode) > strength(known.mode)) strongest.set(relation, { relation, mode, line });
    }
  }
  return { locks: [...strongest.values()], snapshots };
}

/** Judges what goes on in a database by what a migration wants of it. */
export function blockersReport(migration: MigrationLocks, activity: Activity, statistics: Statistics): BlockersReport {
  const sessions = new Map(activity.sessions.map((session) => [session.pid, session]));
  return {
    claims: migration.locks.map((lock) => claimFrom(lock, activity, sessions, statistics)).sort((a, b) => strength(b.mode) - strength(a.mode)),
    blockers: [...blockingSessions(migration, activity), ...blockingPrepared(migration, activity)],
    waits: waitsTree(activity),
    progress: activity.progress.map((progress) => ({ ...progress, title: titleOf(progress), percent: percentOf(progress) })),
    leftovers: leftoversFor(migration, activity.leftovers),
    notes: notesOn(migration, activity),
  };
}

function claimFrom({ relation, mode, line }: MigrationLock, { locks, rows }: Activity, sessions: ReadonlyMap<number, Session>, statistics: Statistics): Claim {
  const users = new Set(locks.flatMap((lock) => (lock.relation === relation && lock.pid !== undefined && conflicts(mode, lock.mode) ? [lock.pid] : [])));
  const counts = new Map<string, number>();
  for (const pid of users) {
    const session = sessions.get(pid);
    if (session?.isAutovacuum === true) continue;
    const name = nameOf(session);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const size = statistics.sizeOf(relation);
  return {
    relation: displayName(relation),
    mode,
    blocks: blocks(mode),
    line,
    size: size === undefined ? undefined : sizeInWords(size),
    rows: rows[relation],
    usedBy: [...counts].map(([application, count]) => ({ application, sessions: count })).sort((a, b) => b.sessions - a.sessions),
  };
}

function blockingSessions(migration: MigrationLocks, { sessions, locks }: Activity): readonly Blocker[] {
  const found: { readonly blocker: Blocker; readonly isInLine: boolean; readonly age: number }[] = [];
  for (const session of sessions) {
    const own = locks.filter(({ pid }) => pid === session.pid);
    const held = [...conflictsWith(migration, own.filter(({ granted }) => granted)), ...waitsForSnapshot(migration, session)];
    const why = [...held, ...conflictsWith(migration, own.filter(({ granted }) => !granted))];
    if (why.length === 0) continue;
    const isInLine = held.length === 0;
    found.push({ blocker: isInLine ? inLine(session, why) : blockerFrom(session, why), isInLine, age: session.transactionAge ?? session.queryAge ?? 0 });
  }
  return found.sort((a, b) => Number(a.isInLine) - Number(b.isInLine) || b.age - a.age).map(({ blocker }) => blocker);
}

/** Holds nothing that is in the way, but asked first. */
function inLine(session: Session, why: readonly string[]): Blocker {
  return { ...blockerFrom(session, why), what: 'waiting in line', advice: 'It waits itself, and goes on when those before it are done.', statement: undefined };
}

function conflictsWith({ locks }: MigrationLocks, own: readonly RelationLock[]): string[] {
  const reasons: string[] = [];
  for (const { relation, mode, line } of locks) {
    const against = own.filter((lock) => lock.relation === relation && conflicts(lock.mode, mode)).sort((a, b) => strength(b.mode) - strength(a.mode))[0];
    if (against === undefined) continue;
    reasons.push(`${against.granted ? 'holds' : 'waits for'} ${against.mode} on ${displayName(relation)}; line ${String(line)} wants ${mode}`);
  }
  return reasons;
}

function waitsForSnapshot({ snapshots }: MigrationLocks, { hasSnapshot, isAutovacuum }: Session): string[] {
  const [line] = snapshots;
  // VACUUM is left out of what CONCURRENTLY waits for (WaitForOlderSnapshots, indexcmds.c).
  return line === undefined || hasSnapshot !== true || isAutovacuum ? [] : [`has an open snapshot; line ${String(line)} waits for the end of every older transaction`];
}

const LONG = 60;

function blockerFrom(session: Session, why: readonly string[]): Blocker {
  const { pid, application, user, query, transactionAge } = session;
  const isWraparound = session.isAutovacuum && query?.includes('(to prevent wraparound)') === true;
  const what = session.isAutovacuum ? (isWraparound ? 'autovacuum to prevent wraparound' : 'autovacuum') : (session.state ?? 'session') === 'active' ? (transactionAge !== undefined && transactionAge > LONG ? 'long transaction' : 'active') : (session.state ?? 'session');
  return {
    id: `pid ${String(pid)}`,
    pid,
    what,
    application: application === '' ? (session.isAutovacuum ? 'autovacuum' : '(no name)') : application,
    user,
    age: transactionAge === undefined ? undefined : secondsInWords(Math.max(transactionAge, 0.001)),
    query,
    why,
    ...adviceFor(session, isWraparound),
  };
}

function adviceFor({ pid, state, isAutovacuum }: Session, isWraparound: boolean): Pick<Blocker, 'advice' | 'statement'> {
  if (isWraparound) return { advice: 'Let it finish: it does not give way, and the server needs it.', statement: undefined };
  // ProcSleep (src/backend/storage/lmgr/proc.c) cancels it after deadlock_timeout.
  if (isAutovacuum) return { advice: 'It gives way by itself after deadlock_timeout.', statement: undefined };
  if (state === 'active') return { advice: 'Wait for it, or cancel the query.', statement: `SELECT pg_cancel_backend(${String(pid)});` };
  return { advice: 'Ask its owner to commit, or end the session.', statement: `SELECT pg_terminate_backend(${String(pid)});` };
}

function blockingPrepared(migration: MigrationLocks, { prepared, locks }: Activity): readonly Blocker[] {
  return prepared.flatMap(({ gid, owner, age }): Blocker[] => {
    // It holds no snapshot: CONCURRENTLY waits for its locks only.
    const why = conflictsWith(migration, locks.filter((lock) => lock.prepared === gid));
    if (why.length === 0) return [];
    return [
      {
        id: `prepared ${gid}`,
        pid: undefined,
        what: 'prepared transaction',
        application: gid,
        user: owner,
        age: secondsInWords(Math.max(age, 0.001)),
        query: undefined,
        why,
        advice: 'Nobody waits for it to end by itself: commit it or roll it back.',
        statement: `ROLLBACK PREPARED '${gid.replaceAll("'", "''")}';`,
      },
    ];
  });
}

function waitsTree({ sessions, locks }: Activity): readonly WaitNode[] {
  const wanted = new Map(locks.flatMap(({ pid, relation, mode, granted }) => (granted || pid === undefined ? [] : [[pid, `${mode} on ${displayName(relation)}`] as const])));
  const waiting = sessions.filter(({ waitsFor }) => waitsFor.length > 0);
  const byPid = new Map(sessions.map((session) => [session.pid, session]));
  const told = new Set<number>();
  const node = (pid: number): WaitNode => {
    const session = byPid.get(pid);
    const behind = waiting.filter(({ waitsFor }) => waitsFor.includes(pid));
    const isToldAbove = told.has(pid) && behind.length > 0;
    told.add(pid);
    return {
      pid,
      application: pid === 0 ? 'prepared transaction' : nameOf(session),
      what: session?.state ?? '',
      age: ageOf(session),
      wants: wanted.get(pid),
      query: session?.query,
      isToldAbove,
      waiting: isToldAbove ? [] : behind.map(({ pid: own }) => node(own)),
    };
  };
  const roots = new Set(waiting.flatMap(({ waitsFor }) => waitsFor).filter((pid) => (byPid.get(pid)?.waitsFor.length ?? 0) === 0));
  return [...roots].map(node);
}

function ageOf(session: Session | undefined): string | undefined {
  const age = session?.state === 'active' ? session.queryAge : session?.transactionAge;
  return age === undefined ? undefined : secondsInWords(Math.max(age, 0.001));
}

function nameOf(session: Session | undefined): string {
  return session === undefined ? 'a session' : session.application === '' ? (session.user ?? 'a session') : session.application;
}

function titleOf({ command, relation }: Progress): string {
  return relation === undefined ? command : `${command} on ${displayName(relation)}`;
}

function percentOf({ done, total }: Progress): number | undefined {
  return done === undefined || total === undefined || total <= 0 ? undefined : Math.min(100, Math.floor((done / total) * 100));
}

/** Those of the migration's tables first. */
function leftoversFor({ locks }: MigrationLocks, leftovers: readonly Leftover[]): readonly Leftover[] {
  const own = new Set<string>(locks.map(({ relation }) => relation));
  return [...leftovers.filter(({ relation }) => own.has(relation)), ...leftovers.filter(({ relation }) => !own.has(relation))];
}

/** What a replica may be behind before it is worth a word, in seconds and bytes. */
const BEHIND = 10;
const BEHIND_BYTES = 64 * 1024 * 1024;

function notesOn({ locks }: MigrationLocks, { sessions, replicas, subscribed, isStandby }: Activity): readonly string[] {
  const notes: string[] = [];
  if (isStandby) notes.push('This server is a standby: a migration can only run on its primary.');
  for (const { name, lag, behind, state, isSynchronous } of replicas) {
    const parts = [lag === undefined ? undefined : secondsInWords(lag), behind === undefined ? undefined : bytesInWords(behind)].filter((part) => part !== undefined);
    const called = `The ${isSynchronous === true ? 'synchronous ' : ''}replica ${name}`;
    if (state === undefined) notes.push(`${called} is there; how far it is behind, this role may not see.`);
    else if ((lag ?? 0) >= BEHIND || (behind ?? 0) >= BEHIND_BYTES) notes.push(`${called} is behind: ${parts.join(', ')}. What the migration writes comes on top.`);
    else if (state !== 'streaming') notes.push(`${called} is not streaming (${state}).`);
  }
  for (const { relation, subscription } of subscribed) {
    if (locks.some((lock) => lock.relation === relation)) notes.push(`${displayName(relation)} is written by the subscription ${subscription}: its publisher must fit what the migration makes of it.`);
  }
  const hidden = sessions.filter(({ state, isAutovacuum }) => state === undefined && !isAutovacuum).length;
  if (hidden > 0) notes.push(`Of ${String(hidden)} ${hidden === 1 ? 'session' : 'sessions'} of other users this role may see neither age nor query: GRANT pg_read_all_stats shows them.`);
  return notes;
}

