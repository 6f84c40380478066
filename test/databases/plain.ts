import type { Routine, Schema } from '../../server/src/core/schema/schema';

/** Properties that hold parse trees: the server writes expressions its own way. */
const TREES = new Set(['default', 'expression', 'predicate', 'query', 'node', 'definition', 'body']);
/** Lists whose order says nothing. */
const SETS = new Set(['constraints', 'indexes', 'triggers', 'policies', 'rules', 'statistics', 'readBy', 'reads', 'referencedBy', 'children', 'ownedSequences', 'tables', 'checks']);

/** A schema as plain data to compare: sets sorted, and of each expression only whether there is one. */
export function plain(schema: Schema): unknown {
  return {
    ...(shown(Object.fromEntries(schema.relations)) as object),
    'types:': shown(Object.fromEntries(schema.types)),
    'routines:': shown(Object.fromEntries([...schema.routines].filter(([, overloads]) => !overloads.every(isMadeByServer)))),
    'publications:': shown(Object.fromEntries(schema.publications)),
    'namespaces:': [...schema.namespaces.keys()].sort(),
    'complete:': schema.complete,
    'search path:': schema.searchPath,
  };
}

function shown(value: unknown, key = ''): unknown {
  if (TREES.has(key)) return value !== undefined;
  if (key === 'actions') return Array.isArray(value) ? value.length : 0;
  if (Array.isArray(value)) {
    const items = value.map((item) => shown(item));
    return SETS.has(key) ? items.map((item) => JSON.stringify(item)).sort() : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  if ('kind' in value && (value.kind === 'view' || value.kind === 'materialized view') && 'columns' in value) return shown({ ...value, kind: `a ${value.kind}`, columns: namesOf(value.columns) });
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .flatMap((name) => {
        const property: unknown = (value as Record<string, unknown>)[name];
        return property === undefined ? [] : [[name, shown(property, name)]];
      }),
  );
}

/** Constructors of range types, which no statement creates. */
function isMadeByServer({ kind, language }: Routine): boolean {
  return kind === 'function' && language === 'internal';
}

/** Types of a view's columns are worked out from its query where they are plain; the server knows all of them. */
function namesOf(columns: unknown): unknown {
  return Array.isArray(columns) ? columns.map((column: { readonly name: string }) => column.name) : columns;
}
