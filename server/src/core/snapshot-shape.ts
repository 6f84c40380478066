/** What is wrong with a value that should be a snapshot, in words with the place; undefined where nothing is. */
export function validate(value: unknown): string | undefined {
  if (!isObject(value)) return 'not a snapshot: expected an object';
  if (value.version === undefined) return 'not a snapshot: "version" is missing';
  if (value.version !== 1) return `version ${JSON.stringify(value.version)} of the snapshot format is not known here; this Lockscope reads version 1`;
  return inOrder(value, SNAPSHOT, '');
}

type Shape = (value: unknown, at: string) => string | undefined;
type Fields = Readonly<Record<string, Shape>>;

const wrong = (at: string, expected: string): string => `${at}: expected ${expected}`;
const text: Shape = (value, at) => (typeof value === 'string' ? undefined : wrong(at, 'a string'));
const textOrNull: Shape = (value, at) => (value === null || typeof value === 'string' ? undefined : wrong(at, 'a string or null'));
const number: Shape = (value, at) => (typeof value === 'number' && Number.isFinite(value) && value >= 0 ? undefined : wrong(at, 'a number from 0'));
const anyNumber: Shape = (value, at) => (typeof value === 'number' && Number.isFinite(value) ? undefined : wrong(at, 'a number'));
const optional = (shape: Shape): Shape => (value, at) => (value === undefined ? undefined : shape(value, at));
const yesOrNo: Shape = (value, at) => (typeof value === 'boolean' ? undefined : wrong(at, 'true or false'));
const yes: Shape = (value, at) => (value === undefined || value === true ? undefined : wrong(at, 'true, or nothing'));
const oneOf = (...words: readonly string[]): Shape => (value, at) => (typeof value === 'string' && words.includes(value) ? undefined : wrong(at, words.map((word) => `"${word}"`).join(', ')));
const record = (shape: Shape): Shape => (value, at) => {
  if (!isObject(value)) return wrong(at, 'an object');
  for (const [key, item] of Object.entries(value)) {
    const problem = shape(item, `${at}.${key}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
};
const list = (shape: Shape): Shape => (value, at) => {
  if (!Array.isArray(value)) return wrong(at, 'a list');
  for (const [index, item] of value.entries()) {
    const problem = shape(item, `${at}[${String(index)}]`);
    if (problem !== undefined) return problem;
  }
  return undefined;
};
const object = (fields: Fields): Shape => (value, at) => (isObject(value) ? inOrder(value, fields, `${at}.`) : wrong(at, 'an object'));
/** An object whose fields depend on its kind. */
const byKind = (kinds: Readonly<Record<string, Fields>>): Shape => (value, at) => {
  if (!isObject(value)) return wrong(at, 'an object');
  const { kind } = value;
  const fields = typeof kind === 'string' && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  return fields === undefined ? wrong(`${at}.kind`, Object.keys(kinds).map((word) => `"${word}"`).join(', ')) : inOrder(value, fields, `${at}.`);
};

function inOrder(value: Readonly<Record<string, unknown>>, fields: Fields, prefix: string): string | undefined {
  for (const [key, shape] of Object.entries(fields)) {
    const problem = shape(value[key], prefix + key);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const names = list(text);
const maybeNames = optional(names);
const column = object({
  name: text,
  type: text,
  collation: optional(text),
  notNull: yes,
  default: optional(textOrNull),
  identity: optional(oneOf('always', 'by default')),
  generated: optional(object({ kind: oneOf('stored', 'virtual'), expression: textOrNull })),
  inherited: yes,
});
const triggers = optional(list(object({ name: text, routine: text, type: number, columns: maybeNames, disabled: yes, constraintFrom: optional(text) })));
const rules = optional(list(object({ name: text, event: text, instead: yes, definition: textOrNull })));
const constraintBase: Fields = { name: text, notValid: yes, notEnforced: yes, deferrable: yes, initiallyDeferred: yes, inherited: yes, noInherit: yes };
const key: Fields = { ...constraintBase, columns: names, index: text };
const constraint = byKind({
  check: { ...constraintBase, expression: textOrNull },
  'not null': { ...constraintBase, column: text },
  'primary key': key,
  unique: key,
  exclusion: key,
  'foreign key': { ...constraintBase, columns: names, references: text, referencedColumns: names, onDelete: optional(text), onUpdate: optional(text), onDeleteColumns: maybeNames, matchFull: yes },
});
const table: Fields = {
  name: text,
  unlogged: yes,
  columns: list(column),
  constraints: optional(list(constraint)),
  triggers,
  policies: optional(list(object({ name: text, reads: maybeNames }))),
  rules,
  statistics: maybeNames,
  rowSecurity: yes,
  parents: maybeNames,
  partitionBy: optional(object({ strategy: oneOf('list', 'range', 'hash'), columns: list(textOrNull) })),
  bound: optional(text),
  accessMethod: optional(text),
  tablespace: optional(text),
  options: optional(record(text)),
  replicaIdentity: optional(text),
};
const view: Fields = { name: text, columns: list(column), query: textOrNull, reads: maybeNames, triggers, rules, unpopulated: yes };
const indexKey = object({ column: optional(text), collation: optional(text), operatorClass: optional(text), descending: yes, nulls: optional(oneOf('first', 'last')) });
const index: Fields = {
  name: text,
  table: text,
  method: optional(text),
  unique: yes,
  invalid: yes,
  nullsNotDistinct: yes,
  keys: list(indexKey),
  included: maybeNames,
  expressions: optional(textOrNull),
  predicate: optional(textOrNull),
  constraint: optional(text),
  parent: optional(text),
  options: optional(record(text)),
  tablespace: optional(text),
};
const relation = byKind({
  table,
  'partitioned table': table,
  'foreign table': table,
  view,
  'materialized view': view,
  sequence: { name: text, ownedBy: optional(object({ table: text, column: text })) },
  index,
  'partitioned index': index,
  'composite type': { name: text, columns: list(column) },
});
const plainType: Fields = { name: text };
const type = byKind({
  enum: { name: text, labels: names },
  domain: { name: text, base: text, notNull: yes, default: optional(textOrNull), checks: optional(list(object({ name: text, expression: textOrNull, notValid: yes }))) },
  range: plainType,
  base: plainType,
  shell: plainType,
});
const routine = object({
  name: text,
  kind: oneOf('function', 'procedure', 'aggregate'),
  volatility: oneOf('immutable', 'stable', 'volatile'),
  language: text,
  inputs: maybeNames,
  returns: optional(text),
  returnsSet: yes,
  body: optional(text),
  definition: optional(text),
});
const size = object({
  rows: optional(number),
  bytes: optional(number),
  indexBytes: optional(number),
  toastBytes: optional(number),
  used: optional(number),
  analyzed: optional(text),
  changes: optional(object({ inserted: number, updated: number, deleted: number, sequentialScans: number, indexScans: number, hotUpdated: optional(number) })),
  columns: optional(record(object({ width: number, nulls: number, distinct: anyNumber, correlation: optional(anyNumber) }))),
});
const settings = object({
  sharedBuffers: number,
  effectiveCacheSize: number,
  maintenanceWorkMemory: number,
  parallelMaintenanceWorkers: number,
  walLevel: oneOf('minimal', 'replica', 'logical'),
  dataChecksums: yesOrNo,
  collation: oneOf('C', 'icu', 'libc'),
  pace: optional(object({ numbers: number, texts: number })),
});

const replication = object({
  isStandby: yesOrNo,
  replicas: list(object({ name: text, state: optional(text), isSynchronous: optional(yesOrNo), behind: optional(anyNumber), lag: optional(anyNumber) })),
  subscriptions: list(object({ name: text, tables: names })),
});

const SNAPSHOT: Fields = {
  server: object({ dialect: oneOf('postgresql'), version: number }),
  takenAt: (value, at) => (typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? undefined : wrong(at, 'a time such as "2024-05-01T12:00:00Z"')),
  excluded: maybeNames,
  catalog: object({
    schemas: names,
    searchPath: maybeNames,
    relations: list(relation),
    types: list(type),
    routines: list(routine),
    publications: list(object({ name: text, allTables: yes, tables: maybeNames, schemas: maybeNames })),
  }),
  sizes: record(size),
  settings: optional(settings),
  applied: optional(list(object({ table: text, columns: names, rows: optional(list(list(textOrNull))), unread: optional(oneOf('no privilege', 'locked', 'too many rows')) }))),
  replication: optional(replication),
};
