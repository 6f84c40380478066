import { nameParts, objectName, type RelationName } from '../schema/names';
import type { SchemaView } from '../schema/view';

/** Bytes of a name that the server keeps (NAMEDATALEN - 1). */
const NAME_BYTES = 63;

/**
 * The name that the server would give a constraint or index, so that writing it out changes nothing
 * (makeObjectName and ChooseConstraintName in the server's indexcmds.c and pg_constraint.c).
 * @param columns of the key, in order; empty where the server would use none
 */
export function generatedName(relation: RelationName, columns: readonly string[], label: string, schema: SchemaView): string {
  const { schema: namespace, name } = nameParts(relation);
  const table = schema.relation(relation);
  const taken = new Set(table !== undefined && 'constraints' in table ? table.constraints.map((constraint) => constraint.name) : []);
  for (let pass = 0; ; pass++) {
    const candidate = objectNameOf(name, columns.join('_'), pass === 0 ? label : `${label}${String(pass)}`);
    if (!taken.has(candidate) && schema.relation(objectName(namespace, candidate)) === undefined) return candidate;
  }
}

/** Joins the parts by underscores, the longer of the first two cut until the whole fits. */
function objectNameOf(table: string, columns: string, label: string): string {
  const overhead = byteLength(label) + 1 + (columns === '' ? 0 : 1);
  let first = byteLength(table);
  let second = byteLength(columns);
  while (first + second + overhead > NAME_BYTES) {
    if (first > second) first -= 1;
    else second -= 1;
  }
  return [cut(table, first), ...(columns === '' ? [] : [cut(columns, second)]), label].join('_');
}

/** At most so many UTF-8 bytes, never half a character (pg_mbcliplen). */
function cut(text: string, bytes: number): string {
  let out = '';
  let used = 0;
  for (const character of text) {
    used += byteLength(character);
    if (used > bytes) break;
    out += character;
  }
  return out;
}

function byteLength(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
