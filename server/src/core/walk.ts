import type { Ran, StatementAnalysis } from './analysis';
import type { Effects } from './effects/effects';
import type { EffectsMemo, EffectsSetting } from './effects/memo';
import { alike } from './lists';
import { sameContent } from './same-content';
import type { Schema } from './schema/schema';
import { overlaid, SchemaVersion } from './schema/version';
import type { Transition } from './schema/editor';
import { Entries, type Room } from './schema/entries';
import type { Segment } from './script/script';
import type { Parsed, Statement } from './sql/statement';
import type { Span } from './text';
import { inTransaction, step, type Moment } from './timeline';
import { afterUnseen } from './unseen';

/** What is so between two statements: the schema, the moment, and the schemas that a ROLLBACK returns to. */
interface State {
  readonly schema: SchemaVersion;
  readonly moment: Moment;
  readonly start: SchemaVersion;
  readonly savepoints: readonly SchemaVersion[];
}

/** How far a walk came. */
export interface Reached {
  readonly state: State;
  /** The number of the last transaction so far. */
  readonly transaction: number;
}

/** Entries that stand differently than in a state. */
interface Drift {
  readonly schema: Entries | undefined;
  readonly start: Entries | undefined;
}

/**
 * How a segment was walked. There is a *place* before each statement and one after the last. The state at a place is a
 * base and a drift from it: an edit that changes a few entries leaves thousands of bases behind it as they were.
 */
export interface WalkedSegment {
  readonly parsed: readonly Statement[];
  readonly statements: readonly StatementAnalysis[];
  /** How each statement led on; undefined for one that does not parse. */
  readonly transitions: readonly (Transition | undefined)[];
  readonly bases: readonly State[];
  readonly drifts: readonly (Drift | undefined)[];
  /** What is asked of each place and the statement behind it by every edit before them, in {@link FOOTPRINT} integers. */
  readonly footprints: Int32Array;
  /** The number of the last transaction before each place. */
  readonly numbers: Int32Array;
}

const NOT_WALKED: WalkedSegment = { parsed: [], statements: [], transitions: [], bases: [], drifts: [], footprints: new Int32Array(), numbers: new Int32Array() };

/** A statement's and its place's integers: two with the bits of what it reads, two with those of what it writes, and flags. */
const FOOTPRINT = 5;
const READS = 0;
const WRITES = 2;
const FLAGS = 4;
/** The bits say all that the statement reads. */
const EXACT = 1;
/** A ROLLBACK at the place would return to the schema as it is there. */
const AT_START = 2;
/** There are no savepoints, and the statement makes none and brings nothing back: what differs before it differs behind it, if it reads nothing of that. */
const PASSABLE = 4;

/** A drift of more entries costs more at each edit than new bases once. */
const MOST_DRIFT = 48;

/** Nothing differs. */
const NOTHING = new Entries();

/**
 * Walks a segment's statements. Where the last walk came by with the same statement in the same state, what it found is
 * taken over: before an edit always, behind it as soon as both walks agree again. Where they differ in a few entries of
 * the schema only, statements that look at none of those are taken over too.
 */
export function walk(segment: Segment, parsed: readonly Statement[], begin: Reached, setting: EffectsSetting, memo: EffectsMemo, known: WalkedSegment = NOT_WALKED): WalkedSegment {
  return new Walk(segment, parsed, begin, setting, memo, known).whole();
}

/** The end of a walked segment. */
export function endOf(walked: WalkedSegment): Reached {
  const last = walked.parsed.length;
  return { state: stateAt(walked, last), transaction: numberAt(walked, last) };
}

/** The statements that do not parse. */
export function* brokenIn({ statements, transitions }: WalkedSegment): Generator<StatementAnalysis> {
  for (let at = transitions.indexOf(undefined); at >= 0; at = transitions.indexOf(undefined, at + 1)) {
    const statement = statements[at];
    if (statement !== undefined) yield statement;
  }
}

