import type { Finding, RelatedPlace, StatementAnalysis } from '../analysis';
import type { Effects } from '../effects/effects';
import { inFile } from '../rewrites/in-file';
import { verified } from '../rewrites/verified';
import type { RelationName } from '../schema/names';
import type { Statistics } from '../schema/statistics';
import type { SchemaVersion } from '../schema/version';
import { SchemaEditor, type Transition } from '../schema/view';
import type { MigrationTool, Script, ToolFile } from '../script/script';
import type { Target } from '../target';
import type { Moment } from '../timeline';
import { RULES, FILE_RULES } from './index';
import { ignoreFix, silenced } from './ignore';
import type { FileReport, FindContext, Fix, MendContext, Related, Rule, RuleMeta, RuleOptions, Said, Severity } from './rule';
import { withSize } from './with-size';

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
}

/** All findings of a file in its order, those that a comment silences taken out. */
export function judge(file: Judged, memo: JudgementMemo): Finding[] {
  const findings: Finding[] = [];
  const places = new Places(file);
  for (const [index, judgements] of memo.ofStatements(file).entries()) {
    const statement = file.statements[index];
    if (judgements.length === 0 || statement === undefined) continue;
    for (const judgement of judgements) {
      const { meta } = judgement.rule;
      const severity = severityOf(meta, judgement.said.severity, file.severities);
      if (severity === undefined || (meta.upOnly === true && statement.segment.direction === 'down')) continue;
      findings.push(statementFinding(judgement, severity, file, statement, index, places));
    }
  }
  for (const rule of FILE_RULES) {
    if (file.severities[rule.meta.id] === 'off') continue;
    for (const report of rule.findInFile(file)) {
      const severity = severityOf(rule.meta, report.severity, file.severities);
      if (severity !== undefined) findings.push(fileFinding(rule.meta, report, severity, file));
    }
  }
  return silenced(findings, file).sort((a, b) => a.span.offset - b.span.offset);
}

function statementFinding(judgement: Judgement, severity: Severity, file: Judged, statement: StatementAnalysis, index: number, places: Places): Finding {
  const { rule, said } = judgement;
  const place = { rule: rule.meta.id, span: { offset: statement.span.offset + said.span.offset, length: said.span.length }, statement: index };
  return {
    ...place,
    severity,
    message: said.message,
    related: said.related === undefined ? NOWHERE : said.related.flatMap((related) => places.of(related, index)),
    fixes: () => mend(judgement, file, statement, index),
    ignored: () => ignored(place, file),
  };
}

const NOWHERE: readonly RelatedPlace[] = [];

function fileFinding(meta: RuleMeta, report: FileReport, severity: Severity, file: Judged): Finding {
  const { message, span } = report;
  const place = { rule: meta.id, span, statement: statementAt(file.statements, span.offset) };
  return { ...place, severity, message, related: [], fixes: () => verified(inFile(report.fixes?.() ?? [], file), file), ignored: () => ignored(place, file) };
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
function severityOf(meta: RuleMeta, said: Severity | undefined, configured: Readonly<Record<string, Severity | 'off'>>): Severity | undefined {
  const choice = configured[meta.id];
  if (choice === 'off' || (choice === undefined && !meta.recommended)) return undefined;
  return choice ?? said ?? meta.severity;
}

function mend(judgement: Judgement, file: Judged, { parsed, effects, moment, before }: StatementAnalysis, index: number): readonly Fix[] {
  if (judgement.rule.mend === undefined || !parsed.ok || effects === undefined) return [];
  const context: MendContext = { ...file, parsed, effects, moment, before: new SchemaEditor(before), index };
  return verified(inFile(judgement.rule.mend(judgement.state, context), file), context);
}

/** What one rule found in one statement. */
interface Judgement {
  readonly rule: Rule;
  readonly state: unknown;
  readonly said: Said;
}

interface Remembered {
  readonly path: string;
  readonly moment: Moment;
  readonly target: Target;
  readonly options: RuleOptions;
  readonly statistics: Statistics;
  readonly read: Transition;
  /** A schema for which this is known to hold. */
  version: SchemaVersion;
  readonly judgements: readonly Judgement[];
}

/** How many situations are remembered for one statement's effects. */
const SITUATIONS = 4;

/** What the last judgement of a file was made of, and what it came to for each statement. */
interface Previous {
  readonly file: Judged;
  readonly judgements: readonly (readonly Judgement[])[];
}

const NOTHING_FOUND: readonly Judgement[] = [];

/** Remembers what was found by effects, moment, and the part of the schema that the rules looked at. */
export class JudgementMemo {
  private readonly known = new WeakMap<Effects, Remembered[]>();
  private previous: Previous | undefined;

  /** What the rules find in each statement of a file. Statements that stand as they stood last time are not looked at again. */
  ofStatements(file: Judged): readonly (readonly Judgement[])[] {
    const { statements } = file;
    const previous = sameSetting(this.previous?.file, file) ? this.previous : undefined;
    const old = previous?.file.statements ?? [];
    const shift = statements.length - old.length;
    let head = 0;
    while (head < statements.length && head < old.length && sameSituation(statements[head], old[head])) head += 1;
    let tail = statements.length;
    while (tail > head && tail - shift > head && sameSituation(statements[tail - 1], old[tail - 1 - shift])) tail -= 1;
    const judgements = statements.map((statement, index) => {
      if (index < head) return previous?.judgements[index] ?? NOTHING_FOUND;
      if (index >= tail) return previous?.judgements[index - shift] ?? NOTHING_FOUND;
      return this.ofStatement(statement, file);
    });
    this.previous = { file, judgements };
    return judgements;
  }

  private ofStatement({ parsed, effects, moment, version }: StatementAnalysis, file: Judged): readonly Judgement[] {
    if (!parsed.ok || effects === undefined) return NOTHING_FOUND;
    const { path, target, options, statistics } = file;
    let situations = this.known.get(effects);
    if (situations === undefined) this.known.set(effects, (situations = []));
    for (const known of situations) {
      if (known.moment === moment && sameSetting(known, file) && holds(known, version)) return known.judgements;
    }
    const view = new SchemaEditor(version.get());
    const context: FindContext = { path, parsed, effects, moment, before: view, target, options, statistics };
    const judgements: Judgement[] = [];
    for (const rule of rulesFor(effects)) {
      for (const state of rule.find(context)) judgements.push({ rule, state, said: withSize(rule.say(state, context), state, context) });
    }
    situations.unshift({ path, moment, target, options, statistics, read: view.transition(), version, judgements });
    if (situations.length > SITUATIONS) situations.pop();
    return judgements;
  }
}

/** Whether what was found holds for another schema too, because all that the rules looked at is the same there. */
function holds(known: Remembered, version: SchemaVersion): boolean {
  if (version.equals(known.version)) return true;
  const differences = version.differences(known.version);
  if (differences === undefined ? !known.read.holdsFor(version.get()) : known.read.reads(differences)) return false;
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

/** Whether a statement stands as another one did: with the same effects, in the same moment, on the same schema. */
function sameSituation(a: StatementAnalysis | undefined, b: StatementAnalysis | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return a.parsed === b.parsed && a.effects === b.effects && a.moment === b.moment && a.version.equals(b.version);
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
    const origin = statement.before.relations.get(related.creatorOf)?.origin;
    return origin === undefined || origin === path ? [] : [{ message: related.message, path: origin, span: undefined }];
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
