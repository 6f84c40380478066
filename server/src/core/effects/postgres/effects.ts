import type { SchemaView } from '../../schema/view';
import type { ParsedStatement } from '../../sql/statement';
import type { Effects } from '../effects';

/**
 * What a PostgreSQL statement does.
 * @param schema what exists before it
 * @param setting the migration's path and the server's major version
 */
export function effectsOf(statement: ParsedStatement, schema: SchemaView, setting: { readonly path: string; readonly version: number }): Effects {
  void schema;
  void setting;
  return { ...NOTHING, kind: statement.nodeKind };
}

/** The effects of a statement that concerns no relation. */
export const NOTHING: Effects = {
  kind: '',
  locks: [],
  rewrites: [],
  scans: [],
  rebuilds: [],
  transaction: { allowed: true },
  control: undefined,
  setting: undefined,
  actions: [],
  creates: [],
  drops: [],
  certainty: 'exact',
  depends: [],
  versionNotes: [],
  waits: [],
};
