import { createColors } from 'picocolors';
import type { BlockersReport, WaitNode } from '../core/blockers/report';
import { wrap } from './display';
import type { Terminal } from './reporter';
import { plural } from './words';

/** Who would block a migration, for people. */
export function blockersText({ claims, blockers, waits, progress, leftovers, notes }: BlockersReport, { colour, width }: Terminal): string {
  const colors = createColors(colour);
  const lines: string[] = [];
  const title = (text: string): void => {
    lines.push(...(lines.length > 0 ? [''] : []), colors.bold(text));
  };
  const prose = (text: string, indent = '  '): void => {
    lines.push(...wrap(text, Math.max(40, Math.min(width, 100)) - indent.length).map((line) => indent + line));
  };
  title(blockers.length === 0 ? 'Nothing would block this migration now.' : `${plural(blockers.length, 'blocker')}:`);
  for (const { what, application, pid, age, query, why, advice, statement } of blockers) {
    prose(`${colors.red(what)}  ${application}${pid === undefined ? '' : `, pid ${String(pid)}`}, ${age === undefined ? 'open for an unknown time' : `open for ${age}`}`);
    for (const reason of why) prose(reason, '    ');
    if (query !== undefined) prose(colors.dim(query), '    ');
    prose(`${advice}${statement === undefined ? '' : ` ${statement}`}`, '    ');
  }
  if (claims.length > 0) title('It would block:');
  for (const { relation, mode, blocks, line, size, rows, usedBy } of claims) {
    const users = usedBy.map(({ application, sessions }) => `${application} (${String(sessions)})`).join(', ');
    prose(`${relation}${size === undefined ? '' : ` (${size})`}: ${mode} in line ${String(line)} keeps ${listed(blocks)} waiting${users === '' ? '' : `; in use by ${users}`}${rows === undefined ? '' : `; the server counts ${rows.toLocaleString('en-US')} rows`}`);
  }
  if (progress.length > 0) title('Under way:');
  for (const { title: name, pid, phase, percent } of progress) prose(`${name}, pid ${String(pid)}${phase === undefined ? '' : `: ${phase}`}${percent === undefined ? '' : `, ${String(percent)} %`}`);
  if (waits.length > 0) title('Who waits for whom:');
  for (const node of waits) tree(node, '  ', lines);
  if (leftovers.length > 0) title('To be mended:');
  for (const { message, statement } of leftovers) prose(statement === undefined ? message : `${message} ${statement}`);
  if (notes.length > 0) title('To be known:');
  for (const note of notes) prose(note);
  return `${lines.join('\n')}\n`;
}

const WORDS = { read: 'reads', write: 'writes', ddl: 'schema changes' } as const;

function listed(blocks: readonly (keyof typeof WORDS)[]): string {
  return blocks.map((blocked) => WORDS[blocked]).join(', ');
}

function tree({ pid, application, what, age, wants, isToldAbove, waiting }: WaitNode, indent: string, lines: string[]): void {
  const facts = [pid === 0 ? '' : `pid ${String(pid)}`, wants === undefined ? what : `waits for ${wants}`, age === undefined ? '' : `for ${age}`, isToldAbove ? 'as above' : ''].filter((fact) => fact !== '');
  lines.push(`${indent}${[application, ...facts].join(', ')}`);
  for (const node of waiting) tree(node, `${indent}  └ `.replace(/└ {2}└/u, '  └'), lines);
}
