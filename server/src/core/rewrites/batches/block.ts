import { tokensOf } from '../../sql/postgres/scan';
import { withFrozenTime } from './frozen-time';
import { quoteLiteral } from './literal';
import type { BatchPlan, Walk } from './plan';
import type { DmlShape } from './shape';

type Possible = Extract<BatchPlan, { possible: true }>;

/** How the block is to be written. */
export interface BlockStyle {
  /** Rows a batch. */
  readonly batchSize: number;
  /** The file's line end. */
  readonly newline: string;
  /** What each line starts with. */
  readonly indent: string;
}

/** Pause between batches, in seconds: enough for replicas and vacuum to breathe, little beside the work of a batch. */
const PAUSE = 0.05;

/**
 * The DO block, without a closing semicolon, that does the statement in batches and commits each. It needs
 * PostgreSQL 11 and must run outside of a transaction block.
 */
export function batchBlock(plan: Possible, style: BlockStyle): string {
  const tag = freeTag(plan.shape);
  const lines: readonly Line[] = [
    `DO ${tag}`,
    '#variable_conflict use_column',
    '<<batches>>',
    'DECLARE',
    `  batch_size constant bigint := ${style.batchSize};`,
    '  batch_rows bigint;',
    '  total_rows bigint := 0;',
    ...(plan.walk.by === 'key' ? keyBody(plan, plan.walk) : remainingBody(plan)),
    tag,
  ];
  return lines
    .flatMap(split)
    .map(({ text, movable }, index) => (index === 0 || text === '' || !movable ? text : style.indent + text))
    .join(style.newline);
}

/** A line (or several) of the block; the user's own SQL is marked, since what is inside its quotes must not move. */
type Line = string | { readonly sql: string; readonly indent: string };

function split(line: Line): readonly { readonly text: string; readonly movable: boolean }[] {
  if (typeof line === 'string') return [{ text: line, movable: true }];
  const frozen = tokensOf(line.sql).some((token) => token.kind === 'string' && token.text.includes('\n'));
  return line.sql.split(/\r?\n/u).map((text, index) => {
    const movable = index === 0 || !frozen;
    return { text: movable && text !== '' ? line.indent + text : text, movable };
  });
}

function keyBody({ shape, count }: Possible, { key }: Extract<Walk, { by: 'key' }>): readonly Line[] {
  const columns = key.columns;
  const { sql, frozen } = frozenStatement(shape, keyRange(shape, columns));
  const table = writtenName(shape);
  const walked = shape.targetText.trimStart().toLowerCase().startsWith('only') ? `ONLY ${table}` : table;
  const list = columns.join(', ');
  const descending = columns.map((column) => `${column} DESC`).join(', ');
  const types = (prefix: string): readonly string[] => columns.map((column, index) => `  ${prefix}_${index + 1} ${table}.${column}%TYPE;`);
  return [
    ...types('first'),
    ...types('last'),
    ...types('final'),
    ...startedAt(frozen),
    'BEGIN',
    ...counted(count),
    ...(key.assumed ? keyCheck(table, columns) : []),
    '  -- Walks the key in ranges, so that each row is visited once; rows that are added meanwhile are left alone.',
    `  SELECT ${list} INTO ${variables('final', columns)} FROM ${walked} ORDER BY ${descending} LIMIT 1;`,
    `  SELECT ${list} INTO ${variables('first', columns)} FROM ${walked} ORDER BY ${list} LIMIT 1;`,
    '  WHILE FOUND LOOP',
    `    SELECT ${list} INTO ${variables('last', columns)}`,
    `    FROM (SELECT ${list} FROM ${walked} WHERE ${row(columns)} >= ${bound('first', columns)} ORDER BY ${list} LIMIT batches.batch_size) AS batch`,
    `    ORDER BY ${descending} LIMIT 1;`,
    { sql: `${sql};`, indent: '    ' },
    ...progress('    '),
    `    SELECT ${list} INTO ${variables('first', columns)} FROM ${walked}`,
    `    WHERE ${row(columns)} > ${bound('last', columns)} AND ${row(columns)} <= ${bound('final', columns)}`,
    `    ORDER BY ${list} LIMIT 1;`,
    '  END LOOP;',
    'END',
  ];
}

/**
 * Rows are locked before they are changed. A single statement would pass by a row that somebody else changes meanwhile: it
 * lies in another place afterwards, which the statement's snapshot does not show; and a batch that has passed by all its
 * rows would be taken for the last. The statement behind the one that locks has a snapshot of its own (manual, "Read
 * Committed Isolation Level").
 */
