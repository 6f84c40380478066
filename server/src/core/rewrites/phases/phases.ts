import type { StatementAnalysis } from '../../analysis';
import type { Action, Effects } from '../../effects/effects';
import type { FileContext, Fix } from '../../rules/rule';
import type { RelationName } from '../../schema/names';
import { tokensOf } from '../../sql/postgres/scan';
import type { Edit } from '../../text';
import { lineEndOf } from '../edits';
import { pathsAfter } from './numbering';

/** What a migration can be split into: what adds, what moves data, what takes away or checks. */
export const PHASES = ['expand', 'backfill', 'contract'] as const;
export type Phase = (typeof PHASES)[number];

/**
 * Splits a migration into a file a phase, numbered after it: first what adds, then what changes rows, then what takes
 * away, renames or checks, so that releases can change over in between. Order and comments are kept within a phase, and
 * a statement never comes before one that it could depend on. Undefined where there is nothing to split or a text that
 * cannot be moved about soundly ({@link phaseRefusal} says why).
 * @param siblings paths of the folder's other migrations, whose numbers are taken
 */
export function phaseFix(file: FileContext, siblings: readonly string[] = []): Fix | undefined {
  const phases = phasesOf(file);
  if (typeof phases === 'string') return undefined;
  const pieces = piecesOf(file);
  const present = PHASES.filter((phase) => phases.includes(phase));
  const [first, ...later] = present;
  if (first === undefined || later.length === 0) return undefined;
  const eol = lineEndOf(file.text);
  const stem = wordsOfPath(file.path);
  const paths = pathsAfter(file.path, later.map((phase) => (stem === '' ? phase : `${stem}_${phase}`)), siblings);
  const kept = membersOf(first, phases, file.statements);
  const edits: Edit[] = pieces.flatMap(({ start, end }, index) => (kept.has(index) ? [] : [{ offset: start, length: end - start, text: '' }]));
  const files = later.flatMap((phase, at) => {
    const members = membersOf(phase, phases, file.statements);
    const text = pieces.flatMap((piece, index) => (members.has(index) ? [piece.text] : [])).join('');
    const [path = '', sql] = [paths[at], closed(text.replace(/^(?:[ \t]*\r?\n)+/u, ''), eol)];
    return file.tool.migration?.(path, sql, file.script.segments[0]?.wrapper === 'none') ?? [{ path, text: sql }];
  });
  return { title: `Split into phases: ${present.join(', ')} (${later.length === 1 ? 'a file' : `${String(later.length)} files`} more)`, safety: 'review', edits, files };
}

/** Why a migration is not split, as the end of a sentence; undefined where it is or has one phase only. */
export function phaseRefusal(file: FileContext): string | undefined {
  const phases = phasesOf(file);
  return typeof phases === 'string' ? phases : undefined;
}

/** The phase of each statement; undefined for BEGIN, COMMIT and SET, which go where they are needed. */
export function phasesOf(file: FileContext): readonly (Phase | undefined)[] | string {
  const { statements, script } = file;
  const [segment, ...more] = script.segments;
  if (file.tool.migration === undefined && file.tool.order !== undefined) return 'the tool runs only files that its plan names';
  if (segment === undefined || more.length > 0 || segment.direction === 'down') return 'the file has parts for both directions';
  if (segment.opaque.length > 0 || segment.text !== file.text.slice(segment.offset, segment.offset + segment.text.length)) return 'the file is a template';
  const ranks: (number | undefined)[] = [];
  const reaches: (Reach | undefined)[] = [];
  for (const { effects, parsed } of statements) {
    if (effects === undefined || !parsed.ok) return 'a statement cannot be read';
    if (effects.control !== undefined && effects.control.kind !== 'begin' && (effects.control.kind !== 'commit' || effects.control.chain)) return 'it rolls back or uses savepoints';
    if (effects.setting?.name === 'search_path') return 'it changes the search_path on its way';
    const reach = reachOf(effects, parsed.text);
    if (effects.control !== undefined || effects.setting !== undefined) {
      ranks.push(undefined);
      reaches.push(undefined);
      continue;
    }
    let rank = PHASES.indexOf(ownPhase(effects));
    for (const [at, earlier] of ranks.entries()) {
      if (earlier !== undefined && earlier > rank && mayDepend(reaches[at], reach)) rank = earlier;
    }
    ranks.push(rank);
    reaches.push(reach);
  }
  return ranks.map((rank) => (rank === undefined ? undefined : PHASES[rank]));
}

const DATA: ReadonlySet<Action['kind']> = new Set(['update', 'delete', 'insert', 'merge', 'copy', 'refresh']);
const CONTRACTING: ReadonlySet<Action['kind']> = new Set<Action['kind']>([
  'drop column',
  'drop relation',
  'drop object',
  'drop constraint',
  'drop index',
  'drop default',
  'drop expression',
  'drop identity',
  'drop trigger',
  'drop policy',
  'drop rule',
  'rename column',
  'rename relation',
  'rename enum value',
  'set schema',
  'alter column type',
  'set not null',
  'add constraint',
  'validate constraint',
  'detach partition',
  'truncate',
]);

