import type { ColumnDef, Node } from '@pgsql/types';
import type { CatalogText } from '../../catalog';
import { UNKNOWN_SCHEMA, type TypeReference } from '../../schema';
import { parseOne } from '../../../sql/postgres/grammar';
import { SchemaEditor } from '../../editor';
import { typeReference } from '../resolve';

/**
 * Stands for an expression that nobody knows: NULL proves nothing as a CHECK, and an index with it as its predicate is
 * one of rows that are not known.
 */
const UNKNOWN_EXPRESSION: Node = { A_Const: { isnull: true } };

/**
 * Parses the texts of a catalogue, each once. What holds one asks for its tree when somebody looks at it (a property with
 * a getter): a database has tens of thousands of expressions, and a migration is about a few.
 */
export class Expressions {
  private readonly types = new Map<string, TypeReference>();
  private readonly bounds = new Map<string, { readonly node: Node | undefined }>();
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

  /** The bound of a partition: `FOR VALUES …` or `DEFAULT`. */
  bound(text: string): Node | undefined {
    let known = this.bounds.get(text);
    if (known === undefined) this.bounds.set(text, (known = { node: this.parsedBound(text) }));
    return known.node;
  }

  private parsedBound(text: string): Node | undefined {
    const node = this.statement(`ALTER TABLE t ATTACH PARTITION p ${text}`);
    const command = node !== undefined && 'AlterTableStmt' in node ? node.AlterTableStmt.cmds?.[0] : undefined;
    const definition = command !== undefined && 'AlterTableCmd' in command ? command.AlterTableCmd.def : undefined;
    const bound = definition !== undefined && 'PartitionCmd' in definition ? definition.PartitionCmd.bound : undefined;
    return bound === undefined ? undefined : { PartitionBoundSpec: bound };
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