function stateAt({ bases, drifts, footprints }: WalkedSegment, place: number): State {
  const base = bases[place];
  if (base === undefined) throw new RangeError(`there is no place ${String(place)}`);
  return drifted(base, drifts[place], flagsAt(footprints, place));
}

function drifted(base: State, drift: Drift | undefined, flags: number): State {
  if (drift === undefined) return base;
  const schema = drift.schema === undefined ? base.schema : base.schema.with(drift.schema);
  const start = (flags & AT_START) !== 0 ? schema : drift.start === undefined ? base.start : base.start.with(drift.start);
  return { ...base, schema, start };
}

function flagsAt(footprints: Int32Array, place: number): number {
  return footprints[place * FOOTPRINT + FLAGS] ?? 0;
}

function numberAt({ numbers }: WalkedSegment, place: number): number {
  return numbers[place] ?? 0;
}

class Walk {
  private readonly statements: StatementAnalysis[] = [];
  private transitions: (Transition | undefined)[] = [];
  private bases: State[] = [];
  private drifts: (Drift | undefined)[] = [];
  private readonly footprints: Int32Array;
  private readonly numbers: Int32Array;
  /** How many more statements there are before those that are followed than there were last time. */
  private shift = 0;

  /** The place that was reached: its base, drift and flags, and the number of the last transaction. */
  private base: State;
  private drift: Drift | undefined;
  private flags: number;
  private transaction: number;
  /** The state there, once somebody asked. */
  private now: State | undefined;

  constructor(
    private readonly segment: Segment,
    private readonly parsed: readonly Statement[],
    begin: Reached,
    private readonly setting: EffectsSetting,
    private readonly memo: EffectsMemo,
    private readonly known: WalkedSegment,
  ) {
    this.footprints = new Int32Array((parsed.length + 1) * FOOTPRINT);
    this.numbers = new Int32Array(parsed.length + 1);
    this.base = this.now = begin.state;
    this.flags = flagsOf(begin.state);
    this.transaction = begin.transaction;
  }

  whole(): WalkedSegment {
    const { parsed, known } = this;
    const { head, tail } = alike(parsed, known.parsed, (a, b) => a === b || a.parsed === b.parsed);
    // What came before the segment may differ as well.
    const before = known.bases.length === 0 ? undefined : this.state.schema.differences(stateAt(known, 0).schema);
    const behind = this.follow(0, head, before);
    for (let index = head; index < tail; index++) this.execute();
    this.shift = parsed.length - known.parsed.length;
    const met = tail - this.shift;
    if (met < known.parsed.length) this.follow(met, known.parsed.length, this.differsBehindEdit(head, met, behind));
    this.mark();
    const { statements, transitions, bases, drifts, footprints, numbers } = this;
    return { parsed, statements, transitions, bases, drifts, footprints, numbers };
  }

  private get state(): State {
    return (this.now ??= drifted(this.base, this.drift, this.flags));
  }

  /**
   * Walks statements of the last walk again.
   * @param differs in what the schema before them differs from what it was then; undefined where that is not known
   * @returns the same for the schema behind them
   */
  private follow(from: number, to: number, differs: Entries | undefined): Entries | undefined {
    let left = differs;
    for (let at = from; at < to; ) {
      const then = stateAt(this.known, at);
      if (sameState(this.state, then)) {
        this.copy(at, to);
        return NOTHING;
      }
      const start = left === undefined ? undefined : this.startDiffers(at, then);
      if (left !== undefined && start !== undefined) {
        if (left.touched.length === 0 && start.touched.length === 0) {
          this.copy(at, to);
          return NOTHING;
        }
        const carried = this.carry(at, to, left, start);
        left = carried.left;
        if (carried.at > at) {
          at = carried.at;
          continue;
        }
      }
      left = this.again(at, left);
      at += 1;
    }
    return left;
  }

  /** In what the start differs from what it was at a place, where all but that and the schema is the same; else undefined. */
  private startDiffers(place: number, then: State): Entries | undefined {
    const { moment, savepoints, start, schema } = this.state;
    if (moment !== then.moment || savepoints.length > 0 || then.savepoints.length > 0) return undefined;
    if ((flagsAt(this.known.footprints, place) & AT_START) !== 0) return start.equals(schema) ? NOTHING : undefined;
    return start.equals(then.start) ? NOTHING : start.differences(then.start);
  }

