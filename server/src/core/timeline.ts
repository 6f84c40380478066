import { strength } from './effects/postgres/lock-modes';
import type { Effects, LockClaim, SettingChange } from './effects/effects';
import type { Segment } from './script/script';

/** `query`: several statements that are sent as one are a transaction, though nobody opened it. */
export type TransactionScope = 'none' | 'statement' | 'query' | 'explicit' | 'file' | 'run';

/** A lock that an earlier statement of the same transaction took and that is still held. */
export interface HeldLock {
  /** Without its reason, which names what the statement is about: what follows is the same whatever that is. */
  readonly claim: Omit<LockClaim, 'reason'>;
  /** The position of the statement that took it within its transaction, counting from 0. */
  readonly ordinal: number;
}

export type Settings = Readonly<Record<string, string>>;

interface Savepoint {
  readonly name: string;
  readonly held: readonly HeldLock[];
  readonly settings: Settings;
  readonly onCommit: Settings;
}

/**
 * What is true just before a statement runs. {@link step} gives the same object for the same situation, so that
 * results can be remembered by identity.
 */
export interface Moment {
  /** Whose transaction the statement runs in; `statement` or `none` where none outlives it. */
  readonly scope: TransactionScope;
  /** Whether it is sent together with others as one query: what is in no transaction otherwise is in an implicit one (exec_simple_query in postgres.c). */
  readonly implicit: boolean;
  /** How many statements the transaction has run already. */
  readonly ordinal: number;
  /** The strongest lock per relation that the transaction holds, in the order they were first taken. */
  readonly held: readonly HeldLock[];
  readonly savepoints: readonly Savepoint[];
  /** Session parameters in force that were set by the script, as written, e.g. lock_timeout. */
  readonly settings: Settings;
  /** What the parameters become when the transaction commits (SET LOCAL ends) or rolls back (every SET of it ends). */
  readonly onCommit: Settings;
  readonly onRollback: Settings;
}

const NONE: Moment = { scope: 'none', implicit: false, ordinal: 0, held: [], savepoints: [], settings: {}, onCommit: {}, onRollback: {} };
const QUERY: Moment = { ...NONE, scope: 'query', implicit: true };
const FILE: Moment = { ...NONE, scope: 'file' };
const RUN: Moment = { ...NONE, scope: 'run' };

/**
 * The moment before the first statement of a segment.
 * @param statements how many the segment has: several that are sent as one query are a transaction
 * @param before the moment behind the segment of the same unit that ran before it
 * @param session the parameters that units before it left set in the session
 */
export function firstMoment({ wrapper, send }: Pick<Segment, 'wrapper' | 'send'>, statements = 1, before?: Moment, session?: Settings): Moment {
  const implicit = send === 'segment' && statements > 1;
  if (before !== undefined) return entered(before, implicit);
  if (wrapper === 'run') return entered(inSession(RUN, session), implicit);
  if (wrapper === 'file' || wrapper === 'block') return entered(inSession(FILE, session), implicit);
  return entered(inSession(NONE, session), implicit);
}

/** The parameters that a unit leaves set in the session; its tool commits the transaction that it opened. */
export function leftInSession({ scope, settings, onCommit }: Moment): Settings {
  return scope === 'none' || scope === 'statement' ? settings : onCommit;
}

const sessions = new WeakMap<Settings, Map<Moment, Moment>>();

function inSession(moment: Moment, session: Settings | undefined): Moment {
  if (session === undefined || Object.keys(session).length === 0) return moment;
  let known = sessions.get(session);
  if (known === undefined) sessions.set(session, (known = new Map<Moment, Moment>()));
  let same = known.get(moment);
  if (same === undefined) known.set(moment, (same = { ...moment, settings: session, onCommit: session, onRollback: session }));
  return same;
}

/** The moment behind a segment: what was sent as one query ends its implicit transaction. */
export function lastMoment(moment: Moment): Moment {
  return moment.implicit ? entered(moment, false) : moment;
}

const entries = new WeakMap<Moment, Moment>();

/** The same moment as that before a query of several statements, or as that behind one. */
function entered(moment: Moment, implicit: boolean): Moment {
  if (moment.implicit === implicit) return moment;
  let other = entries.get(moment);
  if (other === undefined) {
    const { scope, onCommit } = moment;
    other = scope === 'query' ? outside(onCommit, implicit) : scope === 'none' || scope === 'statement' ? outside(moment.settings, implicit) : { ...moment, implicit };
    entries.set(moment, other);
  }
  return other;
}

/** Whether the statement runs inside a transaction block (or an implicit transaction of several statements). */
export function inTransaction(moment: Moment): boolean {
  return moment.scope !== 'none' && moment.scope !== 'statement';
}

const remembered = new WeakMap<Moment, WeakMap<Effects, Moment>>();

const MOST_FOLLOWERS = 32;

