import type { Finding, RelatedPlace, StatementAnalysis } from '../analysis';
import type { CodeName } from '../code-name';
import type { Effects } from '../effects/effects';
import { blocksTraffic } from '../effects/postgres/lock-modes';
import { alike } from '../lists';
import type { Neighbours } from '../neighbours';
import { inFile } from '../rewrites/in-file';
import { keepingComments } from '../rewrites/kept-comments';
import { verified } from '../rewrites/verified';
import type { RelationName } from '../schema/names';
import type { Relation } from '../schema/schema';
import type { Statistics } from '../schema/statistics';
import type { SchemaVersion } from '../schema/version';
import { SchemaEditor } from '../schema/editor';
import type { Entries } from '../schema/entries';
import { SchemaReader } from '../schema/reader';
import { Readers, type Reading } from '../schema/reading';
import type { Direction, MigrationTool, Script, ToolFile } from '../script/script';
import type { Target } from '../target';
import type { Span } from '../text';
import type { Moment } from '../timeline';
import type { Duration } from '../estimate/estimate';
import { timeOf } from '../estimate/migration';
import { digest } from './file-actions';
import { RULES, FILE_RULES } from './index';
import { ignoreFix, silenced } from './ignore';
import { SEVERITIES, type FileReport, type FindContext, type Fix, type MendContext, type Related, type Rule, type RuleMeta, type RuleOptions, type Said, type Severity } from './rule';
import { withSize } from './with-size';
import { called } from './words';

/** A file that was replayed and is to be judged. */
export interface Judged {
  readonly path: string;
  /** What the statements count in: the file's text, or its embedded SQL. */
  readonly text: string;
  readonly file: ToolFile;
  readonly tool: MigrationTool;
  readonly script: Script;
  readonly statements: readonly StatementAnalysis[];
  readonly target: Target;
  readonly statistics: Statistics;
  readonly options: RuleOptions;
  readonly severities: Readonly<Record<string, Severity | 'off'>>;
  readonly neighbours?: Neighbours;
}

/** All findings of a file in its order, those that a comment silences taken out. */
export function judge(file: Judged, memo: JudgementMemo): Finding[] {
  const findings: StatementFinding[] = [];
  const places = new Places(file);
  const { judgements, severities, numbers } = memo.ofStatements(file);
  const isRun = file.script.segments.some(({ wrapper }) => wrapper === 'run');
  let last = -1;
  for (let row = 0; row < judgements.length; row++) {
    const judgement = judgements[row];
    const severity = severities[row];
    const index = numbers[row * ROW] ?? -1;
    const statement = file.statements[index];
    if (judgement === undefined || severity === undefined || statement === undefined) continue;
    let related = (numbers[row * ROW + PLACES] ?? 0) === 0 ? NOWHERE : (judgement.related?.flatMap((place) => places.of(place, index)) ?? NOWHERE);
    const run = isRun && index !== last ? heldByRun(statement, file) : undefined;
    if (run !== undefined) related = [...related, run];
    last = index;
    findings.push(new StatementFinding(judgement, severity, file, statement, index, statement.span.offset + (numbers[row * ROW + OFFSET] ?? 0), numbers[row * ROW + LENGTH] ?? 0, related));
  }
  const ofFile: Finding[] = [];
  for (const rule of FILE_RULES) {
    if (file.severities[rule.meta.id] === 'off') continue;
    for (const report of rule.findInFile(file)) {
      const severity = severityOf(rule.meta, report.severity, file.severities);
      if (severity !== undefined) ofFile.push(fileFinding(rule.meta, report, severity, file));
    }
  }
  return silenced(inOrder(findings, ofFile), file);
}