  /** Takes over statements that were walked from the same state. */
  private copy(from: number, to: number): void {
    const { known, segment, parsed, shift } = this;
    const later = this.transaction - numberAt(known, from);
    for (let at = from; at < to; at++) {
      const statement = parsed[at + shift];
      const old = known.statements[at];
      if (statement !== undefined && old !== undefined) this.statements.push(new Walked(statement.span, segment, old.transaction + later, old.ran, old.drift));
    }
    this.drifts = this.drifts.concat(known.drifts.slice(from, to));
    this.takeOver(from, to, later);
    this.arrive(to, known.drifts[to], later);
  }

  /** Passes by statements that read nothing of what differs in the schema; that and what differs in the start are not both nothing. Says where that ends. */
  private carry(from: number, to: number, differs: Entries, startDiffers: Entries): { readonly at: number; readonly left: Entries } {
    const { known, segment, parsed, shift } = this;
    const later = this.transaction - numberAt(known, from);
    let left = differs;
    let start = startDiffers;
    let [low, high] = left.bits;
    let upon: { readonly drift: Drift | undefined; readonly atStart: boolean; readonly all: Drift | undefined } | undefined;
    const driftAt = (place: number): Drift | undefined => {
      const drift = known.drifts[place];
      const base = known.bases[place];
      const atStart = (flagsAt(known.footprints, place) & AT_START) !== 0;
      if (base === undefined) return undefined;
      if (upon === undefined || upon.drift !== drift || upon.atStart !== atStart) {
        const all = { schema: overlaid(base.schema, drift?.schema, left), start: atStart ? undefined : overlaid(base.start, drift?.start, start) };
        upon = { drift, atStart, all: all.schema === undefined && all.start === undefined ? undefined : all };
      }
      return upon.all;
    };
    let at = from;
    for (; at < to && (left.touched.length > 0 || start.touched.length > 0); at++) {
      const print = at * FOOTPRINT;
      const flags = known.footprints[print + FLAGS] ?? 0;
      if ((flags & PASSABLE) === 0) break;
      if ((flags & AT_START) !== 0) start = left;
      const drift = driftAt(at);
      if (drift?.schema !== undefined && drift.schema.size > MOST_DRIFT) break;
      let behind = left;
      const reads = (flags & EXACT) === 0 || ((known.footprints[print + READS] ?? 0) & low) !== 0 || ((known.footprints[print + READS + 1] ?? 0) & high) !== 0;
      if (reads || ((known.footprints[print + WRITES] ?? 0) & low) !== 0 || ((known.footprints[print + WRITES + 1] ?? 0) & high) !== 0) {
        const transition = known.transitions[at];
        if (transition === undefined || transition.reads(left)) break;
        behind = transition.without(left);
      }
      const statement = parsed[at + shift];
      const old = known.statements[at];
      if (statement === undefined || old === undefined) break;
      this.statements.push(new Walked(statement.span, segment, old.transaction + later, old.ran, drift?.schema));
      this.drifts.push(drift);
      if (behind !== left) {
        left = behind;
        [low, high] = left.bits;
        upon = undefined;
      }
    }
    if (at > from) {
      this.takeOver(from, at, later);
      if ((flagsAt(known.footprints, at) & AT_START) !== 0) start = left;
      this.arrive(at, driftAt(at), later);
    }
    return { at, left };
  }

  /** Comes to a place of the last walk. */
  private arrive(place: number, drift: Drift | undefined, later: number): void {
    const { known } = this;
    const base = known.bases[place];
    if (base === undefined) throw new RangeError(`there is no place ${String(place)}`);
    this.base = base;
    this.drift = drift;
    this.flags = flagsAt(known.footprints, place) & AT_START;
    this.transaction = numberAt(known, place) + later;
    this.now = undefined;
  }

