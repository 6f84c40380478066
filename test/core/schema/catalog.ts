import type pg from 'pg';
import type { Constraint, Relation, Schema, Table, TypeReference } from '../../../server/src/core/schema/schema';
import { nameParts } from '../../../server/src/core/schema/names';

/** What exists, one line a fact, so that a server and the model can be compared and differences read. */
export type Facts = readonly string[];

const OWN = `n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%'`;
const name = (schema: string, object: string): string => `quote_ident(${schema}) || '.' || quote_ident(${object})`;
const relation = (oid: string): string => `(SELECT ${name('rn.nspname', 'rc.relname')} FROM pg_class rc JOIN pg_namespace rn ON rn.oid = rc.relnamespace WHERE rc.oid = ${oid})`;
const columns = (table: string, numbers: string): string =>
  `(SELECT string_agg(coalesce(a.attname::text, '()'), ',' ORDER BY k.i) FROM unnest(${numbers}::int2[]) WITH ORDINALITY k(n, i) LEFT JOIN pg_attribute a ON a.attrelid = ${table} AND a.attnum = k.n)`;

/** Reads the facts off a server. */
export async function factsOfServer(client: pg.Client): Promise<Facts> {
  const { rows: versions } = await client.query<{ major: number }>("SELECT current_setting('server_version_num')::int / 10000 AS major");
  const major = versions[0]?.major ?? 0;
  const queries = [
    `SELECT ${name('n.nspname', 'c.relname')} || ' ' || CASE relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign table' WHEN 'v' THEN 'view'
       WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' WHEN 'i' THEN 'index' WHEN 'I' THEN 'partitioned index' WHEN 'c' THEN 'composite type' END AS fact
     FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE ${OWN} AND relkind <> 't'`,
    `SELECT ${relation('attrelid')} || '.' || attname || ': ' || format_type(atttypid, atttypmod)
       || CASE WHEN attnotnull THEN ' not null' ELSE '' END || CASE WHEN atthasdef AND attgenerated = '' THEN ' default' ELSE '' END
       || CASE attidentity WHEN 'a' THEN ' identity always' WHEN 'd' THEN ' identity by default' ELSE '' END
       || CASE attgenerated WHEN 's' THEN ' stored' WHEN 'v' THEN ' virtual' ELSE '' END
       || CASE WHEN attinhcount > 0 AND NOT attislocal THEN ' inherited' ELSE '' END AS fact
     FROM pg_attribute JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
     WHERE ${OWN} AND relkind IN ('r', 'p', 'f') AND attnum > 0 AND NOT attisdropped`,
    `SELECT ${relation('conrelid')} || ' constraint ' || conname || ' ' || CASE contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'x' THEN 'exclusion' WHEN 'f' THEN 'foreign key' WHEN 'c' THEN 'check' WHEN 'n' THEN 'not null' END
       || CASE WHEN contype = 'c' THEN '' ELSE ' (' || ${columns('conrelid', 'conkey')} || ')' END
       || CASE WHEN contype = 'f' THEN ' references ' || ${relation('confrelid')} || ' (' || ${columns('confrelid', 'confkey')} || ') ' || confdeltype::text || confupdtype::text ELSE '' END
       || CASE WHEN convalidated THEN '' ELSE ' not valid' END ${major >= 18 ? `|| CASE WHEN conenforced THEN '' ELSE ' not enforced' END` : ''}
       || CASE WHEN condeferrable THEN ' deferrable' ELSE '' END || CASE WHEN NOT conislocal THEN ' inherited' ELSE '' END AS fact
     FROM pg_constraint JOIN pg_class c ON c.oid = conrelid JOIN pg_namespace n ON n.oid = relnamespace
     WHERE ${OWN} AND contype <> 't' AND NOT (contype = 'f' AND conparentid <> 0 AND (SELECT p.conrelid FROM pg_constraint p WHERE p.oid = pg_constraint.conparentid) = conrelid)`,
    `SELECT ${relation('i.indexrelid')} || ' on ' || ${relation('i.indrelid')} || ' (' || ${columns('i.indrelid', 'i.indkey')} || ')' || CASE WHEN indisunique THEN ' unique' ELSE '' END
       || CASE WHEN indisvalid THEN '' ELSE ' invalid' END || CASE WHEN indpred IS NULL THEN '' ELSE ' partial' END
       || CASE WHEN relispartition THEN ' part of ' || ${relation('(SELECT inhparent FROM pg_inherits WHERE inhrelid = i.indexrelid)')} ELSE '' END
       || coalesce((SELECT ' for ' || conname FROM pg_constraint WHERE conindid = i.indexrelid AND contype IN ('p', 'u', 'x')), '') AS fact
     FROM pg_index i JOIN pg_class c ON c.oid = indexrelid JOIN pg_namespace n ON n.oid = relnamespace WHERE ${OWN}`,
    `SELECT ${relation('inhrelid')} || ' child of ' || ${relation('inhparent')} AS fact FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid JOIN pg_namespace n ON n.oid = relnamespace WHERE ${OWN} AND relkind IN ('r', 'p', 'f')`,
    `SELECT ${relation('tgrelid')} || ' trigger ' || tgname || CASE WHEN tgenabled = 'D' THEN ' disabled' ELSE '' END AS fact FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid JOIN pg_namespace n ON n.oid = relnamespace WHERE ${OWN} AND NOT (tgisinternal AND tgparentid = 0) AND (tgconstraint = 0)`,
    `SELECT ${relation('polrelid')} || ' policy ' || polname AS fact FROM pg_policy`,
    `SELECT ${relation('ev_class')} || ' rule ' || rulename AS fact FROM pg_rewrite JOIN pg_class c ON c.oid = ev_class JOIN pg_namespace n ON n.oid = relnamespace WHERE ${OWN} AND rulename <> '_RETURN'`,
    `SELECT DISTINCT ${relation('r.ev_class')} || ' reads ' || ${relation('d.refobjid')} AS fact FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass
     JOIN pg_class c ON c.oid = d.refobjid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE ${OWN} AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'n' AND r.rulename = '_RETURN' AND r.ev_class <> d.refobjid`,
    `SELECT ${relation('attrelid')} || ' column ' || attname AS fact FROM pg_attribute JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
     WHERE ${OWN} AND relkind IN ('v', 'm', 'c') AND attnum > 0 AND NOT attisdropped`,
    `SELECT ${relation('objid')} || ' owned by ' || ${relation('refobjid')} || '.' || attname AS fact FROM pg_depend JOIN pg_class c ON c.oid = objid AND classid = 'pg_class'::regclass AND relkind = 'S'
     JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid WHERE deptype IN ('a', 'i')`,
    `SELECT ${name('n.nspname', 't.typname')} || ' enum ' || string_agg(enumlabel::text, ',' ORDER BY enumsortorder) AS fact FROM pg_type t JOIN pg_enum ON enumtypid = t.oid JOIN pg_namespace n ON n.oid = typnamespace GROUP BY 1, n.nspname, t.typname`.replace('GROUP BY 1, ', 'GROUP BY '),
    `SELECT ${name('n.nspname', 't.typname')} || ' domain over ' || format_type(typbasetype, typtypmod) || CASE WHEN typnotnull THEN ' not null' ELSE '' END
       || coalesce((SELECT string_agg(' ' || conname || CASE WHEN convalidated THEN '' ELSE ' not valid' END, '' ORDER BY conname) FROM pg_constraint WHERE contypid = t.oid AND contype = 'c'), '') AS fact
     FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace WHERE typtype = 'd' AND ${OWN}`,
    `SELECT quote_ident(n.nspname) || '.' || quote_ident(proname) || ' ' || CASE prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END || '/' || pronargs || ' ' || provolatile::text AS fact
     FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace JOIN pg_language l ON l.oid = prolang WHERE ${OWN} AND (lanname <> 'internal' OR prokind = 'a')`,
    `SELECT 'statistics ' || quote_ident(n.nspname) || '.' || quote_ident(stxname) || ' on ' || ${relation('stxrelid')} AS fact FROM pg_statistic_ext JOIN pg_namespace n ON n.oid = stxnamespace`,
    `SELECT 'publication ' || pubname || coalesce(' of ' || (SELECT string_agg(${relation('prrelid')}, ',' ORDER BY ${relation('prrelid')} COLLATE "C") FROM pg_publication_rel WHERE prpubid = p.oid), '') AS fact FROM pg_publication p`,
    `SELECT 'schema ' || n.nspname AS fact FROM pg_namespace n WHERE ${OWN} AND n.nspname !~ '^pg_'`,
  ];
  const facts: string[] = [];
  for (const query of queries) facts.push(...(await client.query<{ fact: string }>(query)).rows.map(({ fact }) => fact.replace(/\bpg_temp_\d+\./g, 'pg_temp.')));
  return facts.sort();
}

