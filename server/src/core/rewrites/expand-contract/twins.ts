import { nameParts, quoteIdentifier } from '../../schema/names';
import type { ForeignKey, Index, IndexKey, KeyConstraint } from '../../schema/schema';
import { expressionSql, optionSql, type ExpressionStyle } from '../deparse';
import type { KeyWords } from '../key-words';

/** How the twin of what hangs on a column is written. */
export interface TwinStyle extends ExpressionStyle {
  readonly column: (name: string) => string;
}

/** CREATE INDEX CONCURRENTLY of an index like another over the columns as the style writes them; undefined where some expression cannot be written. */
export function twinIndex(index: Index, name: string, table: string, style: TwinStyle): string | undefined {
  const { k } = style;
  const keys = index.keys.map((key) => keySql(key, style));
  const predicate = index.predicate === undefined ? '' : expressionSql(index.predicate, style);
  const storage = (index.storage ?? []).map(optionSql);
  if (keys.includes(undefined) || predicate === undefined || storage.includes(undefined)) return undefined;
  return [
    k(index.unique ? 'CREATE UNIQUE INDEX CONCURRENTLY' : 'CREATE INDEX CONCURRENTLY'),
    quoteIdentifier(name),
    k('ON'),
    table,
    ...(index.method === 'btree' ? [] : [`${k('USING')} ${quoteIdentifier(index.method)}`]),
    `(${keys.join(', ')})`,
    ...(index.included.length === 0 ? [] : [`${k('INCLUDE')} (${index.included.map(style.column).join(', ')})`]),
    ...(index.nullsNotDistinct ? [k('NULLS NOT DISTINCT')] : []),
    ...(storage.length === 0 ? [] : [`${k('WITH')} (${storage.join(', ')})`]),
    ...(index.tablespace === undefined ? [] : [`${k('TABLESPACE')} ${quoteIdentifier(index.tablespace)}`]),
    ...(predicate === '' ? [] : [`${k('WHERE')} (${predicate})`]),
  ].join(' ');
}

function keySql(key: IndexKey, style: TwinStyle): string | undefined {
  const { k } = style;
  const of = key.column === undefined ? expressionSql(key.expression, style) : style.column(key.column);
  if (of === undefined) return undefined;
  const options = (key.operatorClassOptions ?? []).map(optionSql);
  if (options.includes(undefined)) return undefined;
  return [
    key.column === undefined ? `(${of})` : of,
    ...(key.collation === undefined ? [] : [`${k('COLLATE')} ${dotted(key.collation)}`]),
    ...(key.operatorClass === undefined ? [] : [dotted(key.operatorClass) + (options.length === 0 ? '' : ` (${options.join(', ')})`)]),
    ...(key.descending === true ? [k('DESC')] : []),
    ...(key.nulls === undefined ? [] : [k(key.nulls === 'first' ? 'NULLS FIRST' : 'NULLS LAST')]),
  ].join(' ');
}

/** Collations and operator classes are noted as `schema.name`, unquoted. */
function dotted(name: string): string {
  return name.split('.').map(quoteIdentifier).join('.');
}

/** `FOREIGN KEY … REFERENCES …` like another, over columns as given. */
export function twinForeignKey(key: ForeignKey, referenced: string, own: (name: string) => string, theirs: (name: string) => string, k: KeyWords): string {
  const action = (event: string, does: ForeignKey['onDelete'], columns: readonly string[] = []): string[] =>
    does === 'no action' ? [] : [`${k(`ON ${event} ${does.toUpperCase()}`)}${columns.length === 0 ? '' : ` (${columns.map(own).join(', ')})`}`];
  return [
    `${k('FOREIGN KEY')} (${key.columns.map(own).join(', ')}) ${k('REFERENCES')} ${referenced} (${key.referencedColumns.map(theirs).join(', ')})`,
    ...(key.matchFull === true ? [k('MATCH FULL')] : []),
    ...action('UPDATE', key.onUpdate),
    ...action('DELETE', key.onDelete, key.onDeleteColumns),
    ...deferral(key, k),
  ].join(' ');
}

/** `PRIMARY KEY USING INDEX …` like another key. */
export function twinKey(constraint: KeyConstraint, index: string, k: KeyWords): string {
  return [k(constraint.kind === 'primary key' ? 'PRIMARY KEY USING INDEX' : 'UNIQUE USING INDEX'), quoteIdentifier(index), ...deferral(constraint, k)].join(' ');
}

function deferral({ deferrable, initiallyDeferred }: ForeignKey | KeyConstraint, k: KeyWords): string[] {
  return deferrable ? [k(initiallyDeferred === true ? 'DEFERRABLE INITIALLY DEFERRED' : 'DEFERRABLE')] : [];
}

/** An index's own name, unquoted. */
export function ownName(index: Pick<Index, 'name'>): string {
  return nameParts(index.name).name;
}