/** Both together in the order of their places; the statements' own come first where they share one. */
function inOrder(findings: StatementFinding[], ofFile: Finding[]): Finding[] {
  // They are thousands, and nearly always in order already.
  if (findings.some(({ at }, index) => index > 0 && at < (findings[index - 1]?.at ?? 0))) findings.sort((a, b) => a.at - b.at);
  ofFile.sort((a, b) => a.span.offset - b.span.offset);
  const all: Finding[] = [];
  let next = 0;
  for (const finding of findings) {
    for (let other = ofFile[next]; other !== undefined && other.span.offset < finding.at; other = ofFile[next]) {
      all.push(other);
      next += 1;
    }
    all.push(finding);
  }
  return all.concat(ofFile.slice(next));
}

/** What a rule found in a statement; thousands of them are made for each keystroke. */
class StatementFinding implements Finding {
  constructor(
    private readonly judgement: Judgement,
    readonly severity: Severity,
    private readonly file: Judged,
    private readonly of: StatementAnalysis,
    readonly statement: number,
    /** Where it begins in the file. */
    readonly at: number,
    private readonly length: number,
    readonly related: readonly RelatedPlace[],
  ) {}

  get words(): object {
    return this.judgement;
  }

  get rule(): string {
    return this.judgement.rule.meta.id;
  }

  get message(): string {
    return this.judgement.message;
  }

  get span(): Span {
    return { offset: this.at, length: this.length };
  }

  get about(): CodeName | undefined {
    return this.judgement.about;
  }

  fixes(): readonly Fix[] {
    return mend(this.judgement, this.file, this.of, this.statement);
  }

  ignored(): Fix | undefined {
    return ignored(this, this.file);
  }
}

/** Where a tool runs all pending files in one transaction: until which of them the locks of a statement are held. */
function heldByRun({ moment, effects, segment, span }: StatementAnalysis, { path, neighbours }: Judged): RelatedPlace | undefined {
  if (moment.scope !== 'run' || segment.direction === 'down') return undefined;
  const lock = effects?.locks.find(({ mode, origin }) => blocksTraffic(mode) && origin !== path);
  if (lock === undefined) return undefined;
  const last = neighbours?.hasLater === true ? neighbours.paths.at(-1) : undefined;
  const held = `${lock.mode} on ${called(lock.relation)} is held`;
  if (last === undefined) return { message: `${held} until the last pending file has run: the tool runs them all in one transaction`, path, span };
  return { message: `${held} from here until ${last} has run: the tool runs all pending files in one transaction`, path: last, span: undefined };
}

const NOWHERE: readonly RelatedPlace[] = [];

function fileFinding(meta: RuleMeta, report: FileReport, severity: Severity, file: Judged): Finding {
  const { message, span, about, related = NOWHERE } = report;
  const place = { rule: meta.id, span, statement: statementAt(file.statements, span.offset) };
  return { ...place, severity, message, about, related, fixes: () => verified(inFile(report.fixes?.() ?? [], file), file), ignored: () => ignored(place, file) };
}

function ignored(place: Pick<Finding, 'rule' | 'span' | 'statement'>, file: Judged): Fix | undefined {
  return inFile([ignoreFix(place, file)], file)[0];
}