/** Reads the same facts off the model. */
export function factsOfModel(schema: Schema): Facts {
  const facts: string[] = [];
  for (const known of schema.relations.values()) facts.push(...relationFacts(known, schema));
  for (const type of schema.types.values()) {
    if (type.kind === 'enum') facts.push(`${type.name} enum ${type.labels.join()}`);
    if (type.kind === 'domain') {
      const checks = [...type.checks].sort((a, b) => (a.name < b.name ? -1 : 1)).map((check) => ` ${check.name}${check.valid ? '' : ' not valid'}`);
      facts.push(`${type.name} domain over ${typeText(type.base)}${type.notNull ? ' not null' : ''}${checks.join('')}`);
    }
  }
  for (const overloads of schema.routines.values()) {
    for (const routine of overloads) {
      if (routine.language !== 'c') facts.push(`${routine.name} ${routine.kind}/${String(routine.inputs.length)} ${routine.volatility[0] ?? ''}`);
    }
  }
  for (const publication of schema.publications.values()) {
    facts.push(`publication ${publication.name}${publication.tables.length === 0 ? '' : ` of ${[...publication.tables].sort().join()}`}`);
  }
  for (const namespace of schema.namespaces.keys()) facts.push(`schema ${namespace}`);
  return facts.sort();
}

