/** Runs a migration on a real server as psql would, and takes the fingerprint of what it left behind. */
import type pg from 'pg';
import { createParseMemo, statementsOf } from '../../server/src/core/sql/postgres/parse';

/**
 * Runs a script statement by statement, each as a query of its own, and stops at the first error.
 * @returns the server's message, or undefined where all went well
 */
export async function runScript(client: pg.Client, sql: string): Promise<string | undefined> {
  for (const { parsed } of statementsOf(sql, createParseMemo())) {
    try {
      await client.query(parsed.text);
    } catch (error) {
      await client.query('ROLLBACK');
      return `${error instanceof Error ? error.message : String(error)} in: ${parsed.text}`;
    }
  }
  return undefined;
}

/**
 * Everything of the user's schemas that a migration can change, as lines that can be compared: catalogues and rows.
 * The order of columns is left out, and so is what differs from run to run (OIDs, physical places).
 */
export async function fingerprint(client: pg.Client): Promise<readonly string[]> {
  const { rows: tables } = await client.query<{ name: string; columns: string }>({ name: `${PREPARED} tables`, text: TABLES });
  // One row for each table: a message for each row of each table is much of what a proof costs. Of a row its text, which is made in a fraction of what JSON takes.
  const contents = tables.map(({ name, columns }) => `SELECT ${literal(name)} AS what, string_agg(line, ${SEPARATOR} ORDER BY line) AS line FROM (SELECT ROW(${columns})::text AS line FROM ONLY ${name}) AS one_row`);
  const { rows } = contents.length === 0 ? { rows: [] } : await client.query<Line>(contents.join(' UNION ALL '));
  return [...(await catalogueOf(client)), ...rows.flatMap(({ what, line }) => line?.split('\u001e').map((row) => `row of ${what}: ${row}`) ?? [])];
}

/** The catalogues' part of a fingerprint. */
export async function catalogueOf(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<Line>({ name: `${PREPARED} catalogue`, text: EVERYTHING });
  return rows.map(({ what, line }) => `${what}: ${line ?? ''}`);
}

/** What names of statements begin with that a session keeps prepared: to plan them takes as long as to run them. */
export const PREPARED = 'fingerprint';

/** Between two rows of a table: no character of any. */
const SEPARATOR = 'chr(30)';

