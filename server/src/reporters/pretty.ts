import { createColors } from 'picocolors';
import type { Analysis, Finding, RelatedPlace } from '../core/analysis';
import type { Severity } from '../core/rules/rule';
import type { Span } from '../core/text';
import { wrap } from './display';
import { excerpt } from './excerpt';
import { anyAtOrAbove, type Reporter, type Summary, type Terminal } from './reporter';
import { lockWords, plural } from './words';

type Colors = ReturnType<typeof createColors>;

/** The widest that prose is set: longer lines are hard to read. */
const MEASURE = 100;
/** How many places in other files are listed under a finding. */
const MOST_PLACES = 5;

/** Output for people: each finding with its place, its reason, the source and the lock in words, and one line at the end. */
export function prettyReporter({ colour, width }: Terminal): Reporter {
  const colors = createColors(colour);
  const measure = Math.max(40, Math.min(width, MEASURE));
  const fixable = { safe: 0, review: 0 };
  return {
    start: () => '',
    file: (analysis) => {
      for (const finding of analysis.findings) {
        const safeties = finding.fixes().map((fix) => fix.safety);
        if (safeties.includes('safe')) fixable.safe += 1;
        else if (safeties.length > 0) fixable.review += 1;
      }
      return entriesOf(analysis)
        .map((entry) => paragraph(entry, analysis, colors, measure))
        .join('');
    },
    end: (summary) => lastWords(summary, fixable, colors),
  };
}

interface Entry {
  readonly severity: Severity | 'problem';
  readonly message: string;
  readonly span: Span;
  readonly label: string;
  readonly locks: readonly string[];
  /** Other files that explain it. */
  readonly related: readonly RelatedPlace[];
}

/** Findings and problems in the order of the file. */
function entriesOf({ findings, problems, statements }: Analysis): readonly Entry[] {
  const locksOf = ({ statement }: Finding): readonly string[] => {
    const effects = statements[statement]?.effects;
    return effects === undefined ? [] : lockWords(effects);
  };
  return [
    ...findings.map((finding) => ({ severity: finding.severity, message: finding.message, span: finding.span, label: finding.rule, locks: locksOf(finding), related: finding.related })),
    ...problems.map(({ message, span }) => ({ severity: 'problem' as const, message, span, label: 'cannot be read', locks: [], related: [] })),
  ].sort((a, b) => a.span.offset - b.span.offset);
}

function paragraph({ severity, message, span, label, locks, related }: Entry, { path, text, lines }: Analysis, colors: Colors, measure: number): string {
  const { line, character } = lines.positionAt(span.offset);
  const paint = paintOf(severity, colors);
  const { lines: shown, more } = excerpt(text, lines, span, measure - 10);
  const gutter = Math.max(4, ...shown.map(({ number }) => String(number).length));
  const bar = colors.dim('│');
  const out = [
    `${colors.bold(`${path}:${String(line + 1)}:${String(character + 1)}`)}  ${paint(severity === 'problem' ? 'error' : severity)}  ${colors.dim(label)}`,
    ...wrap(message, measure - 2).map((words) => `  ${words}`),
    '',
  ];
  for (const { number, source, marks } of shown) {
    out.push(`${colors.dim(String(number).padStart(gutter))} ${bar} ${source}`);
    if (marks !== '') out.push(`${' '.repeat(gutter)} ${bar} ${paint(marks)}`);
  }
  if (more > 0) out.push(`${' '.repeat(gutter)} ${bar} ${colors.dim(`… ${plural(more, 'more line')}`)}`);
  const [first, ...others] = locks.length === 0 ? [] : wrap(locks.join('; '), measure - gutter - 3);
  if (first !== undefined) out.push(`${' '.repeat(gutter)} ${colors.dim('╰')} ${first}`, ...others.map((words) => `${' '.repeat(gutter)}   ${words}`));
  const elsewhere = related.filter((place) => place.path !== path);
  for (const { message: why, path: other, range } of elsewhere.slice(0, MOST_PLACES)) {
    const place = range === undefined ? '' : `:${String(range.start.line + 1)}:${String(range.start.character + 1)}`;
    out.push(`${' '.repeat(gutter)} ${colors.dim('→')} ${other}${place}  ${colors.dim(why)}`);
  }
  if (elsewhere.length > MOST_PLACES) out.push(`${' '.repeat(gutter)} ${colors.dim('→')} ${colors.dim(`… ${plural(elsewhere.length - MOST_PLACES, 'more place')}`)}`);
  return `${out.join('\n')}\n\n`;
}

function paintOf(severity: Entry['severity'], colors: Colors): (text: string) => string {
  switch (severity) {
    case 'error':
    case 'problem':
      return colors.red;
    case 'warning':
      return colors.yellow;
    case 'info':
      return colors.blue;
    case 'hint':
      return colors.cyan;
  }
}

function lastWords(summary: Summary, fixable: { readonly safe: number; readonly review: number }, colors: Colors): string {
  const { files, statements, findings, problems, applied } = summary;
  const extent = `${plural(files - applied.files, 'file')}, ${plural(statements - applied.statements, 'statement')}`;
  const total = findings.error + findings.warning + findings.info + findings.hint;
  const past = applied.files === 0 ? '' : `  ${plural(applied.files, 'file')} already applied, not judged (--judge-applied does)\n`;
  if (files > 0 && files === applied.files && problems === 0) return `${colors.green('✔')} ${plural(files, 'file')} already applied, nothing pending\n`;
  if (total + problems === 0) return `${colors.green('✔')} ${extent}: nothing blocks\n${past}`;
  const counts = [
    findings.error > 0 ? colors.red(plural(findings.error, 'error')) : '',
    findings.warning > 0 ? colors.yellow(plural(findings.warning, 'warning')) : '',
    findings.info > 0 ? colors.blue(`${String(findings.info)} info`) : '',
    findings.hint > 0 ? colors.cyan(plural(findings.hint, 'hint')) : '',
    problems > 0 ? colors.red(`${plural(problems, 'statement')} that cannot be read`) : '',
  ].filter((count) => count !== '');
  const sign = anyAtOrAbove(summary, 'error') ? colors.red('✖') : colors.yellow('▲');
  return `${sign} ${extent}: ${counts.join(', ')}\n${fixLine(total, fixable)}${past}`;
}

function fixLine(total: number, { safe, review }: { readonly safe: number; readonly review: number }): string {
  if (safe + review === 0) return '';
  if (safe === 0) return `  ${String(review)} of ${String(total)} can be fixed with lockscope fix --review\n`;
  const rest = review === 0 ? '' : `, ${String(review)} more with lockscope fix --review`;
  return `  ${String(safe)} of ${String(total)} can be fixed with lockscope fix${rest}\n`;
}