function relationFacts(known: Relation, schema: Schema): string[] {
  const facts = [`${known.name} ${known.kind}`];
  if ('constraints' in known) facts.push(...tableFacts(known));
  else if ('columns' in known) facts.push(...known.columns.map((column) => `${known.name} column ${column.name}`));
  if ('triggers' in known) facts.push(...known.triggers.map((trigger) => `${known.name} trigger ${trigger.name}${trigger.enabled ? '' : ' disabled'}`));
  if ('rules' in known) facts.push(...known.rules.map((rule) => `${known.name} rule ${rule.name}`));
  if ('reads' in known) facts.push(...known.reads.filter((read) => !read.startsWith('pg_catalog.')).map((read) => `${known.name} reads ${read}`));
  if (known.kind === 'sequence' && known.ownedBy !== undefined) facts.push(`${known.name} owned by ${known.ownedBy.table}.${known.ownedBy.column}`);
  if (known.kind === 'index' || known.kind === 'partitioned index') {
    const keys = [...known.keys.map((key) => key.column ?? '()'), ...known.included].join();
    const parent = known.parent === undefined ? '' : ` part of ${known.parent}`;
    const constraint = known.constraint === undefined ? '' : ` for ${known.constraint}`;
    facts.push(`${known.name} on ${known.table} (${keys})${known.unique ? ' unique' : ''}${known.valid ? '' : ' invalid'}${known.predicate === undefined ? '' : ' partial'}${parent}${constraint}`);
  }
  facts.push(...brokenLinks(known, schema));
  return facts;
}

function tableFacts(table: Table): string[] {
  const facts = table.columns.map((column) => {
    const identity = column.identity === undefined ? '' : ` identity ${column.identity}`;
    const generated = column.generated === undefined ? '' : ` ${column.generated.kind}`;
    const words = `${column.notNull === false ? '' : ' not null'}${column.default === undefined ? '' : ' default'}${identity}${generated}${column.inherited ? ' inherited' : ''}`;
    return `${table.name}.${column.name}: ${typeText(column.type)}${words}`;
  });
  facts.push(...table.constraints.map((constraint) => `${table.name} constraint ${constraintText(constraint)}`));
  facts.push(...table.parents.map((parent) => `${table.name} child of ${parent}`));
  facts.push(...table.policies.map((policy) => `${table.name} policy ${policy.name}`));
  facts.push(...table.statistics.map((statistics) => `statistics ${statistics} on ${table.name}`));
  return facts;
}

function constraintText(constraint: Constraint): string {
  const actions = { 'no action': 'a', restrict: 'r', cascade: 'c', 'set null': 'n', 'set default': 'd' };
  const columns = constraint.kind === 'check' ? '' : constraint.kind === 'not null' ? ` (${constraint.column})` : ` (${constraint.columns.join()})`;
  const references =
    constraint.kind === 'foreign key'
      ? ` references ${constraint.references} (${constraint.referencedColumns.join()}) ${actions[constraint.onDelete]}${actions[constraint.onUpdate]}`
      : '';
  const flags = [constraint.valid ? '' : ' not valid', constraint.enforced ? '' : ' not enforced', constraint.deferrable ? ' deferrable' : '', constraint.inherited ? ' inherited' : ''];
  return `${constraint.name} ${constraint.kind}${columns}${references}${flags.join('')}`;
}

