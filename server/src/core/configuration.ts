import { parseTree, type Node as JsonNode, type ParseError } from 'jsonc-parser';
import type { RuleOptions, Severity } from './rules/rule';
import { FIELDS, type FieldName } from './configuration-fields';
import { didYouMean } from './spelling';
import { DEFAULT_TARGET, type Dialect, type Target } from './target';
import type { Span } from './text';

/** What a project says about itself, from `lockscope.json` and from the editor's settings of the same names. */
export interface Configuration {
  readonly dialect: Dialect;
  /** Major version; undefined: not known, the newest is assumed. */
  readonly serverVersion: number | undefined;
  /** Globs of migration files, relative to the folder of lockscope.json; undefined: not configured. */
  readonly migrations: readonly string[] | undefined;
  /** Path of DDL that is applied before the migrations, relative to the folder of lockscope.json. */
  readonly schema: string | undefined;
  /** Path of a snapshot of a database, relative likewise. */
  readonly snapshot: string | undefined;
  /** How long reads or writes may be blocked, in ms. */
  readonly lockBudget: number;
  /** Rows a batch in rewrites. */
  readonly batchSize: number;
  /** Rule id to its severity. */
  readonly rules: Readonly<Record<string, Severity | 'off'>>;
}

/** What one source says; what it leaves out is decided by the next one. */
export type Settings = { readonly [Key in keyof Configuration]?: Exclude<Configuration[Key], undefined> };

/** What holds where nobody says otherwise. */
export const DEFAULT_CONFIGURATION: Configuration = {
  dialect: DEFAULT_TARGET.dialect,
  serverVersion: undefined,
  migrations: undefined,
  schema: undefined,
  snapshot: undefined,
  lockBudget: 500,
  batchSize: 1000,
  rules: {},
};

/** Something wrong in a configuration, at its place in the text. */
export interface ConfigurationProblem {
  readonly message: string;
  readonly span: Span;
}

/**
 * Reads the text of a lockscope.json: JSON that may hold comments and trailing commas. What is wrong becomes a problem
 * and is left out; the rest applies. Never throws.
 */
