import type { Finding, StatementAnalysis } from '../analysis';
import { afterLineEnd, indentAt, lineEndOf, lineStart, lineStop } from '../rewrites/edits';
import { inFile } from '../rewrites/in-file';
import { tokensOf } from '../sql/postgres/scan';
import type { Span } from '../text';
import { RULE_METAS } from './index';
import type { Judged } from './judge';
import type { Fix } from './rule';
import { unusedIgnore } from './unused-ignore';

/**
 * Takes out the findings that a comment silences (`-- lockscope-ignore RULE[, RULE…]: reason` before a statement or
 * behind its first line, `-- lockscope-ignore-file RULE: reason` anywhere) and adds a finding for each such comment
 * that is wrong or silences nothing.
 */
export function silenced(findings: Finding[], file: Judged): Finding[] {
  // Every keystroke comes by here; most files have no such comment.
  if (!file.text.includes('lockscope-ignore')) return findings;
  const directives = directivesIn(file);
  const used = new Set<string>();
  const kept = findings.filter((finding) => {
    const silencing = directives.filter((directive) => directive.reason !== '' && directive.rules.includes(finding.rule) && covers(directive, finding, file));
    for (const directive of silencing) used.add(`${String(directive.span.offset)} ${finding.rule}`);
    return silencing.length === 0;
  });
  const severity = file.severities[unusedIgnore.meta.id] ?? unusedIgnore.meta.severity;
  if (severity === 'off') return kept;
  for (const directive of directives) {
    for (const message of complaints(directive, used, file)) {
      kept.push({
        rule: unusedIgnore.meta.id,
        severity,
        message,
        span: directive.span,
        statement: -1,
        related: [],
        fixes: () => inFile([removal(directive, used, file)], file),
        ignored: () => undefined,
      });
    }
  }
  return kept.sort((a, b) => a.span.offset - b.span.offset);
}

/** The edit that silences a finding by a comment above its statement; the reason is left for the user to write. */
export function ignoreFix(finding: Pick<Finding, 'rule' | 'span' | 'statement'>, file: { readonly text: string; readonly statements: readonly StatementAnalysis[] }): Fix {
  const { text, statements } = file;
  const index = finding.statement >= 0 ? finding.statement : statementAround(statements, finding.span.offset);
  const statement = statements[index];
  const lineEnd = lineEndOf(text);
  if (statement === undefined) {
    const top = text.startsWith('\uFEFF') ? 1 : 0;
    const comment = `-- lockscope-ignore-file ${finding.rule}: ${PLACEHOLDER}${lineEnd}`;
    return { title: `Ignore ${finding.rule} in this file`, safety: 'review', edits: [{ offset: top, length: 0, text: comment }] };
  }
  const { offset } = statement.span;
  const comment = `-- lockscope-ignore ${finding.rule}: ${PLACEHOLDER}${lineEnd}`;
  const startsLine = text.slice(lineStart(text, offset), offset).trim() === '';
  const inserted = startsLine ? comment + indentAt(text, offset) : lineEnd + comment;
  return { title: `Ignore ${finding.rule} here`, safety: 'review', edits: [{ offset, length: 0, text: inserted }] };
}

const PLACEHOLDER = 'TODO say why this is safe';

/** A comment that silences rules. */
interface Directive {
  readonly wholeFile: boolean;
  readonly rules: readonly string[];
  readonly reason: string;
  /** From the dashes to the end of the line. */
  readonly span: Span;
  /** The statement it speaks of; -1 for the file or where none follows. */
  readonly statement: number;
}