  /** What stays as it was of statements that are passed by. */
  private takeOver(from: number, to: number, later: number): void {
    const { known, shift } = this;
    this.transitions = this.transitions.concat(known.transitions.slice(from, to));
    this.bases = this.bases.concat(known.bases.slice(from, to));
    this.footprints.set(known.footprints.subarray(from * FOOTPRINT, to * FOOTPRINT), (from + shift) * FOOTPRINT);
    for (let at = from; at < to; at++) this.numbers[at + shift] = numberAt(known, at) + later;
  }

  /**
   * Walks one statement of the last walk again, from another state.
   * @returns in what the schema behind it differs from what it was then; undefined where that is not known
   */
  private again(at: number, differs: Entries | undefined): Entries | undefined {
    const { known } = this;
    const transition = known.transitions[at];
    const { schema } = stateAt(known, at + 1);
    const effects = known.statements[at]?.effects;
    const isBack = effects !== undefined && bringsBack(effects);
    if (effects !== undefined && differs !== undefined && !isBack && transition?.reads(differs) === false) {
      const left = transition.without(differs);
      this.lead(effects, transition, schema.with(left));
      return left;
    }
    this.execute();
    if (isBack) return this.state.schema.differences(schema);
    return differs === undefined ? undefined : differencesOf(this.state.schema, schema, [this.transitions.at(-1), transition], differs);
  }

  /** In what the schema behind an edit differs from what it was, found by what the statements wrote that the edit took out and brought in. */
  private differsBehindEdit(from: number, to: number, before: Entries | undefined): Entries | undefined {
    const { known } = this;
    if (before === undefined) return undefined;
    const [statements, transitions] = [known.statements.slice(from, to), known.transitions.slice(from, to)];
    if ([...this.statements.slice(from), ...statements].some(({ effects }) => effects?.control !== undefined)) return undefined;
    // An edit of an index makes its table anew, as it was before.
    return differencesOf(this.state.schema, stateAt(known, to).schema, [...this.transitions.slice(from), ...transitions], before, sameContent);
  }

  /** Walks the next statement as if it had never been seen. */
  private execute(): void {
    const parsed = this.parsed[this.statements.length]?.parsed;
    if (parsed === undefined) return;
    const { state, memo, setting } = this;
    if (!parsed.ok) {
      // What a statement makes that is half typed is not known.
      const schema = afterUnseen(state.schema, 'sql');
      this.move(undefined, undefined, schema === state.schema ? state : { ...state, schema }, this.transaction);
      return;
    }
    const schema = state.schema.get();
    const { effects, after, transition } = memo.outcome(parsed, schema, setting);
    this.lead(effects, transition, after === schema ? state.schema : SchemaVersion.of(after));
  }

  /** Moves on by a statement that leads to a schema; a ROLLBACK undoes what the transaction, or the part since a savepoint, did to it. */
  private lead(effects: Effects, transition: Transition, after: SchemaVersion): void {
    const { moment, start, savepoints } = this.state;
    const next = step(moment, effects);
    const { control } = effects;
    let schema = after;
    if (control?.kind === 'rollback' && inTransaction(moment)) schema = start;
    else if (control?.kind === 'rollback to' && next.savepoints.length > 0) schema = savepoints[next.savepoints.length - 1] ?? after;
    const isEnded = inTransaction(moment) && (!inTransaction(next) || next.ordinal === 0);
    const state: State = {
      schema,
      moment: next,
      start: !inTransaction(moment) || next.ordinal === 0 ? schema : start,
      savepoints: control?.kind === 'savepoint' ? [...savepoints.slice(0, moment.savepoints.length), after] : savepointsKept(savepoints, next),
    };
    this.move(effects, transition, state, this.numberNow() + (isEnded ? 1 : 0));
  }