/** The statement that an offset of the file is in, or -1. */
function statementAt(statements: readonly StatementAnalysis[], offset: number): number {
  let low = 0;
  let high = statements.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((statements[middle]?.span.offset ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  const span = statements[low]?.span;
  return span !== undefined && span.offset <= offset && offset < span.offset + Math.max(span.length, 1) ? low : -1;
}

/** The severity that applies; undefined where the rule is off. */
function severityOf(meta: RuleMeta, said: Severity | undefined, configured: Readonly<Record<string, Severity | 'off'>>, direction: Direction = 'up'): Severity | undefined {
  const choice = configured[meta.id];
  if (choice === 'off' || (choice === undefined && !meta.recommended)) return undefined;
  const own = said ?? meta.severity;
  // What only runs when something went wrong is one level milder.
  return choice ?? (direction === 'down' ? (SEVERITIES[SEVERITIES.indexOf(own) + 1] ?? own) : own);
}

function mend(judgement: Judgement, file: Judged, { parsed, effects, moment, before }: StatementAnalysis, index: number): readonly Fix[] {
  if (judgement.rule.mend === undefined || !parsed.ok || effects === undefined) return [];
  const context: MendContext = { ...file, parsed, effects, moment, before: new SchemaEditor(before), index };
  return verified(inFile(keepingComments(judgement.rule.mend(judgement.state, context), file.text), file), context);
}

/** What one rule found in one statement. Thousands are looked through for each keystroke: what is asked of all of them lies in one place. */
class Judgement {
  readonly message: string;
  readonly severity: Severity | undefined;
  readonly offset: number;
  readonly length: number;
  readonly related: readonly Related[] | undefined;
  readonly about: CodeName | undefined;

  constructor(
    readonly rule: Rule,
    readonly state: unknown,
    { message, severity, span, related, about }: Said,
  ) {
    this.message = message;
    this.severity = severity;
    this.offset = span.offset;
    this.length = span.length;
    this.related = related;
    this.about = about;
  }
}

interface Remembered {
  readonly path: string;
  readonly parsed: StatementAnalysis['parsed'];
  readonly effects: Effects;
  readonly moment: Moment;
  readonly target: Target;
  readonly options: RuleOptions;
  readonly statistics: Statistics;
  readonly read: Reading;
  /** A schema for which this is known to hold. */
  version: SchemaVersion;
  readonly judgements: readonly Judgement[];
}

/** How many situations are remembered for one statement's effects. */
const SITUATIONS = 4;

/** What the last judgement of a file was made of, and what it came to for each statement. */
interface Previous {
  readonly file: Judged | undefined;
  readonly situations: readonly (Remembered | undefined)[];
  readonly found: Found;
  /** What the rules have read of the schema before each statement. */
  readonly readers: Readers;
}

/**
 * What the rules found in a file's statements, a row for each, in lists side by side: an edit takes over most of them as
 * they are, and nobody has to look into what did not change.
 */
interface Found {
  readonly judgements: readonly Judgement[];
  readonly severities: readonly Severity[];
  /** {@link ROW} integers for each: the statement's index, where in the statement and how long, and whether there are places to be found. */
  readonly numbers: Int32Array;
}

const ROW = 4;
const OFFSET = 1;
const LENGTH = 2;
const PLACES = 3;

const NEVER: Previous = { file: undefined, situations: [], found: { judgements: [], severities: [], numbers: new Int32Array() }, readers: new Readers(0) };

/** Remembers what was found by effects, moment, and the part of the schema that the rules looked at. */
export class JudgementMemo {
  private readonly known = new WeakMap<Effects, Remembered[]>();
  private previous = NEVER;

  /**
   * What the rules find in each statement of a file. What was found last time in the same place, counted from the start or
   * from the end, is taken over where it still holds.
   */
  ofStatements(file: Judged): Found {
    const { statements } = file;
    const previous = sameSetting(this.previous.file, file) ? this.previous : NEVER;
    const before = previous.file?.statements ?? [];
    // What did the same as last time gives the same as last time: that is nearly all of them.
    const { head, tail } = alike(statements, before, (now, then) => now.ran === then.ran);
    digest(statements, before, { head, tail });
    const shift = statements.length - before.length;
    const situations: (Remembered | undefined)[] = previous.situations.slice(0, head);
    const readers = new Readers(statements.length);
    readers.take(previous.readers, 0, head, 0);
    for (let index = head; index < tail; index++) {
      const statement = statements[index];
      if (statement === undefined) continue;
      const first = previous.situations[index];
      const last = shift === 0 ? undefined : previous.situations[index - shift];
      let situation: Remembered | undefined;
      if (first !== undefined && stillHolds(first, statement)) situation = first;
      else if (last !== undefined && stillHolds(last, statement)) situation = last;
      else situation = this.situationOf(statement, file);
      situations.push(situation);
      if (situation !== undefined) readers.set(index, situation.read);
    }
    for (let index = tail; index < statements.length; index++) situations.push(previous.situations[index - shift]);
    readers.take(previous.readers, tail - shift, before.length, tail);
    const stretches = [
      { from: 0, to: head, shift: 0 },
      { from: tail, to: statements.length, shift },
    ];
    for (const stretch of stretches) {
      for (const index of concerned(stretch, statements, before, situations, readers)) {
        const statement = statements[index];
        const other = statement === undefined ? undefined : this.situationOf(statement, file);
        situations[index] = other;
        if (other !== undefined) readers.set(index, other.read);
      }
    }
    const found = rowsOf(situations, file, previous);
    this.previous = { file, situations, found, readers };
    return found;
  }

  /** Undefined for a statement that does not parse. */
  private situationOf(statement: StatementAnalysis, file: Judged): Remembered | undefined {
    const { parsed, effects, moment, version } = statement;
    if (!parsed.ok || effects === undefined) return undefined;
    const { path, target, options, statistics } = file;
    let situations = this.known.get(effects);
    if (situations === undefined) this.known.set(effects, (situations = []));
    for (const known of situations) {
      if (known.moment === moment && sameSetting(known, file) && holds(known, version)) return known;
    }
    const view = new SchemaReader(version.get());
    const context: FindContext = { path, parsed, effects, moment, before: view, target, options, statistics };
    const judgements: Judgement[] = [];
    let time: { readonly runs: Duration | undefined } | undefined;
    const timed = (): Duration | undefined => (time ??= { runs: timeOf(statement, effects, view, statistics, target.version) }).runs;
    for (const rule of rulesFor(effects)) {
      for (const state of rule.find(context)) judgements.push(new Judgement(rule, state, withSize(rule.say(state, context), rule.meta, state, context, timed)));
    }
    const found: Remembered = { path, parsed, effects, moment, target, options, statistics, read: view.close(), version, judgements };
    situations.unshift(found);
    if (situations.length > SITUATIONS) situations.pop();
    return found;
  }
}

/** What was found in each statement, with the severity that applies; where it was found last time as well the rows are taken over. */
function rowsOf(situations: readonly (Remembered | undefined)[], file: Judged, previous: Previous): Found {
  const isKnown = previous.file?.severities === file.severities && isUpward(file) && isUpward(previous.file);
  const { situations: before, found: old } = isKnown ? previous : NEVER;
  const { head, tail } = alike(situations, before, (now, then) => now === then);
  const shift = situations.length - before.length;
  const [first, last] = [rowAt(old, head), rowAt(old, tail - shift)];
  const judgements = old.judgements.slice(0, first);
  const severities = old.severities.slice(0, first);
  const made: number[] = [];
  for (let index = head; index < tail; index++) {
    const direction = file.statements[index]?.segment.direction;
    for (const judgement of situations[index]?.judgements ?? []) {
      const { meta } = judgement.rule;
      const severity = severityOf(meta, judgement.severity, file.severities, direction);
      if (severity === undefined || (meta.upOnly === true && direction === 'down')) continue;
      judgements.push(judgement);
      severities.push(severity);
      made.push(index, judgement.offset, judgement.length, judgement.related === undefined ? 0 : 1);
    }
  }
  const rest = old.judgements.length - last;
  const numbers = new Int32Array((judgements.length + rest) * ROW);
  numbers.set(old.numbers.subarray(0, first * ROW));
  numbers.set(made, first * ROW);
  const behind = judgements.length * ROW;
  numbers.set(old.numbers.subarray(last * ROW), behind);
  for (let at = behind; at < numbers.length; at += ROW) numbers[at] = (numbers[at] ?? 0) + shift;
  return { judgements: judgements.concat(old.judgements.slice(last)), severities: severities.concat(old.severities.slice(last)), numbers };
}

function isUpward(file: Judged | undefined): boolean {
  return file?.script.segments.every(({ direction }) => direction === 'up') === true;
}

/** The first row of a statement or of one behind it. */
function rowAt({ judgements, numbers }: Found, statement: number): number {
  let low = 0;
  let high = judgements.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle * ROW] ?? 0) < statement) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Statements that did what they did last time, when they stood `shift` places before. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly shift: number;
}