function remainingBody({ shape, count }: Possible): readonly Line[] {
  const { targetName, targetText, others, where, withClause, verb } = shape;
  const tables = [targetText, ...(others === undefined ? [] : [others])].join(', ');
  const condition = where === undefined ? '' : `\n  WHERE ${where}`;
  const query = withClause === undefined ? 'SELECT' : `${withClause}\n  SELECT`;
  // What a change of columns that are no key locks itself (manual, "Row-Level Locks").
  const lock = `FOR ${verb === 'update' ? 'NO KEY UPDATE' : 'UPDATE'} OF ${targetName}`;
  const chosen = withFrozenTime(`ARRAY(\n  ${query} ${targetName}.ctid FROM ${tables}${condition}\n  LIMIT batches.batch_size\n  ${lock}\n)`, STARTED_AT);
  const { sql, frozen } = frozenStatement(shape, `${targetName}.ctid = ANY (batches.batch)`);
  return [
    '  batch tid[];',
    ...startedAt(frozen || chosen.frozen),
    'BEGIN',
    ...counted(count),
    '  LOOP',
    '    -- Any rows that are still to do: a row that is done no longer matches. Locked first, so that none moves meanwhile.',
    { sql: `batch := ${chosen.sql};`, indent: '    ' },
    { sql: `${sql};`, indent: '    ' },
    ...progress('    ', 'EXIT WHEN batches.batch_rows = 0;'),
    '  END LOOP;',
    'END',
  ];
}

function counted(count: string | undefined): readonly string[] {
  return count === undefined || count.length > 120 || count.includes('\n') ? [] : [`  -- How many rows that is: ${count}`];
}

/** The statement as written, confined to a batch. RETURNING is left out: in a migration nobody receives its rows. */
function frozenStatement(shape: DmlShape, confinement: string): { readonly sql: string; readonly frozen: boolean } {
  const where = shape.where === undefined ? confinement : `(${shape.where}\n)\nAND ${confinement}`;
  const tail = shape.tail === undefined ? '' : `\n${shape.tail}`;
  return withFrozenTime(`${shape.head}\nWHERE ${where}${tail}`, STARTED_AT);
}

const STARTED_AT = 'batches.started_at';

function keyRange({ targetName }: DmlShape, columns: readonly string[]): string {
  const qualified = columns.map((column) => `${targetName}.${column}`);
  return `${row(qualified)} >= ${bound('first', columns)}\nAND ${row(qualified)} <= ${bound('last', columns)}`;
}

function variables(prefix: string, columns: readonly string[]): string {
  return columns.map((_, index) => `batches.${prefix}_${index + 1}`).join(', ');
}

function bound(prefix: string, columns: readonly string[]): string {
  return columns.length === 1 ? variables(prefix, columns) : `(${variables(prefix, columns)})`;
}

function startedAt(frozen: boolean): readonly string[] {
  return frozen ? ['  -- Each batch is a transaction of its own; all rows shall get the same time.', '  started_at constant timestamptz := now();'] : [];
}

function progress(indent: string, exit?: string): readonly string[] {
  return [
    'GET DIAGNOSTICS batch_rows = ROW_COUNT;',
    ...(exit === undefined ? [] : [exit]),
    'total_rows := batches.total_rows + batches.batch_rows;',
    'COMMIT;',
    `RAISE NOTICE '% rows done', batches.total_rows;`,
    `PERFORM pg_sleep(${PAUSE});`,
  ].map((line) => indent + line);
}

/** Nothing is known of the table: what was assumed of it must hold before the first row changes. */
function keyCheck(relation: string, columns: readonly string[]): readonly string[] {
  const name = quoteLiteral(relation);
  const column = quoteLiteral(columns[0] ?? 'id');
  return [
    '  IF NOT EXISTS (',
    '    SELECT FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]',
    `    WHERE indrelid = ${name}::regclass AND indisprimary AND indnkeyatts = 1 AND attname = ${column}`,
    '  ) THEN',
    `    RAISE EXCEPTION '% is not the primary key of %: walk the table by its key', ${column}, ${name};`,
    '  END IF;',
  ];
}

/** The target's name as written: with its schema and quotes, without ONLY and alias. */
function writtenName({ targetText, target }: DmlShape): string {
  const words = tokensOf(targetText).filter((token) => token.kind !== 'comment' && token.text.toLowerCase() !== 'only');
  const parts = 1 + (target.schemaname === undefined ? 0 : 1) + (target.catalogname === undefined ? 0 : 1);
  return words.filter((token) => token.text !== '(').slice(0, 2 * parts - 1).map((token) => token.text).join('');
}

function row(columns: readonly string[]): string {
  return columns.length === 1 ? (columns[0] ?? '') : `(${columns.join(', ')})`;
}

/** A dollar quote's tag that the statement does not contain. */
function freeTag({ head, where, tail }: DmlShape): string {
  const text = `${head} ${where ?? ''} ${tail ?? ''}`;
  let tag = '$batches$';
  for (let number = 2; text.includes(tag); number++) tag = `$batches${number}$`;
  return tag;
}
