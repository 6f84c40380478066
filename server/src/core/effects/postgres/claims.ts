import type { Node } from '@pgsql/types';
import { displayName, nameParts, type RelationName } from '../../schema/names';
import { TEMPORARY_SCHEMA } from '../../schema/postgres/resolve';
import type { Relation } from '../../schema/schema';
import type { SchemaView } from '../../schema/view';
import type { ParsedStatement } from '../../sql/statement';
import type { Span } from '../../text';
import type { Action, ActionKind, Effects, LockClaim, SettingChange, TransactionControl, Work } from '../effects';
import { strength, type LockMode } from './lock-modes';

/** What an action says about itself besides its kind; what is left out is that of the whole statement. */
export interface Part {
  readonly node?: Node;
  readonly relation?: RelationName | undefined;
  readonly work?: Partial<Work>;
  /** Worked out only when somebody asks: most spans are never looked at. */
  readonly span?: () => Span;
}

interface Held {
  readonly kind: LockClaim['relationKind'];
  readonly origin: string | undefined;
  mode: LockMode;
  reason: string;
  conditional: boolean;
}

/** A statement within a statement (a DO block's, a function's) and where it stands in the text of the outer one. */
interface Nesting {
  readonly offset: number | undefined;
  /** Where in the outermost text it comes from, for what is not there as it is. */
  readonly place: Span | undefined;
  readonly conditional: boolean;
}

/**
 * Collects what a statement does while its tree is walked: of each relation the strongest lock with its reason, all
 * the work, the parts. {@link finish} makes the {@link Effects} of it.
 */
export class Claims {
  private readonly held = new Map<RelationName, Held>();
  private readonly rewritten = new Set<RelationName>();
  private readonly scanned = new Set<RelationName>();
  private readonly rebuilt = new Set<RelationName>();
  private readonly created = new Set<RelationName>();
  private readonly dropped = new Set<RelationName>();
  private readonly actions: Action[] = [];
  private readonly dependsOn = new Set<string>();
  private readonly notes = new Set<string>();
  private readonly waits = new Set<string>();
  private readonly routines = new Set<string>();
  /** In whose body the walk is, for reasons. */
  private within = '';
  private readonly outermost: ParsedStatement;
  private refusal: string | undefined;
  private conditional = false;
  private nesting: Nesting = { offset: 0, place: undefined, conditional: false };
  control: TransactionControl | undefined;
  setting: SettingChange | undefined;

  constructor(
    /** The statement at hand: the nested one while a body is followed. */
    public statement: ParsedStatement,
    readonly schema: SchemaView,
    readonly path: string,
    /** PostgreSQL's major version, 12 to 18. */
    readonly version: number,
    /** Claims what a statement does that is within this one: the dispatcher, which knows all families. */
    private readonly dispatch: (node: Node, claims: Claims) => void,
  ) {
    this.outermost = statement;
  }

  /**
   * Claims a lock. A relation that is known not to exist gets none; one of the catalogue, or that the statement itself
   * creates, is nobody's concern.
   * @param reason the end of a sentence: "builds an index"
   * @returns the relation where it is known
   */
  lock(name: RelationName, mode: LockMode, reason: string): Relation | undefined {
    if (this.created.has(name)) return undefined;
    const relation = this.schema.relation(name);
    if (relation === undefined) {
      if (isCatalog(name)) return undefined;
      if (this.schema.complete) {
        this.missing(name);
        return undefined;
      }
    } else if (relation.temporary || name.startsWith(TEMPORARY)) return relation;
    const held = this.held.get(name);
    if (held === undefined) {
      this.held.set(name, { kind: relation?.kind ?? 'unknown', origin: relation?.origin, mode, reason: reason + this.within, conditional: this.nesting.conditional });
    } else if (strength(mode) > strength(held.mode)) {
      held.mode = mode;
      held.reason = reason + this.within;
      held.conditional = this.nesting.conditional;
    } else if (mode === held.mode && !this.nesting.conditional) held.conditional = false;
    return relation;
  }

  /** A relation all of whose rows are written anew, and with it every index it has. */
  rewrite(relation: Relation): void {
    if (relation.kind !== 'table' && relation.kind !== 'materialized view') return;
    this.rewritten.add(relation.name);
    for (const index of relation.indexes) this.rebuild(index);
  }
  /** A rewrite of a relation that nothing is known of. */
  rewriteUnknown(name: RelationName): void {
    this.rewritten.add(name);
  }
  /** A table whose file is copied as it is: its indexes stay. */
  rewriteFile(name: RelationName): void {
    this.rewritten.add(name);
  }
  scan(name: RelationName): void {
    // The rows of a partitioned table are those of its partitions.
    if (!this.created.has(name) && this.schema.relation(name)?.kind !== 'partitioned table') this.scanned.add(name);
  }
  rebuild(index: RelationName): void {
    // A partitioned index has no file.
    if (this.schema.relation(index)?.kind === 'index') this.rebuilt.add(index);
  }
  creates(name: RelationName): void {
    this.created.add(name);
  }
  drops(name: RelationName): void {
    this.dropped.add(name);
  }
  isCreated(name: RelationName): boolean {
    return this.created.has(name);
  }
  /** An index that does not outlive the statement is not built anew either. */
  dropsIndex(name: RelationName): void {
    this.dropped.add(name);
  }

  /** Makes the claims conditional and says what they depend on, as a sentence. */
  depend(sentence: string): void {
    this.dependsOn.add(sentence);
    this.conditional = true;
  }
  /** Says that a relation is not there: the statement fails, or with IF EXISTS does nothing. */
  missing(name: RelationName): void {
    this.dependsOn.add(`${displayName(name)} does not exist.`);
  }
  /** The same for a part of a relation. */
  missingPart(sentence: string): void {
    this.dependsOn.add(sentence);
  }
  versionNote(sentence: string): void {
    this.notes.add(sentence);
  }
  wait(sentence: string): void {
    this.waits.add(sentence);
  }
  /** Says that the statement cannot run in a transaction block, in the server's words. */
  refuse(reason: string): void {
    this.refusal ??= reason;
  }