interface Line {
  readonly what: string;
  readonly line: string | null;
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const USER_SCHEMA = `nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'`;

/** The first OID that users' objects get (FirstNormalObjectId in transam.h): by it an index leaves out the thousands that belong to the server. */
const FIRST = 16384;

const TABLES = `
  SELECT format('%I.%I', nspname, relname) AS name,
    coalesce((SELECT string_agg(quote_ident(attname), ', ' ORDER BY attname) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped), '') AS columns
  FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE c.oid >= ${FIRST} AND relkind IN ('r', 'm') AND relispopulated AND ${USER_SCHEMA} ORDER BY 1`;

/**
 * Columns that not every version has are NULL where a catalogue lacks them: their names then are those of ABSENT, which
 * stands around each query. Of a key, NO INHERIT means nothing: it is false where the key came with a partition and true
 * where the partition was attached with its key.
 */
const CATALOGUE: Readonly<Record<string, string>> = {
  schema: `SELECT format('%I acl %s', nspname, nspacl) AS line FROM pg_namespace WHERE ${USER_SCHEMA}`,
  relation: `
    SELECT format('%I.%I %s persistence %s options %s replica identity %s row security %s %s owner %s acl %s tablespace %s', nspname, relname, relkind, relpersistence,
      reloptions, relreplident, relrowsecurity, relforcerowsecurity, relowner::regrole, relacl, reltablespace) AS line
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE c.oid >= ${FIRST} AND ${USER_SCHEMA} AND relkind NOT IN ('i', 'I')`,
  column: `
    SELECT format('%s.%I %s not null %s identity %s generated %s collation %s storage %s compression %s statistics %s options %s acl %s default %s', attrelid::regclass, attname,
      format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, (SELECT collname FROM pg_collation WHERE pg_collation.oid = attcollation), attstorage, attcompression,
      nullif(attstattarget, -1), attoptions, attacl, pg_get_expr(adbin, adrelid)) AS line
    FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE c.oid >= ${FIRST} AND attrelid >= ${FIRST} AND ${USER_SCHEMA} AND relkind IN ('r', 'p', 'v', 'm', 'f') AND attnum > 0 AND NOT attisdropped`,
  constraint: `
    SELECT format('%s%s %I %s valid %s enforced %s no inherit %s', nullif(conrelid, 0)::regclass, nullif(contypid, 0)::regtype, conname, pg_get_constraintdef(con.oid), convalidated,
      conenforced, contype IN ('c', 'n') AND connoinherit) AS line
    FROM pg_constraint con JOIN pg_namespace n ON n.oid = connamespace WHERE con.oid >= ${FIRST} AND ${USER_SCHEMA}`,
  index: `
    SELECT format('%s of %s part of %s valid %s ready %s primary %s unique %s immediate %s clustered %s replica identity %s', pg_get_indexdef(indexrelid), indrelid::regclass,
      (SELECT inhparent::regclass FROM pg_inherits WHERE inhrelid = indexrelid), indisvalid, indisready, indisprimary, indisunique, indimmediate, indisclustered, indisreplident) AS line
    FROM pg_index JOIN pg_class c ON c.oid = indexrelid JOIN pg_namespace n ON n.oid = relnamespace WHERE c.oid >= ${FIRST} AND indexrelid >= ${FIRST} AND ${USER_SCHEMA}`,
  sequence: `
    SELECT format('%I.%I %s start %s by %s from %s to %s cycle %s last %s owned by %s', schemaname, sequencename, data_type, start_value, increment_by, min_value, max_value, cycle,
      last_value, (SELECT format('%s %s', refobjid::regclass, refobjsubid > 0) FROM pg_depend
        WHERE classid = 'pg_class'::regclass AND objid = format('%I.%I', schemaname, sequencename)::regclass AND deptype IN ('a', 'i'))) AS line
    FROM pg_sequences`,
  trigger: `SELECT format('%s enabled %s', pg_get_triggerdef(oid), tgenabled) AS line FROM pg_trigger WHERE NOT tgisinternal`,
  rule: `
    SELECT format('%s enabled %s', pg_get_ruledef(r.oid), ev_enabled) AS line
    FROM pg_rewrite r JOIN pg_class c ON c.oid = ev_class JOIN pg_namespace n ON n.oid = relnamespace WHERE c.oid >= ${FIRST} AND r.oid >= ${FIRST} AND ${USER_SCHEMA} AND rulename <> '_RETURN'`,
  routine: `
    SELECT format('%s returns %s %s acl %s', p.oid::regprocedure, prorettype::regtype, prosrc, proacl) AS line FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE p.oid >= ${FIRST} AND ${USER_SCHEMA}`,
  view: `
    SELECT format('%I.%I %s', nspname, relname, pg_get_viewdef(c.oid)) AS line
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE c.oid >= ${FIRST} AND ${USER_SCHEMA} AND relkind IN ('v', 'm')`,
  domain: `
    SELECT format('%s of %s not null %s default %s acl %s', t.oid::regtype, format_type(typbasetype, typtypmod), typnotnull, typdefault, typacl) AS line
    FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace WHERE t.oid >= ${FIRST} AND ${USER_SCHEMA} AND typtype = 'd'`,
  enum: `SELECT format('%s %s', enumtypid::regtype, string_agg(enumlabel, ',' ORDER BY enumsortorder)) AS line FROM pg_enum GROUP BY enumtypid`,
  policy: `
    SELECT format('%s %I %s %s %s', polrelid::regclass, polname, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid), polcmd) AS line FROM pg_policy`,
  inheritance: `
    SELECT format('%s of %s %s', inhrelid::regclass, inhparent::regclass, pg_get_expr(relpartbound, c.oid)) AS line
    FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE c.oid >= ${FIRST} AND relkind NOT IN ('i', 'I')`,
  statistics: `
    SELECT pg_get_statisticsobjdef(s.oid) AS line FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = stxnamespace WHERE ${USER_SCHEMA}`,
  comment: `
    SELECT format('%s %s', pg_describe_object(classoid, objoid, objsubid), description) AS line
    FROM pg_description WHERE objoid >= ${FIRST}`,
};

/** In a query within it, a column of the catalogue's own goes before one of these (manual, "Table Expressions": LATERAL). */
const ABSENT = '(SELECT NULL AS attcompression, NULL AS conenforced) AS absent';

const EVERYTHING = `${Object.entries(CATALOGUE).map(([what, sql]) => `SELECT ${literal(what)} AS what, line FROM ${ABSENT}, LATERAL (${sql}) AS ${what}_lines`).join(' UNION ALL ')} ORDER BY 1, 2`;