const SPELLED: Readonly<Record<string, string>> = {
  int2: 'smallint', int4: 'integer', int8: 'bigint', float4: 'real', float8: 'double precision', bool: 'boolean', varbit: 'bit varying',
  timestamptz: 'timestamp with time zone', timestamp: 'timestamp without time zone', timetz: 'time with time zone', time: 'time without time zone',
  varchar: 'character varying', bpchar: 'character', char: '"char"',
};

/** format_type: public types without their schema, as the search path of the session has it. */
function typeText(type: TypeReference): string {
  const { schema, name: own } = nameParts(type.name);
  const spelled = schema === 'pg_catalog' ? (SPELLED[own] ?? own) : schema === 'public' ? type.name.slice('public.'.length) : type.name;
  const modifiers = own === 'interval' ? type.modifiers.slice(1) : type.modifiers;
  const [first = '', ...rest] = spelled.split(' ');
  const modified = modifiers.length === 0 ? spelled : spelled.startsWith("time") ? [`${first}(${modifiers.join()})`, ...rest].join(' ') : `${spelled}(${modifiers.join()})`;
  return type.array ? `${modified}[]` : modified;
}

/** Links that hold in one direction only: there must be none. */
function brokenLinks(known: Relation, schema: Schema): string[] {
  const broken: string[] = [];
  const expectLink = (holds: boolean, text: string): void => {
    if (!holds) broken.push(`broken link: ${known.name} ${text}`);
  };
  const other = (relationName: Relation['name']): Relation | undefined => schema.relations.get(relationName);
  for (const reader of known.readBy) {
    const view = other(reader);
    expectLink(view !== undefined && 'reads' in view && view.reads.includes(known.name), `read by ${reader}`);
  }
  if ('reads' in known) for (const read of known.reads) if (!read.startsWith('pg_catalog.')) expectLink(other(read)?.readBy.includes(known.name) === true, `reads ${read}`);
  if ('indexes' in known) {
    for (const index of known.indexes) {
      const found = other(index);
      expectLink(found !== undefined && 'table' in found && found.table === known.name, `has index ${index}`);
    }
  }
  if (known.kind === 'index' || known.kind === 'partitioned index') {
    const table = other(known.table);
    expectLink(table !== undefined && 'indexes' in table && table.indexes.includes(known.name), `is on ${known.table}`);
  }
  if (known.kind === 'sequence' && known.ownedBy !== undefined) {
    const table = other(known.ownedBy.table);
    expectLink(table !== undefined && 'ownedSequences' in table && table.ownedSequences.includes(known.name), `is owned by ${known.ownedBy.table}`);
  }
  if (!('constraints' in known)) return broken;
  for (const sequence of known.ownedSequences) {
    const found = other(sequence);
    expectLink(found?.kind === 'sequence' && found.ownedBy?.table === known.name, `owns ${sequence}`);
  }
  for (const child of known.children) {
    const found = other(child);
    expectLink(found !== undefined && 'parents' in found && found.parents.includes(known.name), `has child ${child}`);
  }
  for (const parent of known.parents) {
    const found = other(parent);
    expectLink(found !== undefined && 'children' in found && found.children.includes(known.name), `has parent ${parent}`);
  }
  for (const { table, constraint } of known.referencedBy) {
    const found = other(table);
    const key = found !== undefined && 'constraints' in found ? found.constraints.find((own) => own.name === constraint) : undefined;
    expectLink(key?.kind === 'foreign key' && key.references === known.name, `referenced by ${table} ${constraint}`);
  }
  for (const key of known.constraints) {
    if (key.kind === 'foreign key') {
      const found = other(key.references);
      expectLink(found !== undefined && 'referencedBy' in found && found.referencedBy.some((reference) => reference.table === known.name && reference.constraint === key.name), `references ${key.references}`);
    } else if ('index' in key) {
      const found = other(key.index);
      expectLink(found !== undefined && 'constraint' in found && found.constraint === key.name, `keeps ${key.name} by ${key.index}`);
    }
  }
  return broken;
}
