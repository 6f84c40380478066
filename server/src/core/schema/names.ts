import { isReservedWord } from './reserved-words';

/**
 * The exact name of a relation, type or function, `schema.name`, each part quoted only where SQL needs it.
 * Quoting is one to one, so that this text is both what people read and the identity that names are compared by:
 * `public.users` and `public."Users"` are two relations.
 */
export type ObjectName = string & { readonly __brand: 'ObjectName' };

/** Names a relation: the same text as {@link ObjectName}, under the word most of the code needs. */
export type RelationName = ObjectName;

/**
 * Makes an exact name.
 * @param schema the schema as the catalogue has it (already folded to lower case where it was not quoted)
 * @param name the object's own name, likewise
 */
export function objectName(schema: string, name: string): ObjectName {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}` as ObjectName;
}

/** An identifier as it must be written in SQL: bare where that means the same, in double quotes otherwise (quote_ident). */
export function quoteIdentifier(identifier: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(identifier) && !isReservedWord(identifier) ? identifier : `"${identifier.replaceAll('"', '""')}"`;
}

/** The two parts of an exact name, unquoted, as the catalogue holds them. */
export function nameParts(name: ObjectName): { readonly schema: string; readonly name: string } {
  if (!name.includes('"')) {
    const dot = name.indexOf('.');
    return { schema: name.slice(0, dot), name: name.slice(dot + 1) };
  }
  const parts: string[] = [];
  for (const match of name.matchAll(/"((?:[^"]|"")*)"|([^.]+)/gu)) {
    parts.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'));
  }
  return { schema: parts[0] ?? '', name: parts[1] ?? '' };
}

/** An exact name for people: without its schema where that is `public`. */
export function displayName(name: ObjectName): string {
  return name.startsWith('public.') ? name.slice('public.'.length) : name;
}
