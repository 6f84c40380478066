import { RULE_METAS } from './rules';
import { SEVERITIES } from './rules/rule';
import { didYouMean } from './spelling';
import { NEWEST_POSTGRES, OLDEST_POSTGRES } from './target';

/** One setting: what it is for, how JSON schema describes it, and how its value is read. */
export interface Field {
  /** Markdown, for the JSON schema and for people. */
  readonly description: string;
  /** JSON schema of the value. */
  readonly schema: Readonly<Record<string, unknown>>;
  read(value: unknown): Reading;
}

/** What a value means; undefined where it means nothing, with the reason. */
export interface Reading {
  readonly value: unknown;
  readonly problems: readonly FieldProblem[];
}

export interface FieldProblem {
  readonly message: string;
  /** Which part of the value, where it is not the whole. */
  readonly at?: { readonly key: string | number; readonly of: 'key' | 'value' };
}

export type FieldName = 'dialect' | 'serverVersion' | 'migrations' | 'schema' | 'snapshot' | 'lockBudget' | 'batchSize' | 'rules';

/** Versions beyond this are slips: a server_version_num, or digits typed twice. */
const LAST_PLAUSIBLE = 99;

/** All settings, in the order in which they are documented. */
export const FIELDS: Readonly<Record<FieldName, Field>> = {
  dialect: {
    description: 'The database server that the migrations are for.',
    schema: { enum: ['postgresql'], default: 'postgresql' },
    read(value) {
      if (value === 'postgresql') return right(value);
      if (value === 'mysql' || value === 'mariadb') return wrong(`Dialect "${value}" is not supported yet; expected "postgresql".`);
      return wrong(`Expected "postgresql", found ${shown(value)}.`);
    },
  },
  serverVersion: {
    description: `The server's major version, e.g. \`17\` (${String(OLDEST_POSTGRES)} or later). Where it is not set, Lockscope assumes the newest it knows, ${String(NEWEST_POSTGRES)}.`,
    schema: { type: 'integer', minimum: OLDEST_POSTGRES, maximum: LAST_PLAUSIBLE },
    read(value) {
      const expected = `expected a major version of PostgreSQL, ${String(OLDEST_POSTGRES)} or later, e.g. 17`;
      if (typeof value !== 'number') return wrong(`${capital(expected)}; found ${shown(value)}.`);
      if (Number.isInteger(value) && value >= OLDEST_POSTGRES && value <= LAST_PLAUSIBLE) return right(value);
      return wrong(`Server version ${String(value)} is not one that Lockscope knows: ${expected}.`);
    },
  },
  migrations: {
    description: 'Which files are migrations: globs relative to the folder of lockscope.json. One that starts with `!` takes files out again.',
    schema: { type: 'array', items: { type: 'string', minLength: 1 }, examples: [['db/migrations/**/*.sql', '!**/seed/**']] },
    read(value) {
      const expected = 'expected a list of globs such as ["db/migrations/**/*.sql"]';
      if (!Array.isArray(value)) return wrong(`${capital(expected)}; found ${shown(value)}.`);
      const index = value.findIndex((glob) => typeof glob !== 'string' || glob.trim() === '');
      if (index < 0) return right(value);
      return { value: undefined, problems: [{ message: `${capital(expected)}; found ${shown(value[index])} in it.`, at: { key: index, of: 'value' } }] };
    },
  },
  schema: {
    description: 'A file of DDL that is there before the migrations run, e.g. the output of `pg_dump --schema-only`; relative to the folder of lockscope.json.',
    schema: { type: 'string', minLength: 1 },
    read: path,
  },
  snapshot: {
    description: 'A snapshot of a database’s catalogue and statistics, made by `lockscope snapshot`; relative to the folder of lockscope.json.',
    schema: { type: 'string', minLength: 1 },
    read: path,
  },
  lockBudget: {
    description: 'How long reads or writes of a table may be blocked before Lockscope objects, e.g. `"500ms"`, `"2s"`, `"1min"`.',
    schema: { type: 'string', pattern: '^\\d+(\\.\\d+)? ?(ms|s|min)$', default: '500ms' },
    read(value) {
      const milliseconds = typeof value === 'string' ? parseDuration(value) : undefined;
      return milliseconds === undefined ? wrong(`Expected a duration such as "500ms", "2s" or "1min"; found ${shown(value)}.`) : right(milliseconds);
    },
  },
  batchSize: {
    description: 'How many rows a batch has when a fix turns an UPDATE or DELETE into batches.',
    schema: { type: 'integer', minimum: 1, maximum: 1_000_000_000, default: 1000 },
    read(value) {
      if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 1_000_000_000) return right(value);
      return wrong(`Expected a number of rows, 1 or more; found ${shown(value)}.`);
    },
  },
  rules: {
    description: 'Rules by id: `"off"`, or the severity of their findings.',
    schema: {
      type: 'object',
      properties: Object.fromEntries(RULE_METAS.map(({ id, summary }) => [id, { description: summary, enum: ['off', ...SEVERITIES] }])),
      additionalProperties: false,
    },
    read: rules,
  },
};

/**
 * Reads a duration: a number and its unit, ms, s or min.
 * @returns milliseconds, or undefined where it is none
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?(ms|s|min)$/u.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * (match[2] === 'ms' ? 1 : match[2] === 's' ? 1000 : 60_000);
}

function path(value: unknown): Reading {
  return typeof value === 'string' && value.trim() !== '' ? right(value) : wrong(`Expected the path of a file; found ${shown(value)}.`);
}

function rules(value: unknown): Reading {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return wrong(`Expected rules by id, such as { "rule-id": "off" }; found ${shown(value)}.`);
  }
  const choices = ['off', ...SEVERITIES];
  const ids = RULE_METAS.map((meta) => meta.id);
  const read: Record<string, unknown> = {};
  const problems: FieldProblem[] = [];
  for (const [id, choice] of Object.entries(value as Record<string, unknown>)) {
    if (!ids.includes(id)) problems.push({ message: `There is no rule "${id}".${didYouMean(id, ids)}`, at: { key: id, of: 'key' } });
    else if (typeof choice === 'string' && choices.includes(choice)) read[id] = choice;
    else {
      const hint = typeof choice === 'string' ? didYouMean(choice, choices) : '';
      const message = `Expected "off", "error", "warning", "info" or "hint" for ${id}; found ${shown(choice)}.${hint}`;
      problems.push({ message, at: { key: id, of: 'value' } });
    }
  }
  return { value: read, problems };
}

function right(value: unknown): Reading {
  return { value, problems: [] };
}

function wrong(message: string): Reading {
  return { value: undefined, problems: [{ message }] };
}

/** A value as a message shows it. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
