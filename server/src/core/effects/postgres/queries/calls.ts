import type { FuncCall, Node } from '@pgsql/types';
import type { ObjectName } from '../../../schema/names';
import { constantText, sequencesIn, textToNames } from '../../../schema/postgres/expressions';
import { mentionOf, relationName, routineName } from '../../../schema/postgres/resolve';
import { strings, walk } from '../../../schema/postgres/walk';
import { routineBody } from '../bodies';
import type { Claims } from '../claims';
import { ownedSequences, tableOf } from '../relations';
import { valueOf } from '../transactions';

/** What the functions lock that an expression or query calls: sequences, and what the bodies of user functions do. */
export function followCalls(root: Node, claims: Claims): void {
  const seen = new Set<ObjectName>();
  walk(root, (kind, body) => {
    if (kind === 'FuncCall') followCall(body, claims, seen);
  });
}

function followCall(call: FuncCall, claims: Claims, seen: Set<ObjectName>): void {
  const { schema } = claims;
  const name = routineName(strings(call.funcname), schema);
  switch (name) {
    case 'pg_catalog.nextval':
    case 'pg_catalog.setval':
    case 'pg_catalog.currval':
      { useSequence(call, name, claims); return; }
    case 'pg_catalog.set_config':
      { setConfig(call.args ?? [], claims); return; }
    default:
      if (name.startsWith('pg_catalog.') || seen.has(name)) return;
      seen.add(name);
      routineBody(name, claims);
  }
}

/** init_sequence opens it, ROW EXCLUSIVE, for any of them (lock_and_open_sequence, src/backend/commands/sequence.c). */
function useSequence(call: FuncCall, name: ObjectName, claims: Claims): void {
  const { schema } = claims;
  const reason = `${name.slice('pg_catalog.'.length)} is called on it`;
  const named = [...sequencesIn({ FuncCall: call }, schema)];
  for (const sequence of named) claims.lock(sequence, 'ROW EXCLUSIVE', reason);
  const [argument] = call.args ?? [];
  let at = argument;
  while (at !== undefined && 'TypeCast' in at) at = at.TypeCast.arg;
  if (named.length > 0 || at === undefined || !('FuncCall' in at) || strings(at.FuncCall.funcname).at(-1) !== 'pg_get_serial_sequence') return;
  const [tableName, column] = (at.FuncCall.args ?? []).map(constantText);
  const table = tableName === undefined ? undefined : tableOf(relationName(mentionOf(textToNames(tableName)), schema), schema);
  for (const sequence of table === undefined ? [] : ownedSequences(table, schema, column)) claims.lock(sequence.name, 'ROW EXCLUSIVE', reason);
}

function setConfig(args: readonly Node[], claims: Claims): void {
  const [name, value, local] = args;
  const parameter = constantText(name);
  if (parameter === undefined || value === undefined || claims.isConditional) return;
  claims.setting = { name: parameter.toLowerCase(), value: valueOf(value), local: local !== undefined && /^(on|t|true)$/.test(valueOf(local)) };
}
