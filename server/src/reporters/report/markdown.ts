import { harmless } from '../display';
import type { ReportedMigration } from './report';
import type { StatementView } from './statements';
import type { BarView, LaneView, MigrationView, TimelineView } from './view';
import { viewOf } from './view';

/**
 * A report for a pull request, in GitHub's Markdown: the totals, the timeline drawn with letters, a table of the
 * statements. Whatever comes from a migration stands in code or is escaped.
 */
export function markdownReport(migrations: readonly ReportedMigration[]): string {
  return `${migrations.map((migration) => section(viewOf(migration))).join('\n\n')}\n`;
}

/** How wide the timeline is drawn, in letters. */
const WIDTH = 60;
/** Statements beyond these are only counted: comments of a pull request have a largest size (65,536 letters on GitHub). */
const MOST = 60;

function section(view: MigrationView): string {
  const paragraphs = [
    `### Migration report: ${code(view.path)}`,
    view.facts.map(plain).join(' · '),
    totals(view),
    ...view.problems.map((problem) => `> ⚠ ${plain(problem)}`),
    drawing(view.timeline),
    statements(view.statements),
    waits(view.statements),
    '<sub>Times start when a lock is granted; how long it is waited for nobody can say beforehand. Made by [Lockscope](https://github.com/lockscope/lockscope).</sub>',
  ];
  return paragraphs.filter((paragraph) => paragraph !== '').join('\n\n');
}

function totals({ totals }: MigrationView): string {
  const cells = totals.map(({ label, headline, range, detail, tone }) => {
    const sign = tone === 'bad' ? '🔴 ' : tone === 'near' ? '🟠 ' : '';
    const number = range === undefined ? `**${headline}**` : `**${headline}** ${range.startsWith('(') || range.startsWith('for') ? range : `(${range})`}`;
    return `| ${label} | ${sign}${number} | ${plain(detail ?? '')} |`;
  });
  return ['| | | |', '|---|---|---|', ...cells].join('\n');
}

/** Letters by what waits: reads and writes, writes, neither. */
const FULL = '█';
const HALF = '▒';
const LINE = '─';

function drawing({ columns, lanes, notes }: TimelineView): string {
  if (lanes.length === 0) return '';
  const edges = edgesOf(columns.map(({ share }) => share));
  const names = lanes.map(({ relation }) => harmless(relation).slice(0, 40));
  const widest = Math.max(...names.map((name) => name.length));
  const lines = lanes.map((lane, index) => `${(names[index] ?? '').padEnd(widest)} │${barsOf(lane, edges)}│ ${lane.times.map((time) => harmless(time)).join(', then ')}`.trimEnd());
  const numbers = `${''.padEnd(widest)}  ${numbersOf(columns.map(({ number }) => number), edges)}`.trimEnd();
  const text = [numbers, ...lines].join('\n');
  const fence = fenceFor(text, 3);
  const legend = `${FULL} reads and writes wait · ${HALF} writes wait · ${LINE} only schema changes wait${notes.length === 0 ? '' : `. ${notes.join(' ')}`}`;
  return `${fence}text\n${text}\n${fence}\n\n<sub>${plain(legend)}</sub>`;
}

/** Where columns start, in letters, and where the last one ends. */
function edgesOf(shares: readonly number[]): readonly number[] {
  const edges = [0];
  let sum = 0;
  for (const share of shares) edges.push(Math.round((sum += share) * WIDTH));
  return edges;
}

function barsOf({ bars }: LaneView, edges: readonly number[]): string {
  const letters = Array.from({ length: WIDTH }, () => ' ');
  for (const bar of bars) {
    const start = edges[bar.from] ?? 0;
    // A bar of no width still is one.
    const end = Math.max(start + 1, edges[bar.to + 1] ?? WIDTH);
    letters.fill(letterOf(bar), start, end);
  }
  return letters.join('');
}

function letterOf({ waiting }: BarView): string {
  if (waiting.startsWith('reads')) return FULL;
  return waiting.startsWith('writes') ? HALF : LINE;
}

/** The statements' numbers over their columns, as far as there is room. */
function numbersOf(numbers: readonly number[], edges: readonly number[]): string {
  let line = '';
  for (const [index, number] of numbers.entries()) {
    const at = edges[index] ?? 0;
    if (line === '' || line.length < at) line = `${line.padEnd(at)}${String(number)}`;
  }
  return line;
}

function statements(all: readonly StatementView[]): string {
  const rows = all.slice(0, MOST).map(({ number, line, sql, kind, locks, moreLocks, time, findings }) => {
    const held = locks.map(({ mode, relation, waits }) => `${mode} on ${code(relation)}${waits === 'nobody' ? ' (new)' : ''}`);
    if (moreLocks > 0) held.push(`${String(moreLocks)} more`);
    const rules = [...new Map(findings.map(({ rule, page }) => [rule, page]))].map(([rule, page]) => `[${rule}](${page})`);
    return `| ${String(number)} | ${String(line)} | ${code(firstWords(sql, kind))} | ${held.join('<br>')} | ${plain(time)} | ${rules.join('<br>')} |`;
  });
  if (rows.length === 0) return '';
  const rest = all.length - rows.length;
  return ['| # | Line | Statement | Locks | Runs | Findings |', '|--:|--:|---|---|---|---|', ...rows, ...(rest > 0 ? [`| … | | ${String(rest)} more | | | |`] : [])].join('\n');
}

function waits(all: readonly StatementView[]): string {
  const byWait = new Map<string, number[]>();
  for (const { number, waits } of all) for (const wait of waits) byWait.set(wait, [...(byWait.get(wait) ?? []), number]);
  if (byWait.size === 0) return '';
  const items = [...byWait].slice(0, MOST).map(([wait, numbers]) => `- ${numbers.length === 1 ? 'Statement' : 'Statements'} ${numbers.slice(0, 10).join(', ')}${numbers.length > 10 ? ', …' : ''}: ${plain(wait)}`);
  return `**Waits that nothing bounds**\n\n${items.join('\n')}`;
}

/** A statement's beginning on one line. */
function firstWords(sql: string, kind: string): string {
  const line = sql.replace(/\s+/gu, ' ').trim();
  if (line === '') return kind;
  return line.length > 90 ? `${line.slice(0, 89).replace(/[\u{D800}-\u{DBFF}]$/u, '')}…` : line;
}

/** Text that Markdown takes as it is: no markup, no tags, no mention of people or issues, one line. */
function plain(text: string): string {
  return harmless(text.replace(/\s+/gu, ' '))
    .replace(/[\\`*_[\]|~]/gu, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[@#](?=\w)/gu, '$&\u{200B}');
}

/** Code in a line, or in a cell of a table, where a bar would end the cell even in code. */
function code(text: string): string {
  const line = harmless(text.replace(/\s+/gu, ' ')).replaceAll('|', '\\|');
  const fence = fenceFor(line, 1);
  return fence === '`' ? `\`${line}\`` : `${fence} ${line} ${fence}`;
}

/** More backticks than stand together anywhere in the text. */
function fenceFor(text: string, least: number): string {
  return '`'.repeat(Math.max(least, ...(text.match(/`+/gu) ?? []).map((run) => run.length + 1)));
}
