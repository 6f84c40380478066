import { nameParts, quoteIdentifier, type RelationName } from '../../schema/names';

/** Bytes of a name that the server keeps (NAMEDATALEN - 1). */
const NAME_BYTES = 63;

/** Chooses names for what exists only while a change is under way; none twice. */
export class WorkNames {
  private readonly taken: Set<string>;

  constructor(taken: Iterable<string>) {
    this.taken = new Set(taken);
  }

  /** `name_suffix` (or the name by itself), cut to what the server keeps, numbered where that is taken. Unquoted. */
  choose(name: string, suffix?: string): string {
    for (let pass = 1; ; pass++) {
      const tail = `${suffix === undefined ? '' : `_${suffix}`}${pass === 1 ? '' : String(pass)}`;
      const candidate = cut(name, NAME_BYTES - tail.length) + tail;
      if (this.taken.has(candidate)) continue;
      this.taken.add(candidate);
      return candidate;
    }
  }
}

/** A relation as it may be written beside another of its statement: with its schema where the user writes schemas or it is another than public. */
export function writtenBeside(relation: RelationName, beside: string): string {
  const { schema, name } = nameParts(relation);
  return schema === 'public' && !beside.includes('.') ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/** At most so many UTF-8 bytes, never half a character. */
function cut(text: string, bytes: number): string {
  let out = '';
  let used = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    used += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (used > bytes) break;
    out += character;
  }
  return out;
}