  /** Claims what a statement within this one does. */
  claim(node: Node): void {
    this.dispatch(node, this);
  }

  /** Whether what is looked at is inside a body and may not run. */
  get isConditional(): boolean {
    return this.nesting.conditional;
  }
  get isNested(): boolean {
    return this.nesting.offset !== 0 || this.nesting.conditional;
  }

  /**
   * Follows a statement inside a body.
   * @param offset where its text starts in the statement at hand, or undefined where it is not there as it is
   * @param place where it comes from in that case, if that is known
   */
  nested(statement: ParsedStatement, offset: number | undefined, conditional: boolean, follow: () => void, place?: Span): void {
    const { statement: outer, nesting } = this;
    this.statement = statement;
    const base = nesting.offset;
    this.nesting = {
      offset: offset === undefined || base === undefined ? undefined : base + offset,
      place: place === undefined || base === undefined ? nesting.place : { offset: base + place.offset, length: place.length },
      conditional: nesting.conditional || conditional,
    };
    try {
      follow();
    } finally {
      this.statement = outer;
      this.nesting = nesting;
    }
  }

  /** Whether the body of this routine is being followed already: it calls itself. */
  isFollowing(routine: string): boolean {
    return this.routines.has(routine);
  }
  /** Follows a routine's body. */
  following(routine: string, shown: string, follow: () => void): void {
    const { within } = this;
    this.routines.add(routine);
    this.within = `, in ${shown}`;
    try {
      follow();
    } finally {
      this.routines.delete(routine);
      this.within = within;
    }
  }

  /** Runs a part of the walk as conditional. */
  branch(follow: () => void): void {
    this.nested(this.statement, this.nesting.offset === undefined ? undefined : 0, true, follow);
  }

  /** Adds a part of the statement. */
  act(kind: ActionKind, { node, relation, work, span }: Part = {}): void {
    const { statement, outermost, nesting } = this;
    const isNew = relation !== undefined && (this.created.has(relation) || this.isNew(relation));
    const part = new Acted(node ?? statement.node, relation, isNew, { lock: work?.lock, rewrites: work?.rewrites ?? false, scans: work?.scans ?? false, because: work?.because }, nesting.conditional, { nesting, statement, outermost, span });
    this.actions.push(Object.assign(part, kind));
  }

  private isIndex(name: RelationName): boolean {
    const kind = this.schema.relation(name)?.kind;
    return kind === 'index' || kind === 'partitioned index';
  }

  private isNew(name: RelationName): boolean {
    const origin = this.schema.relation(name)?.origin;
    return origin !== undefined && origin === this.path;
  }

  /** The effects collected. */
  finish(kind: string): Effects {
    const locks: LockClaim[] = [];
    for (const [relation, { kind: relationKind, mode, reason, conditional, origin }] of this.held) {
      locks.push({ relation, relationKind, mode, reason, certainty: conditional || relationKind === 'unknown' ? 'conditional' : 'exact', origin });
    }
    return {
      kind,
      locks,
      rewrites: list(this.rewritten),
      scans: list(this.scanned),
      rebuilds: this.dropped.size === 0 ? list(this.rebuilt) : [...this.rebuilt].filter((index) => !this.dropped.has(index)),
      transaction: this.refusal === undefined ? ALLOWED : { allowed: false, reason: this.refusal },
      control: this.control,
      setting: this.setting,
      actions: this.actions,
      creates: list(this.created),
      drops: kind === 'DROP INDEX' ? [...this.dropped] : [...this.dropped].filter((name) => !this.isIndex(name)),
      certainty: this.conditional ? 'conditional' : 'exact',
      depends: list(this.dependsOn),
      versionNotes: list(this.notes),
      waits: list(this.waits),
    };
  }
}

/** Where a part of a statement stands, for when somebody asks. */
interface Whereabouts {
  readonly nesting: Nesting;
  readonly statement: ParsedStatement;
  readonly outermost: ParsedStatement;
  readonly span: (() => Span) | undefined;
}

/** What all actions have in common. A class, so that they are of one shape for the engine: an accessor of each object's own would make each another. */
class Acted {
  private place: Span | undefined;

  constructor(
    readonly node: Node,
    readonly relation: RelationName | undefined,
    readonly isNew: boolean,
    readonly work: Work,
    readonly conditional: boolean,
    private readonly whereabouts: Whereabouts,
  ) {}

  get span(): Span {
    return (this.place ??= placeOf(this.whereabouts));
  }
}

function placeOf({ nesting: { offset, place }, statement, outermost, span }: Whereabouts): Span {
  if (offset === undefined) return place ?? { offset: 0, length: outermost.text.length };
  const own = span?.() ?? { offset: 0, length: statement.text.length };
  return { offset: offset + own.offset, length: own.length };
}

const ALLOWED = { allowed: true } as const;
const NONE: readonly never[] = [];
const TEMPORARY = `${TEMPORARY_SCHEMA}.`;

function list<T>(set: ReadonlySet<T>): readonly T[] {
  return set.size === 0 ? NONE : [...set];
}

/** Whether a relation is the server's own: its locks are no user's concern. */
function isCatalog(name: RelationName): boolean {
  if (name.startsWith('pg_catalog.') || name.startsWith('information_schema.') || name.startsWith('pg_toast.')) return true;
  return !name.startsWith('"') && nameParts(name).schema.startsWith("pg_");
}
