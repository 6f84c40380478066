import type { CreateExtensionStmt } from '@pgsql/types';
import { objectName } from '../../names';
import type { Routine } from '../../schema';
import { EXTENSION_CONTENTS } from '../extension-contents';
import { creationSchema } from '../resolve';
import type { Applying } from './applying';

/** CREATE EXTENSION: for those that come with PostgreSQL, the types and the volatility of the functions that they bring. */
export function createExtension(stmt: CreateExtensionStmt, at: Applying): void {
  const contents = Object.hasOwn(EXTENSION_CONTENTS, stmt.extname ?? '') ? EXTENSION_CONTENTS[stmt.extname ?? ''] : undefined;
  if (contents === undefined) return;
  const schema = schemaOption(stmt) ?? creationSchema(at.editor);
  for (const type of words(contents.types)) at.editor.setType({ kind: 'base', name: objectName(schema, type), origin: at.origin });
  for (const volatility of ['immutable', 'stable', 'volatile'] as const) {
    for (const word of words(contents[volatility])) {
      const name = objectName(schema, word);
      const routine: Routine = { name, kind: 'function', volatility, language: 'c', inputs: [], returns: undefined, returnsSet: false, body: undefined, definition: undefined };
      // A routine of that name may be the user's own, or be there from an earlier IF NOT EXISTS.
      if (at.editor.routines(name).length === 0) at.editor.setRoutines(name, [routine]);
    }
  }
}

function words(list: string | undefined): readonly string[] {
  return list === undefined ? [] : list.trim().split(/\s+/);
}

function schemaOption(stmt: CreateExtensionStmt): string | undefined {
  for (const option of stmt.options ?? []) {
    if (!('DefElem' in option) || option.DefElem.defname !== 'schema') continue;
    const { arg } = option.DefElem;
    return arg !== undefined && 'String' in arg ? arg.String.sval : undefined;
  }
  return undefined;
}
