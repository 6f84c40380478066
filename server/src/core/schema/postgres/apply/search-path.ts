import type { FuncCall, Node, VariableSetStmt } from '@pgsql/types';
import { UNKNOWN_SCHEMA } from '../../schema';
import { constantText, textToNames } from '../expressions';
import { strings } from '../walk';
import type { Applying } from './applying';

/** SET, RESET of search_path. SET LOCAL counts like SET: it ends with the transaction, and few scripts go on after that. */
export function setSearchPath(stmt: VariableSetStmt, at: Applying): void {
  if (stmt.kind === 'VAR_RESET_ALL') { resetSearchPath(at); return; }
  if (stmt.name !== 'search_path') return;
  if (stmt.kind !== 'VAR_SET_VALUE') { resetSearchPath(at); return; }
  write(at, (stmt.args ?? []).flatMap((arg) => constantText(arg) ?? []));
}

/** RESET search_path, DISCARD ALL: what the role and the database are configured with; unless somebody knows better that is `"$user", public`. */
export function resetSearchPath(at: Applying): void {
  at.editor.setSearchPath(at.editor.configuredPath ?? UNKNOWN_SCHEMA.searchPath);
}

/** `SELECT set_config('search_path', …, …)`, as pg_dump writes it. */
export function setConfig(call: FuncCall, at: Applying): void {
  if (strings(call.funcname).at(-1) !== 'set_config') return;
  const [name, value] = (call.args ?? []).map((arg: Node) => constantText(arg));
  if (name === 'search_path' && value !== undefined) write(at, value.split(',').flatMap((item) => textToNames(item).slice(0, 1)));
}

function write(at: Applying, path: readonly string[]): void {
  at.editor.setSearchPath(path.filter((schema) => schema !== '' && schema !== '$user' && schema !== 'pg_catalog' && schema !== 'pg_temp'));
}
