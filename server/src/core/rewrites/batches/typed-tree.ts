import type * as TypedTree from 'pgsql-ast-parser';
import type { Expr, QName, Statement as TypedStatement } from 'pgsql-ast-parser';

type Library = Pick<typeof TypedTree, 'parse' | 'toSql'>;

let library: Library | undefined;

/**
 * Loads pgsql-ast-parser, whose typed tree the rewriting of DML works on. It takes some 50 ms and most sessions never
 * ask for such a fix, so it is loaded when the first one is about to be made. To be awaited before fixes are computed.
 */
export async function loadRewriter(): Promise<void> {
  library ??= await import('pgsql-ast-parser');
}

/** A DML statement as the typed tree has it. */
export interface TypedDml {
  readonly where: Expr | undefined;
  readonly sets: readonly { readonly column: string; readonly value: Expr }[];
  /** `SELECT count(*)` over the rows that the statement concerns, or undefined where the tree cannot say. */
  readonly count: string | undefined;
}

/**
 * Reads an UPDATE or DELETE into the typed tree.
 * @returns undefined where that grammar does not know the statement (about one in ten: DELETE … USING, for example)
 */
export function typedDml(sql: string): TypedDml | undefined {
  const statement = typed(sql);
  if (statement === undefined) return undefined;
  if (statement.type === 'with') return typedOf(statement.in, undefined);
  return typedOf(statement, statement);
}

function typedOf(statement: TypedStatement, countable: TypedStatement | undefined): TypedDml | undefined {
  if (statement.type !== 'update' && statement.type !== 'delete') return undefined;
  const sets = statement.type === 'update' ? statement.sets.map(({ column, value }) => ({ column: column.name, value })) : [];
  return { where: statement.where ?? undefined, sets, count: countable === undefined ? undefined : countOf(countable) };
}

function typed(sql: string): TypedStatement | undefined {
  if (library === undefined) return undefined;
  try {
    const [statement] = library.parse(sql);
    return statement;
  } catch {
    return undefined;
  }
}

/** The rows that an UPDATE or DELETE concerns, counted: its tables and its WHERE under another verb. */
function countOf(statement: TypedStatement): string | undefined {
  if (library === undefined || (statement.type !== 'update' && statement.type !== 'delete')) return undefined;
  const target: QName & { readonly alias?: string } = statement.type === 'update' ? statement.table : statement.from;
  const others = statement.type === 'update' && statement.from !== undefined && statement.from !== null ? [statement.from] : [];
  const text = library.toSql.statement({
    type: 'select',
    columns: [{ expr: { type: 'call', function: { name: 'count' }, args: [{ type: 'ref', name: '*' }] } }],
    from: [{ type: 'table', name: target }, ...others],
    ...(statement.where ? { where: statement.where } : {}),
  });
  return text.replace(/\s+/gu, ' ').replace(/ (?=[.,)])/gu, '').replace(/(?<=[(]) /gu, '').replace(/ \(\)/gu, '()').replace(/ \./gu, '.').trim();
}

/** Whether two expressions are written alike. */
export function sameExpression(a: Expr, b: Expr): boolean {
  return library !== undefined && library.toSql.expr(a) === library.toSql.expr(b);
}
