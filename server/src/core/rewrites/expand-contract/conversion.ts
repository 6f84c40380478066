import type { ColumnDef, Node } from '@pgsql/types';
import type { Action } from '../../effects/effects';
import type { FindContext } from '../../rules/rule';
import { quoteIdentifier } from '../../schema/names';
import { volatilityOf } from '../../schema/postgres/expressions';
import { walk } from '../../schema/postgres/walk';
import type { Table } from '../../schema/schema';
import { tokensOf } from '../../sql/postgres/scan';
import { applyEdits, type Edit } from '../../text';
import { withFrozenTime } from '../batches/frozen-time';
import { is, written, type Subcommand } from '../alter-table';

export type TypeChange = Extract<Action, { kind: 'alter column type' }>;

/** How an ALTER COLUMN TYPE makes the new values, as it is written. */
export interface Conversion {
  /** The new type with its collation. */
  readonly type: string;
  /** The new value in an UPDATE of the table. */
  readonly value: string;
  /** The new value in a trigger, where the row is NEW. */
  readonly ofNew: string;
  /** Whether a row still wants its value: rows written since the trigger is there have it. */
  readonly wanting: (column: string) => string;
  /** Settings of the session that the value depends on. */
  readonly settings: readonly string[];
}

/** Types that have no equality (pg_operator has no `=` for them), so that IS DISTINCT FROM fails. */
const WITHOUT_EQUALITY = /^pg_catalog\.(json|xml|point|box|path|polygon|line|circle|lseg)$/;
/** Types whose conversion depends on TimeZone or DateStyle. */
const BY_SESSION = /^pg_catalog\.(date|time|timetz|timestamp|timestamptz|interval)$/;

/** Takes the type change apart, or says as the end of a sentence why its values cannot be made row by row. */
export function conversionOf(context: FindContext, action: TypeChange, subcommand: Subcommand, table: Table): Conversion | string {
  const { text } = context.parsed;
  const { tokens } = subcommand;
  const from = tokens.findIndex((token, at) => at > 1 && is(token, 'TYPE'));
  const using = tokens.findIndex((token, at) => at > from && is(token, 'USING'));
  if (from < 0) return 'it is part of a larger statement';
  const type = written(text, tokens[from + 1], using < 0 ? tokens.at(-1) : tokens[using - 1]);
  const own = table.columns.find((column) => column.name === action.column);
  const settings = [own?.type.name ?? '', action.to.name].some((name) => BY_SESSION.test(name)) ? ['TimeZone', 'DateStyle'] : [];
  const column = quoteIdentifier(action.column);
  if (using < 0) {
    // An assignment converts as ALTER TYPE does: it refuses what an explicit cast would cut off.
    return { type, value: column, ofNew: `NEW.${column}`, wanting: (target) => `${target} IS NULL AND ${column} IS NOT NULL`, settings };
  }
  const node = usingOf(action.node);
  if (node === undefined) return 'it is part of a larger statement';
  const volatility = volatilityOf(node, context.before);
  if (volatility === 'volatile' || volatility === 'unknown') return 'its USING may give another value each time';
  if (withFrozenTime(written(text, tokens[using], tokens.at(-1)), 'x').frozen) return 'its USING gives another value at another time';
  const first = tokens[using + 1];
  const last = tokens.at(-1);
  const value = written(text, first, last);
  if (first === undefined || tokens.slice(using).some((token) => token.kind === 'string' && /[\r\n]|\$sync\$/.test(token.text))) return 'its USING has a string of several lines';
  if (tokensOf(value).some((token) => token.kind === 'comment')) return 'its USING holds a comment';
  const ofNew = inTrigger(context, node, table, value, first.offset);
  if (ofNew === undefined) return 'its USING mentions more than plain columns of the table';
  const wanting = (target: string): string => (WITHOUT_EQUALITY.test(action.to.name) && !action.to.array ? `${target} IS NULL` : `${target} IS DISTINCT FROM (${value})`);
  return { type, value: `(${value})`, ofNew: `(${ofNew})`, wanting, settings };
}

function usingOf(node: Node): Node | undefined {
  const command = 'AlterTableCmd' in node ? node.AlterTableCmd.def : node;
  const definition: ColumnDef | undefined = command !== undefined && 'ColumnDef' in command ? command.ColumnDef : undefined;
  return definition?.raw_default;
}

/** The expression with its columns as those of the row NEW. */
function inTrigger({ parsed }: FindContext, node: Node, table: Table, value: string, start: number): string | undefined {
  const edits: Edit[] = [];
  const strange: string[] = [];
  const tokens = tokensOf(value).filter((token) => token.kind !== 'comment');
  walk(node, (kind, body) => {
    if (kind === 'SubLink' || kind === 'A_Star') strange.push(kind);
    if (kind !== 'ColumnRef') return;
    const offset = parsed.offsetOf(Number(body.location ?? 0)) - start;
    let at = tokens.findIndex((token) => token.offset === offset);
    const first = tokens[at];
    while (tokens[at + 1]?.text === '.') at += 2;
    const last = tokens[at];
    const fields = (body.fields ?? []) as readonly Node[];
    const field = fields.at(-1);
    const name = field !== undefined && 'String' in field ? field.String.sval : undefined;
    const column = table.columns.find((candidate) => candidate.name === name);
    if (first === undefined || last === undefined || column === undefined || column.generated !== undefined) strange.push(kind);
    else edits.push({ offset, length: last.offset + last.length - offset, text: `NEW.${last.text}` });
  });
  return strange.length === 0 ? applyEdits(value, edits) : undefined;
}
