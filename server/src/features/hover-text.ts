import type { Analysis, StatementAnalysis } from '../core/analysis';
import type { Effects, LockClaim } from '../core/effects/effects';
import { conflicts, LOCK_MODES, strength, stronger, type LockMode } from '../core/effects/postgres/lock-modes';
import { RULE_METAS } from '../core/rules';
import { pageOf } from '../core/rules/page';
import { sizeInWords } from '../core/quantities';
import { displayName, type RelationName } from '../core/schema/names';
import type { Statistics } from '../core/schema/statistics';
import { inTransaction, type HeldLock, type TransactionScope } from '../core/timeline';
import type { DataSource } from '../workspace/document-state';
import { databaseStatus } from './database-status';
import type { Analysed } from './edits';
import type { StatementTime } from './estimates';
import { timeText } from './time-text';
import { listed } from '../core/lists';
import { blocked, changeLine, serverName } from './words';

/** How many relations are listed before the rest is only counted: a partitioned table may have hundreds. */
const MOST = 12;

/** What a statement does, as Markdown; undefined for one that does not parse. */
export function statementText(statement: StatementAnalysis, { analysis, data, input: { statistics } }: Pick<Analysed, 'analysis' | 'data' | 'input'>, time: StatementTime | undefined): string | undefined {
  const { effects, moment, span, segment } = statement;
  if (effects === undefined) return undefined;
  const { locks, transaction, waits, depends, versionNotes } = effects;
  const paragraphs = [
    `**${effects.kind}**`,
    segment.generated === true ? sentFor(span.offset, analysis) : undefined,
    locks.length === 0 ? 'Locks nothing that exists before it.' : lockTable(locks, analysis.path, statistics),
    work(effects),
    expected(statement, statistics),
    time === undefined ? undefined : timeText(time),
    inTransaction(moment) ? heldBefore(moment.held, locks, span.offset, analysis) : undefined,
    locks.length === 0 ? undefined : HELD_UNTIL[moment.scope],
    transaction.allowed ? undefined : `Cannot run inside a transaction block: ${transaction.reason}`,
    ...waits,
    conflictLine(locks),
    depends.length === 0 ? undefined : `This depends on what is not known here: ${depends.join(' ')}`,
    ...versionNotes,
    basis(analysis, data),
  ];
  return paragraphs.filter((paragraph) => paragraph !== undefined && paragraph !== '').join('\n\n');
}

/** When the locks of a statement are given back, where its own text does not show that. */
const HELD_UNTIL: Partial<Readonly<Record<TransactionScope, string>>> = {
  query: 'It is sent together with others as one query: its locks are held until the last of them has run.',
  file: 'The migration tool opens a transaction around it: its locks are held until that ends.',
  run: 'The migration tool runs all pending files in one transaction: its locks are held until the last of them has run.',
};

/** Why a rule objects, as Markdown, with the link to its page. */
export function findingText(rule: string): string {
  const meta = RULE_METAS.find(({ id }) => id === rule);
  const link = `[${rule}](${pageOf(rule)})`;
  return meta === undefined ? link : `${link}: ${meta.summary}\n\n${meta.danger}`;
}

/** The SQL that a call of a migration tool stands for. */
function sentFor(offset: number, { statements }: Analysis): string {
  const sent = statements.filter(({ span, segment }) => span.offset === offset && segment.generated === true).map(({ parsed }) => `${parsed.text};`);
  return `The call sends:\n\n\`\`\`sql\n${sent.join('\n')}\n\`\`\``;
}

function lockTable(locks: readonly LockClaim[], path: string, statistics: Statistics): string {
  const shown = [...locks].sort((a, b) => strength(b.mode) - strength(a.mode)).slice(0, MOST);
  const rows = shown.map(({ relation, mode, reason, certainty, origin }) => {
    const maybe = certainty === 'conditional' ? ' (perhaps)' : '';
    const who = origin === path ? 'nobody: this file created it' : blocked(mode);
    const known = statistics.sizeOf(relation);
    const size = known === undefined ? undefined : sizeInWords(known);
    return `| ${mode}${maybe} | ${code(displayName(relation))}${size === undefined ? '' : ` (${size})`} | ${who} | ${cell(reason)} |`;
  });
  const rest = locks.length - shown.length;
  return ['| Lock | on | keeps waiting | because it |', '|---|---|---|---|', ...rows, ...(rest > 0 ? [`| … | ${rest} more | | |`] : [])].join('\n');
}

function work({ rewrites, scans, rebuilds, actions }: Effects): string {
  const sentences = [
    rewrites.length > 0 ? `Writes every row of ${names(rewrites)} anew.` : '',
    scans.length > 0 ? `Reads every row of ${names(scans)}.` : '',
    rebuilds.length > 0 ? `Rebuilds ${names(rebuilds)}.` : '',
    ...new Set(actions.map(({ work: { because } }) => because ?? '')),
  ];
  return sentences.filter((sentence) => sentence !== '').join(' ');
}

function expected(statement: StatementAnalysis, statistics: Statistics): string | undefined {
  const line = changeLine(statement, statistics);
  return line === undefined ? undefined : `By the server’s own plan it ${line}.`;
}

/** Locks of earlier statements of the transaction that stay held while this one runs. */
function heldBefore(held: readonly HeldLock[], locks: readonly LockClaim[], before: number, { statements, lines }: Analysis): string | undefined {
  const own = new Map(locks.map(({ relation, mode }) => [relation, mode]));
  const others = held.filter(({ claim }) => {
    const mode = own.get(claim.relation);
    return (mode === undefined || stronger(mode, claim.mode) !== mode) && strength(claim.mode) >= strength('SHARE');
  });
  if (others.length === 0) return undefined;
  const since = others.map(({ claim }) => {
    const taker = statements.find(({ effects, span }) => span.offset < before && effects?.locks.some(({ relation, mode }) => relation === claim.relation && mode === claim.mode) === true);
    const line = taker === undefined ? '' : ` since line ${String(lines.positionAt(taker.span.offset).line + 1)}`;
    return `${claim.mode} on ${code(displayName(claim.relation))}${line}`;
  });
  return `Still held by the transaction meanwhile: ${listed(since, MOST)}.`;
}

function conflictLine(locks: readonly LockClaim[]): string | undefined {
  const [first, ...rest] = locks;
  if (first === undefined) return undefined;
  const mode = rest.reduce<LockMode>((strongest, claim) => stronger(strongest, claim.mode), first.mode);
  return `${mode} conflicts with ${listed(LOCK_MODES.filter((asked) => conflicts(mode, asked)))}.`;
}

/** What it is judged by. */
function basis({ target }: Analysis, data: DataSource | undefined): string {
  const server = target.source === 'default' ? `Judged for ${serverName(target)}, which is assumed: set \`lockscope.serverVersion\`.` : `Judged for ${serverName(target)}.`;
  return data === undefined ? server : `${server} ${databaseStatus(data).summary}`;
}

function names(relations: readonly RelationName[]): string {
  return listed(relations.map((relation) => code(displayName(relation))), MOST);
}

function code(text: string): string {
  const fence = text.includes('`') ? '``' : '`';
  return cell(`${fence}${text}${fence}`);
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/gu, ' ');
}