function directivesIn({ text, statements }: Judged): Directive[] {
  const directives: Directive[] = [];
  for (const match of text.matchAll(/--[ \t]*lockscope-ignore(-file)?(?![\w-])([^\r\n]*)/g)) {
    const inside = statementAround(statements, match.index);
    const around = statements[inside];
    if (around !== undefined && !isComment(around, match.index)) continue;
    const content = match[2] ?? '';
    const colon = content.indexOf(':');
    const names = colon < 0 ? content : content.slice(0, colon);
    directives.push({
      wholeFile: match[1] !== undefined,
      rules: names.split(/[\s,]+/).filter((name) => name !== ''),
      reason: colon < 0 ? '' : content.slice(colon + 1).trim(),
      span: { offset: match.index, length: match[0].trimEnd().length },
      statement: inside >= 0 ? inside : statementBeside(statements, text, match.index),
    });
  }
  return directives;
}

function complaints(directive: Directive, used: ReadonlySet<string>, file: Judged): string[] {
  const form = directive.wholeFile ? 'lockscope-ignore-file RULE: reason' : 'lockscope-ignore RULE: reason';
  if (directive.rules.length === 0) return [`This comment names no rule, so it silences nothing. Write -- ${form}.`];
  if (directive.reason === '') return [`An ignore needs a reason, so this one silences nothing. Write -- ${form}.`];
  return directive.rules.flatMap((rule) => {
    if (!RULE_METAS.some(({ id }) => id === rule)) return [`There is no rule "${rule}", so this silences nothing.`];
    if (used.has(`${String(directive.span.offset)} ${rule}`) || isOff(rule, file)) return [];
    return [`${rule} finds nothing ${directive.wholeFile ? 'in this file' : 'here'}, so this silences nothing. Remove it.`];
  });
}

/** Takes the rules that silence nothing out of a comment, and the whole comment when none is left. */
function removal(directive: Directive, used: ReadonlySet<string>, { text }: Judged): Fix {
  const { offset, length } = directive.span;
  const left = directive.reason === '' ? [] : directive.rules.filter((rule) => used.has(`${String(offset)} ${rule}`));
  if (left.length > 0) {
    const head = directive.wholeFile ? '-- lockscope-ignore-file' : '-- lockscope-ignore';
    return { title: 'Remove the rules that silence nothing', safety: 'safe', edits: [{ offset, length, text: `${head} ${left.join(', ')}: ${directive.reason}` }] };
  }
  const start = lineStart(text, offset);
  const stop = lineStop(text, offset);
  const before = text.slice(start, offset);
  const edit =
    before.trim() === ''
      ? { offset: start, length: afterLineEnd(text, stop) - start, text: '' }
      : { offset: start + before.trimEnd().length, length: stop - start - before.trimEnd().length, text: '' };
  return { title: 'Remove this comment', safety: 'safe', edits: [edit] };
}

function covers(directive: Directive, finding: Finding, file: Judged): boolean {
  if (directive.wholeFile) return true;
  if (directive.statement < 0) return false;
  const index = finding.statement >= 0 ? finding.statement : statementAround(file.statements, finding.span.offset);
  return index === directive.statement;
}

function isOff(rule: string, file: Judged): boolean {
  const meta = RULE_METAS.find(({ id }) => id === rule);
  const choice = file.severities[rule];
  return choice === 'off' || (choice === undefined && meta?.recommended === false);
}

/** The statement that an offset is in, or -1. */
function statementAround(statements: readonly StatementAnalysis[], offset: number): number {
  return statements.findIndex(({ span }) => span.offset <= offset && offset < span.offset + span.length);
}

/** The statement that a comment outside of all statements speaks of: the one that begins on its line, else the next. */
function statementBeside(statements: readonly StatementAnalysis[], text: string, offset: number): number {
  const start = lineStart(text, offset);
  const onLine = statements.findLastIndex(({ span }) => span.offset >= start && span.offset < offset);
  if (onLine >= 0) return onLine;
  return statements.findIndex(({ span }) => span.offset > offset);
}

/** Whether the offset within a statement is in a comment, and not in a string. */
function isComment({ parsed, span }: StatementAnalysis, offset: number): boolean {
  const at = offset - span.offset;
  return tokensOf(parsed.text).some((token) => token.kind === 'comment' && token.offset <= at && at < token.offset + token.length);
}