/** Those of a stretch before which something of the schema that the rules looked at is not what it was last time. */
function* concerned({ from, to, shift }: Stretch, statements: readonly StatementAnalysis[], before: readonly StatementAnalysis[], situations: readonly (Remembered | undefined)[], readers: Readers): Generator<number> {
  let [own, old]: (Entries | undefined)[] = [];
  let differences: Entries | undefined;
  let [low, high] = [0, 0];
  for (let index = from; index < to; index++) {
    const now = statements[index];
    const then = before[index - shift];
    if (now === undefined || then === undefined || now.drift === then.drift) continue;
    if (now.drift !== own || then.drift !== old) {
      [own, old] = [now.drift, then.drift];
      differences = now.version.differences(then.version);
      [low, high] = differences?.bits ?? ALL_BITS;
    }
    if (!readers.mayHaveRead(index, low, high)) continue;
    if (differences === undefined || situations[index]?.read.concerns(differences) === true) yield index;
  }
}

const ALL_BITS = [-1, -1] as const;

/** Whether what was found holds for another schema too, because all that the rules looked at is the same there. */
function holds(known: Remembered, version: SchemaVersion): boolean {
  if (version.equals(known.version)) return true;
  const differences = version.differences(known.version);
  if (differences === undefined ? !known.read.holdsFor(version.get()) : known.read.concerns(differences)) return false;
  known.version = version;
  return true;
}