/** Statements that do the same to a transaction lead from the same moment to the same: an edit that changes no lock changes nothing behind it. */
const bySignature = new WeakMap<Moment, Map<string, Moment>>();
const signatures = new WeakMap<Effects, string>();

function signatureOf(effects: Effects): string {
  let signature = signatures.get(effects);
  if (signature === undefined) {
    const { locks, control, setting } = effects;
    signatures.set(effects, (signature = JSON.stringify([locks.map(withoutReason), control, setting])));
  }
  return signature;
}

function withoutReason({ reason: _reason, ...claim }: LockClaim): HeldLock['claim'] {
  return claim;
}

/** The moment after a statement: its locks join those held, or the transaction starts or ends. */
export function step(before: Moment, effects: Effects): Moment {
  let byEffects = remembered.get(before);
  if (byEffects === undefined) remembered.set(before, (byEffects = new WeakMap()));
  let after = byEffects.get(effects);
  if (after === undefined) {
    if (!inTransaction(before)) {
      byEffects.set(effects, (after = compute(before, effects)));
      return after;
    }
    let same = bySignature.get(before);
    if (same === undefined) bySignature.set(before, (same = new Map<string, Moment>()));
    const signature = signatureOf(effects);
    after = same.get(signature);
    if (after === undefined) {
      // What is typed passes through many; only the latest are asked for again.
      if (same.size >= MOST_FOLLOWERS) same.clear();
      same.set(signature, (after = compute(before, effects)));
    }
    byEffects.set(effects, after);
  }
  return after;
}

function compute(before: Moment, effects: Effects): Moment {
  const { control, setting } = effects;
  if (control !== undefined) {
    switch (control.kind) {
      case 'begin':
        // Inside a transaction BEGIN is a warning and does nothing; an implicit one it makes a block of (BeginTransactionBlock in xact.c).
        if (before.scope === 'query') return { ...before, scope: 'explicit', ordinal: before.ordinal + 1 };
        if (inTransaction(before)) return { ...before, ordinal: before.ordinal + 1 };
        return { ...before, scope: 'explicit', ordinal: 1, held: [], savepoints: [], onCommit: before.settings, onRollback: before.settings };
      case 'commit':
        return ended(before, before.onCommit, control.chain);
      case 'prepare':
        return ended(before, before.onCommit, false);
      case 'rollback':
        return ended(before, before.onRollback, control.chain);
      case 'savepoint': {
        const { held, settings, onCommit } = before;
        return { ...before, ordinal: before.ordinal + 1, savepoints: [...before.savepoints, { name: control.name, held, settings, onCommit }] };
      }
      case 'release':
      case 'rollback to': {
        const index = before.savepoints.findLastIndex((savepoint) => savepoint.name === control.name);
        const savepoint = before.savepoints[index];
        const next = { ...before, ordinal: before.ordinal + 1 };
        if (savepoint === undefined) return next;
        if (control.kind === 'release') return { ...next, savepoints: before.savepoints.slice(0, index) };
        // Locks taken after the savepoint are released (manual, "Explicit Locking").
        const { held, settings, onCommit } = savepoint;
        return { ...next, held, settings, onCommit, savepoints: before.savepoints.slice(0, index + 1) };
      }
    }
  }
  if (!inTransaction(before)) {
    // SET LOCAL outside a transaction has no effect beyond a warning.
    if (setting === undefined || setting.local) return before;
    return outside(changed(before.settings, setting), before.implicit);
  }
  return {
    ...before,
    ordinal: before.ordinal + 1,
    held: withLocks(before, effects.locks),
    settings: setting === undefined ? before.settings : changed(before.settings, setting),
    onCommit: setting === undefined || setting.local ? before.onCommit : changed(before.onCommit, setting),
  };
}

function ended(before: Moment, settings: Settings, chain: boolean): Moment {
  // AND CHAIN starts the next transaction at once, with the same characteristics.
  return chain ? { ...outside(settings, before.implicit), scope: before.scope } : outside(settings, before.implicit);
}

/** Outside of any transaction that the script, or its tool, opened. */
function outside(settings: Settings, implicit: boolean): Moment {
  const base = implicit ? QUERY : NONE;
  return Object.keys(settings).length === 0 ? base : { ...base, settings, onCommit: settings, onRollback: settings };
}

function withLocks(before: Moment, claims: readonly LockClaim[]): readonly HeldLock[] {
  if (claims.length === 0) return before.held;
  const held = new Map(before.held.map((lock) => [lock.claim.relation, lock]));
  for (const claim of claims) {
    const known = held.get(claim.relation);
    if (known === undefined || strength(claim.mode) > strength(known.claim.mode)) held.set(claim.relation, { claim: withoutReason(claim), ordinal: before.ordinal });
  }
  return [...held.values()];
}

function changed(settings: Settings, { name, value }: SettingChange): Settings {
  const { [name]: _old, ...rest } = settings;
  return value === undefined ? rest : { ...rest, [name]: value };
}
