import type { ColumnDef, Node } from '@pgsql/types';
import type { CatalogText } from '../../catalog';
import { UNKNOWN_SCHEMA, type TypeReference } from '../../schema';
import { parseOne } from '../../../sql/postgres/grammar';
import { SchemaEditor } from '../../view';
import { typeReference } from '../resolve';

/**
 * Stands for an expression that nobody knows: NULL proves nothing as a CHECK, and an index with it as its predicate is
 * one of rows that are not known.
 */
const UNKNOWN_EXPRESSION: Node = { A_Const: { isnull: true } };

/** Parses the texts of a catalogue, each once, and only when somebody wants to see it. */
export class Expressions {
  private readonly types = new Map<string, TypeReference>();
  private readonly statements = new Map<string, Node | undefined>();
  /** All names that format_type writes with an empty search_path are qualified or built in. */
  private readonly names = new SchemaEditor({ ...UNKNOWN_SCHEMA, searchPath: [] });

  /** The type that format_type writes so. */
  type(text: string): TypeReference {
    let known = this.types.get(text);
    if (known === undefined) this.types.set(text, (known = this.parsedType(text)));
    return known;
  }

  /** The expression of a text. */
  expression(text: CatalogText): Node {
    return this.list(text)[0] ?? UNKNOWN_EXPRESSION;
  }

  optional(text: CatalogText | undefined): Node | undefined {
    return text === undefined ? undefined : this.expression(text);
  }

  /** The expressions of a text that has several, with commas between. */
  list(text: CatalogText): readonly Node[] {
    const node = text === null ? undefined : this.statement(`SELECT ${text}`);
    if (node === undefined || !('SelectStmt' in node)) return [];
    return (node.SelectStmt.targetList ?? []).flatMap((target) => ('ResTarget' in target && target.ResTarget.val !== undefined ? [target.ResTarget.val] : []));
  }

  /** The tree of a whole statement; undefined where the grammar here does not take it. */
  statement(text: string): Node | undefined {
    if (this.statements.has(text)) return this.statements.get(text);
    const parsed = parseOne(text.replace(/;\s*$/u, ''), false);
    const node = parsed.ok ? parsed.node : undefined;
    this.statements.set(text, node);
    return node;
  }

  private parsedType(text: string): TypeReference {
    const column = this.columnOf(`CREATE TABLE t (c ${text})`);
    return typeReference(column?.typeName ?? { names: [{ String: { sval: 'unknown' } }] }, this.names);
  }

  private columnOf(statement: string): ColumnDef | undefined {
    const parsed = parseOne(statement, false);
    const element = parsed.ok && 'CreateStmt' in parsed.node ? parsed.node.CreateStmt.tableElts?.[0] : undefined;
    return element !== undefined && 'ColumnDef' in element ? element.ColumnDef : undefined;
  }
}

/** Gives an object a property that is worked out when it is first looked at. */
export function lazily<T extends object, K extends string, V>(target: T, key: K, make: () => V): T & Readonly<Record<K, V>> {
  Object.defineProperty(target, key, {
    configurable: true,
    enumerable: true,
    get() {
      const value = make();
      Object.defineProperty(target, key, { configurable: true, enumerable: true, writable: false, value });
      return value;
    },
  });
  return target as T & Readonly<Record<K, V>>;
}