/** The rules that have a say in a statement with such effects, in the order of the list. */
function rulesFor({ actions }: Effects): readonly Rule[] {
  const [first, ...more] = actions;
  const kinds = more.length === 0 ? (first?.kind ?? '') : [...new Set(actions.map(({ kind }) => kind))].sort().join();
  let rules = RULES_BY_KINDS.get(kinds);
  if (rules === undefined) {
    rules = RULES.filter((rule) => rule.kinds?.some((kind) => actions.some((action) => action.kind === kind)) ?? true);
    RULES_BY_KINDS.set(kinds, rules);
  }
  return rules;
}

const RULES_BY_KINDS = new Map<string, readonly Rule[]>();

type Setting = Pick<Judged, 'path' | 'target' | 'options' | 'statistics'>;

function sameSetting(a: Setting | undefined, b: Setting): boolean {
  return a?.path === b.path && a.target === b.target && a.options === b.options && a.statistics === b.statistics;
}

/** Whether what was found in a statement holds for one of another version of the file. */
function stillHolds(known: Remembered, { parsed, effects, moment, version }: StatementAnalysis): boolean {
  return known.parsed === parsed && known.effects === effects && known.moment === moment && holds(known, version);
}

/** Finds the places that findings refer to. */
class Places {
  private creators: Map<RelationName, number> | undefined;

  constructor(private readonly file: Judged) {}

  of(related: Related, index: number): RelatedPlace[] {
    const { statements, path } = this.file;
    const statement = statements[index];
    if (statement === undefined) return [];
    if ('ordinal' in related) {
      const other = statements[index - statement.moment.ordinal + related.ordinal];
      return other === undefined ? [] : [{ message: related.message, path, span: other.span }];
    }
    const creator = this.creatorOf(related.creatorOf);
    const place = creator === undefined || creator >= index ? undefined : statements[creator];
    if (place !== undefined) return [{ message: related.message, path, span: place.span }];
    const origin = (statement.version.entry('relations', related.creatorOf) as Relation | undefined)?.origin;
    if (origin === undefined || origin === path) return [];
    return [{ message: related.message, ...(this.file.neighbours?.creation(origin, related.creatorOf) ?? { path: origin, span: undefined }) }];
  }

  /** The first statement of the file that creates a relation. */
  private creatorOf(relation: RelationName): number | undefined {
    if (this.creators === undefined) {
      this.creators = new Map();
      for (const [index, { effects }] of this.file.statements.entries()) {
        for (const created of effects?.creates ?? []) if (!this.creators.has(created)) this.creators.set(created, index);
      }
    }
    return this.creators.get(relation);
  }
}