/** A statement's phase by itself: that of its last part, and the first one for what concerns only tables that the migration makes. */
function ownPhase({ actions }: Effects): Phase {
  const old = actions.filter((action) => !action.isNew);
  if (old.some(({ kind }) => CONTRACTING.has(kind))) return 'contract';
  return old.some(({ kind }) => DATA.has(kind)) ? 'backfill' : 'expand';
}

/** What a statement touches. */
interface Reach {
  readonly relations: ReadonlySet<RelationName>;
  /** Words that could be names. */
  readonly names: ReadonlySet<string>;
  /** What cannot be seen through may depend on everything. */
  readonly opaque: boolean;
}

function reachOf(effects: Effects, text: string): Reach {
  const relations = new Set<RelationName>([...effects.locks.map((lock) => lock.relation), ...effects.creates, ...effects.drops, ...effects.scans, ...effects.rewrites]);
  for (const { relation } of effects.actions) if (relation !== undefined) relations.add(relation);
  const names = new Set(tokensOf(text).flatMap(({ kind, text: word }) => (kind === 'identifier' ? [word.replace(/^"(.*)"$/su, '$1').replaceAll('""', '"').toLowerCase()] : [])));
  const opaque = effects.actions.some(({ kind }) => kind === 'dynamic sql' || kind === 'other' || kind === 'routine') || relations.size === 0;
  return { relations, names, opaque };
}

function mayDepend(earlier: Reach | undefined, later: Reach): boolean {
  if (earlier === undefined || earlier.opaque || later.opaque) return true;
  return [...later.relations].some((relation) => earlier.relations.has(relation)) || [...later.names].some((name) => earlier.names.has(name));
}

/** The statements of a phase's file: its own, the settings before them, and BEGIN and COMMIT around what is not empty. */
function membersOf(phase: Phase, phases: readonly (Phase | undefined)[], statements: readonly StatementAnalysis[]): ReadonlySet<number> {
  const own = new Set(phases.flatMap((each, index) => (each === phase ? [index] : [])));
  const last = Math.max(...own);
  const busy = new Set([...own].map((index) => statements[index]?.transaction));
  const members = new Set(own);
  for (const [index, { effects, transaction, moment }] of statements.entries()) {
    if (effects?.setting !== undefined && index < last && (moment.scope !== 'explicit' || !effects.setting.local || busy.has(transaction))) members.add(index);
    // BEGIN is the first statement of the transaction that it opens, by its number that of the next one.
    if (effects?.control?.kind === 'begin' && busy.has(statements[index + 1]?.transaction)) members.add(index);
    if (effects?.control?.kind === 'commit' && busy.has(transaction)) members.add(index);
  }
  return members;
}

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The file cut behind each statement, so that every comment stays with the statement that follows it, or whose line it shares. */
function piecesOf({ text, statements, script }: FileContext): readonly Piece[] {
  // The lines by which a tool knows its file stay where they are.
  let start = Math.max(text.startsWith('\uFEFF') ? 1 : 0, script.segments[0]?.offset ?? 0);
  return statements.map(({ span }, index) => {
    const stop = span.offset + span.length;
    const next = statements[index + 1]?.span.offset ?? text.length;
    const tail = /^(?:\s|--[^\r\n]*|\/\*[^]*?\*\/)*?;(?:[ \t]*(?:--[^\r\n]*|\/\*(?:(?!\*\/).)*\*\/))?[ \t]*(?:\r\n|\r|\n)?/u.exec(text.slice(stop, next));
    const end = tail === null ? (index === statements.length - 1 ? text.length : stop) : stop + tail[0].length;
    const piece = { start, end, text: text.slice(start, end) };
    start = end;
    return piece;
  });
}

function closed(text: string, eol: string): string {
  const body = text.trimEnd();
  return `${/;(?:[ \t]*--[^\r\n]*)?$/u.test(body) ? body : `${body};`}${eol}`;
}

/** What a migration is about, by its path: `users` of `001_users.up.sql`. */
export function wordsOfPath(path: string): string {
  const parts = path.split('/');
  const file = /^(?:migration|up|down)\.[a-z]+$/iu.test(parts.at(-1) ?? '') ? (parts.at(-2) ?? '') : (parts.at(-1) ?? '').replace(/(?:[._-](?:up|do|deploy))?\.[a-z]+$/iu, '');
  const rest = /^V?(?:\d+[._])*?\d+(?:__|\.do\.|[._-])(?!\d+(?:__|[._-]))(.*)$/iu.exec(file);
  return rest === null ? '' : (rest[1] ?? '');
}
