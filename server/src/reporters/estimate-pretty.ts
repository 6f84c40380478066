import { createColors } from 'picocolors';
import type { Analysis, StatementAnalysis } from '../core/analysis';
import type { Blocked, Duration, MigrationEstimate, StatementEstimate } from '../core/estimate/estimate';
import { Sums } from '../core/estimate/sums';
import { basisInWords, batchesInWords, ranInWords, summaryInWords, workInWords } from '../core/estimate/words';
import { durationInWords, isNotable } from '../core/quantities';
import { displayName } from '../core/schema/names';
import { harmless, wrap } from './display';
import type { EstimateReporter, Totals } from './estimate-reporter';
import type { Terminal } from './reporter';
import { plural } from './words';

type Colors = ReturnType<typeof createColors>;

/** The widest that prose is set, and how much of a statement is shown. */
const MEASURE = 100;
const EXCERPT = 70;

/** `lockscope estimate` for people: statement by statement how long it runs and what it has to do, then what is blocked and for how long. */
export function estimatePrettyReporter({ colour, width }: Terminal): EstimateReporter {
  const colors = createColors(colour);
  const measure = Math.max(40, Math.min(width, MEASURE));
  return {
    tellsFindings: false,
    start: () => '',
    file: (analysis, estimate) => [...fileLines(analysis, estimate, colors, measure), '', ''].join('\n'),
    end: (totals) => lastWords(totals, colors),
  };
}

function fileLines({ path, statements, problems, lines, text }: Analysis, estimate: MigrationEstimate, colors: Colors, measure: number): readonly string[] {
  const out: string[] = [];
  statements.forEach((statement, index) => {
    const own = estimate.statements[index];
    // BEGIN, COMMIT and SET are at once, and of no interest.
    if (own === undefined || statement.effects?.control !== undefined || statement.effects?.setting !== undefined) return;
    const place = `${path}:${String(lines.positionAt(statement.span.offset).line + 1)}`;
    out.push(`${colors.bold(place)}  ${firstLine(statement, text)}`, ...told(own, colors, measure), '');
  });
  for (const { message, span } of problems) out.push(`${colors.bold(`${path}:${String(lines.positionAt(span.offset).line + 1)}`)}  ${colors.red('cannot be read')}: ${harmless(message)}`, '');
  const blocked = estimate.blocked.map((block) => blockedWords(block, estimate, statements, lines));
  if (blocked.length > 0) out.push(...blocked.flatMap((words) => wrap(words, measure - 2).map((line, index) => (index === 0 ? `${colors.yellow('▲')} ${line}` : `  ${line}`))), '');
  out.push(...wrap(summaryInWords(estimate), measure));
  return out;
}

function firstLine({ span }: StatementAnalysis, text: string): string {
  const words = harmless(text.slice(span.offset, span.offset + Math.min(span.length, 400)).replace(/\s+/gu, ' ')).trim();
  return words.length <= EXCERPT ? words : `${words.slice(0, EXCERPT - 1)}…`;
}

function told(estimate: StatementEstimate, colors: Colors, measure: number): readonly string[] {
  const { runs, unknown, perMillionRows, work, waits, batches, basis } = estimate;
  const out: string[] = [];
  if (runs !== undefined) out.push(work.length === 0 ? 'milliseconds, once its locks are granted' : `${durationInWords(runs)}${isNotable(runs) ? `, by ${basisInWords(basis)}` : ''}`);
  else if (perMillionRows !== undefined) out.push(`${durationInWords(perMillionRows)} for each million rows, by ${basisInWords(basis)}: ${unknown ?? ''}`);
  else out.push(`cannot be estimated: ${unknown ?? ''}`);
  if (batches !== undefined) out.push(batchesInWords(batches));
  const ran = ranInWords(estimate);
  if (ran !== undefined) out.push(ran);
  const done = work.map(workInWords);
  const waiting = waits.map(({ what }) => what);
  const plain = out.flatMap((line) => wrap(line, measure - 4)).map((line) => `    ${line}`);
  const dim = [...done, ...waiting].flatMap((line) => wrap(line, measure - 6)).map((line) => `      ${colors.dim(line)}`);
  return [...plain, ...dim];
}

function blockedWords({ relation, blocks, mode, time, from, to }: Blocked, { statements: estimates }: MigrationEstimate, statements: Analysis['statements'], lines: Analysis['lines']): string {
  const line = (index: number): string => String(lines.positionAt(statements[index]?.span.offset ?? 0).line + 1);
  const where = line(from) === line(to) ? `line ${line(from)}` : `lines ${line(from)} to ${line(to)}`;
  const { perMillionRows } = Sums.of(estimates).over(from, to);
  const unknown = perMillionRows === undefined ? 'for a time that cannot be told' : `for ${durationInWords(perMillionRows)} for each million rows`;
  return `blocks ${blocks} on ${displayName(relation)} ${time === undefined ? unknown : `for ${durationInWords(time)}`} (${mode}, ${where})`;
}

function lastWords({ files, statements, unknown: untold, runs, blocksReads, blocksWrites, known, perMillionRows }: Totals, colors: Colors): string {
  if (files < 2) return '';
  const unknown = untold === 0 ? '' : `, ${plural(untold, 'statement')} of unknown time`;
  const heading = colors.bold(`${plural(files, 'file')}, ${plural(statements, 'statement')}${unknown}`);
  if (runs === undefined) {
    const missing = perMillionRows.high > 0 ? `, and ${durationInWords(perMillionRows)} for each million rows of the tables whose size is not known` : '';
    return `${heading}: runs at least ${durationInWords(known)}${missing}\n`;
  }
  const waiting = (duration: Duration | undefined): string => (duration === undefined ? 'for a time that cannot be told' : durationInWords(duration));
  return `${heading}: runs ${durationInWords(runs)}; blocks reads ${waiting(blocksReads)}, writes ${waiting(blocksWrites)}\n`;
}