export function parseConfiguration(text: string): { readonly settings: Settings; readonly problems: readonly ConfigurationProblem[] } {
  const errors: ParseError[] = [];
  let root: JsonNode | undefined;
  try {
    root = parseTree(text, errors, { allowTrailingComma: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { settings: {}, problems: [{ message: 'This is nested too deeply.', span: { offset: 0, length: 1 } }] };
  }
  const [error] = errors;
  if (error !== undefined) return { settings: {}, problems: [syntaxProblem(text, error)] };
  if (root?.type !== 'object') {
    return { settings: {}, problems: [{ message: 'Expected an object such as { "lockBudget": "500ms" }.', span: spanOf(root) }] };
  }
  const problems: ConfigurationProblem[] = [];
  const settings: Record<string, unknown> = {};
  const seen = new Set<string>();
  for (const { key, keyNode, value } of properties(root)) {
    if (seen.has(key)) problems.push({ message: `"${key}" is given twice; the last one applies.`, span: spanOf(keyNode) });
    seen.add(key);
    if (key === '$schema') continue;
    const field = fieldOf(key);
    if (field === undefined) {
      problems.push({ message: unknownKey(key), span: spanOf(keyNode) });
      continue;
    }
    const { value: read, problems: wrong } = field.read(value === undefined ? undefined : plain(value));
    if (read !== undefined) settings[key] = read;
    for (const { message, at } of wrong) problems.push({ message, span: spanOf(at === undefined ? value : (place(value, at) ?? value)) });
  }
  return { settings, problems };
}

/**
 * Reads settings that come as values, such as the editor's.
 * @param values what is set; undefined and null mean: not set
 */
export function readSettings(values: Readonly<Record<string, unknown>>): { readonly settings: Settings; readonly problems: readonly { readonly key: string; readonly message: string }[] } {
  const settings: Record<string, unknown> = {};
  const problems: { key: string; message: string }[] = [];
  for (const [key, value] of Object.entries(values)) {
    const field = fieldOf(key);
    if (field === undefined || value === undefined || value === null) continue;
    const { value: read, problems: wrong } = field.read(value);
    if (read !== undefined) settings[key] = read;
    problems.push(...wrong.map(({ message }) => ({ key, message })));
  }
  return { settings, problems };
}

/** The whole configuration from what several sources say; later ones override earlier ones, rules one by one. */
export function configure(...sources: readonly Settings[]): Configuration {
  const rules = Object.assign({}, ...sources.map((source) => source.rules ?? {})) as Configuration['rules'];
  return { ...DEFAULT_CONFIGURATION, ...(Object.assign({}, ...sources) as Settings), rules };
}

/** The part of an analysis' input that a configuration decides. The same configuration gives the same objects. */
export function analysisSetting(configuration: Configuration): {
  readonly target: Target;
  readonly options: RuleOptions;
  readonly severities: Configuration['rules'];
} {
  let setting = known.get(configuration);
  if (setting === undefined) {
    const { dialect, serverVersion, lockBudget, batchSize, rules } = configuration;
    const target: Target = serverVersion === undefined ? { ...DEFAULT_TARGET, dialect } : { dialect, version: serverVersion, source: 'setting' };
    known.set(configuration, (setting = { target, options: { lockBudget, batchSize }, severities: rules }));
  }
  return setting;
}

const known = new WeakMap<Configuration, ReturnType<typeof analysisSetting>>();

function fieldOf(key: string): (typeof FIELDS)[FieldName] | undefined {
  return Object.hasOwn(FIELDS, key) ? FIELDS[key as FieldName] : undefined;
}

function unknownKey(key: string): string {
  const hint = didYouMean(key, Object.keys(FIELDS));
  return `Unknown setting "${key}".${hint === '' ? ` Lockscope knows ${Object.keys(FIELDS).join(', ')}.` : hint}`;
}

interface Property {
  readonly key: string;
  readonly keyNode: JsonNode;
  readonly value: JsonNode | undefined;
}

function properties(object: JsonNode): Property[] {
  return (object.children ?? []).flatMap((property) => {
    const [keyNode, value] = property.children ?? [];
    return keyNode === undefined ? [] : [{ key: String(keyNode.value), keyNode, value }];
  });
}

/** The plain value of a JSON tree; objects without a prototype, so that `__proto__` is a key like any other. */
function plain(node: JsonNode): unknown {
  if (node.type === 'array') return (node.children ?? []).map(plain);
  if (node.type !== 'object') return node.value;
  const object = Object.create(null) as Record<string, unknown>;
  for (const { key, value } of properties(node)) object[key] = value === undefined ? undefined : plain(value);
  return object;
}

/** The tree at a key or index of an object or array. An unknown key is marked itself, a wrong value by its value. */
function place(node: JsonNode | undefined, at: { readonly key: string | number; readonly of: 'key' | 'value' }): JsonNode | undefined {
  if (node?.type === 'array') return node.children?.[Number(at.key)];
  if (node?.type !== 'object') return undefined;
  const property = properties(node).find(({ key }) => key === at.key);
  return at.of === 'key' ? property?.keyNode : property?.value;
}

function spanOf(node: JsonNode | undefined): Span {
  return node === undefined ? { offset: 0, length: 0 } : { offset: node.offset, length: node.length };
}

/** jsonc-parser's ParseErrorCode, in words; its enum exists at compile time only. */
const SYNTAX_ERRORS: Readonly<Record<number, string>> = {
  1: 'this is not a JSON value',
  2: 'this is not a number',
  3: 'expected a key in double quotes',
  4: 'expected a value',
  5: 'expected ":"',
  6: 'expected ","',
  7: 'expected "}"',
  8: 'expected "]"',
  9: 'expected the end of the file',
  11: 'this comment is never closed',
  12: 'this string is never closed',
  13: 'this number is not complete',
  14: 'wrong unicode escape',
  15: 'wrong escape',
  16: 'this character cannot stand in a string',
};

function syntaxProblem(text: string, { error, offset, length }: ParseError): ConfigurationProblem {
  if (text.trim() === '') return { message: 'The file is empty; expected an object such as {}.', span: { offset: 0, length: 0 } };
  return { message: `Not valid JSON: ${SYNTAX_ERRORS[error] ?? 'syntax error'}.`, span: { offset, length } };
}