  /** Moves on by a statement to a state, in which the last transaction has a number. */
  private move(effects: Effects | undefined, transition: Transition | undefined, next: State, transaction: number): void {
    const index = this.statements.length;
    const statement = this.parsed[index];
    if (statement === undefined) return;
    const { parsed, span } = statement;
    const { state } = this;
    const { moment, schema, savepoints } = state;
    // What the statement did is remembered with the schema before it, which has to be the place's.
    this.stand(state);
    this.mark();
    if (transition !== undefined) {
      const bits = transition.footprint;
      if (bits !== undefined) this.footprints.set(bits, index * FOOTPRINT);
      const isPassable = savepoints.length === 0 && effects !== undefined && !bringsBack(effects) && effects.control?.kind !== 'savepoint';
      this.footprints[index * FOOTPRINT + FLAGS] = this.flags | (bits === undefined ? 0 : EXACT) | (isPassable ? PASSABLE : 0);
    }
    this.statements.push(new Walked(span, this.segment, this.numberNow(), { parsed, effects, moment, version: schema }, undefined));
    this.transitions.push(transition);
    this.stand(next);
    this.transaction = transaction;
  }

  /** Stands in a state as it is, without a drift. */
  private stand(state: State): void {
    this.base = this.now = state;
    this.drift = undefined;
    this.flags = flagsOf(state);
  }

  /** The number of the transaction that the next statement runs in: outside of one it has its own. */
  private numberNow(): number {
    return inTransaction(this.state.moment) ? this.transaction : this.transaction + 1;
  }

  /** Notes down the place that was reached. */
  private mark(): void {
    const place = this.bases.length;
    this.bases.push(this.base);
    this.drifts.push(this.drift);
    this.footprints[place * FOOTPRINT + FLAGS] = this.flags;
    this.numbers[place] = this.transaction;
  }
}

function flagsOf({ schema, start }: State): number {
  return start.equals(schema) ? AT_START : 0;
}

/** Whether a statement may bring back a schema of before. */
function bringsBack({ control }: Effects): boolean {
  return control?.kind === 'rollback' || control?.kind === 'rollback to';
}

function savepointsKept(savepoints: readonly SchemaVersion[], { savepoints: { length } }: Moment): readonly SchemaVersion[] {
  return savepoints.length === length ? savepoints : savepoints.slice(0, length);
}

/** Whether two states lead to the same. */
function sameState(a: State, b: State): boolean {
  if (a === b) return true;
  if (a.moment !== b.moment || !a.schema.equals(b.schema) || !a.start.equals(b.start)) return false;
  return a.savepoints.length === b.savepoints.length && a.savepoints.every((schema, index) => b.savepoints[index]?.equals(schema) === true);
}

/**
 * The entries in which two schemas differ that came about by what was written and what differed before; undefined where they may differ in more.
 * @param same whether two entries are to count as one
 */
function differencesOf(now: SchemaVersion, then: SchemaVersion, written: readonly (Transition | undefined)[], before: Entries, same: (a: unknown, b: unknown) => boolean = Object.is): Entries | undefined {
  if (written.some((transition) => transition?.movesSearchPath === true)) return undefined;
  const found = new Entries();
  const compare = (room: Room, key: string): void => {
    const entry = now.entry(room, key);
    if (!same(entry, then.entry(room, key))) found.set(room, key, entry);
  };
  before.forEach(compare);
  // A statement that does not parse leaves this behind, and nothing else.
  compare('unseen', 'sql');
  for (const transition of written) transition?.forEachWrite(compare);
  return found;
}

class Walked implements StatementAnalysis {
  private put: SchemaVersion | undefined;

  constructor(
    private readonly place: Span,
    readonly segment: Segment,
    readonly transaction: number,
    readonly ran: Ran,
    readonly drift: Entries | undefined,
  ) {}

  get span(): Span {
    const { offset } = this.segment;
    return offset === 0 ? this.place : { offset: offset + this.place.offset, length: this.place.length };
  }
  get parsed(): Parsed {
    return this.ran.parsed;
  }
  get effects(): Effects | undefined {
    return this.ran.effects;
  }
  get moment(): Moment {
    return this.ran.moment;
  }
  get version(): SchemaVersion {
    return (this.put ??= this.drift === undefined ? this.ran.version : this.ran.version.with(this.drift));
  }
  get before(): Schema {
    return this.version.get();
  }
}
