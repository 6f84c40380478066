import type { Node } from '@pgsql/types';

/** Storage parameters as the statement has them: `fillfactor`, `toast.autovacuum_enabled`. */
export function storageOptions(nodes: readonly Node[] | undefined): Readonly<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const node of nodes ?? []) {
    if (!('DefElem' in node)) continue;
    const { defnamespace, defname = '', arg } = node.DefElem;
    out[defnamespace === undefined ? defname : `${defnamespace}.${defname}`] = optionText(arg);
  }
  return out;
}

function optionText(arg: Node | undefined): string {
  if (arg === undefined) return 'true';
  if ('Integer' in arg) return String(arg.Integer.ival ?? 0);
  if ('Float' in arg) return arg.Float.fval ?? '0';
  if ('String' in arg) return arg.String.sval ?? '';
  if ('Boolean' in arg) return String(arg.Boolean.boolval ?? false);
  if ('TypeName' in arg) return (arg.TypeName.names ?? []).map((name) => ('String' in name ? (name.String.sval ?? '') : '')).join('.');
  return '';
}
