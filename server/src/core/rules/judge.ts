import type { Finding, RelatedPlace, StatementAnalysis } from '../analysis';
import type { Effects } from '../effects/effects';
import { verified } from '../rewrites/verified';
import type { Statistics } from '../schema/statistics';
import { SchemaEditor, type Transition } from '../schema/view';
import type { MigrationTool, Script } from '../script/script';
import type { ParsedStatement } from '../sql/statement';
import type { Target } from '../target';
import type { Moment } from '../timeline';
import { RULES, FILE_RULES } from './index';
import { silenced } from './ignore';
import type { FileReport, FindContext, MendContext, Related, Rule, RuleMeta, RuleOptions, Said, Severity } from './rule';

/** A file that was replayed and is to be judged. */
export interface Judged {
  readonly path: string;
  readonly text: string;
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
  file.statements.forEach((statement, index) => {
    const { parsed, effects } = statement;
    if (!parsed.ok || effects === undefined) return;
    for (const judgement of memo.judgements(parsed, effects, statement, file)) {
      const severity = severityOf(judgement.rule.meta, judgement.said.severity, file.severities);
      if (severity === undefined || (judgement.rule.meta.upOnly === true && statement.segment.direction === 'down')) continue;
      findings.push({
        rule: judgement.rule.meta.id,
        severity,
        message: judgement.said.message,
        span: { offset: statement.span.offset + judgement.said.span.offset, length: judgement.said.span.length },
        statement: index,
        related: (judgement.said.related ?? []).flatMap((related) => places.of(related, index)),
        fixes: () => mend(judgement, file, statement, parsed, effects, index),
      });
    }
  });
  for (const rule of FILE_RULES) {
    for (const report of rule.findInFile(file)) {
      const severity = severityOf(rule.meta, report.severity, file.severities);
      if (severity !== undefined) findings.push(fileFinding(rule.meta, report, severity, file));
    }
  }
  return silenced(findings, file).sort((a, b) => a.span.offset - b.span.offset);
}

function fileFinding(meta: RuleMeta, report: FileReport, severity: Severity, file: Judged): Finding {
  const { message, span } = report;
  return { rule: meta.id, severity, message, span, statement: statementAt(file.statements, span.offset), related: [], fixes: () => verified(report.fixes?.() ?? [], file) };
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

function mend(judgement: Judgement, file: Judged, statement: StatementAnalysis, parsed: ParsedStatement, effects: Effects, index: number) {
  if (judgement.rule.mend === undefined) return [];
  const { moment, before } = statement;
  const context: MendContext = { ...file, parsed, effects, moment, before: new SchemaEditor(before), index };
  return verified(judgement.rule.mend(judgement.state, context), context);
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
  readonly judgements: readonly Judgement[];
}

/** How many situations are remembered for one statement's effects. */
const SITUATIONS = 4;

/** Remembers what was found by effects, moment, and the part of the schema that the rules looked at. */
export class JudgementMemo {
  private readonly known = new WeakMap<Effects, Remembered[]>();

  judgements(parsed: ParsedStatement, effects: Effects, { moment, before }: StatementAnalysis, file: Judged): readonly Judgement[] {
    const { path, target, options, statistics } = file;
    let situations = this.known.get(effects);
    if (situations === undefined) this.known.set(effects, (situations = []));
    for (const known of situations) {
      if (
        known.moment === moment &&
        known.path === path &&
        known.target === target &&
        known.options === options &&
        known.statistics === statistics &&
        known.read.holdsFor(before)
      ) {
        return known.judgements;
      }
    }
    const view = new SchemaEditor(before);
    const context: FindContext = { path, parsed, effects, moment, before: view, target, options, statistics };
    const judgements = RULES.flatMap((rule) => [...rule.find(context)].map((state) => ({ rule, state, said: rule.say(state, context) })));
    situations.unshift({ path, moment, target, options, statistics, read: view.transition(), judgements });
    if (situations.length > SITUATIONS) situations.pop();
    return judgements;
  }
}

/** Finds the places that findings refer to. */
class Places {
  constructor(private readonly file: Judged) {}

  of(related: Related, index: number): RelatedPlace[] {
    const { statements, path } = this.file;
    const statement = statements[index];
    if (statement === undefined) return [];
    if ('ordinal' in related) {
      const other = statements[index - statement.moment.ordinal + related.ordinal];
      return other === undefined ? [] : [{ message: related.message, path, span: other.span }];
    }
    const creator = statements.find((candidate, at) => at < index && candidate.effects?.creates.includes(related.creatorOf) === true);
    if (creator !== undefined) return [{ message: related.message, path, span: creator.span }];
    const origin = statement.before.relations.get(related.creatorOf)?.origin;
    return origin === undefined || origin === path ? [] : [{ message: related.message, path: origin, span: undefined }];
  }
}
