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

/** Everything of the user's schemas that a migration can change, as lines that can be compared. */
export async function fingerprint(client: pg.Client): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const [what, sql] of Object.entries(CATALOGUE)) {
    const { rows } = await client.query<{ line: string | null }>(sql);
    lines.push(...rows.map(({ line }) => `${what}: ${line ?? ''}`));
  }
  const { rows: tables } = await client.query<{ name: string }>(TABLES);
  for (const { name } of tables) {
    const { rows } = await client.query<{ line: string }>(`SELECT to_jsonb(t)::text AS line FROM ONLY ${name} AS t ORDER BY 1`);
    lines.push(...rows.map(({ line }) => `row of ${name}: ${line}`));
  }
  return lines;
}

const USER_SCHEMA = `nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'`;

const TABLES = `
  SELECT format('%I.%I', nspname, relname) AS name
  FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'r' AND ${USER_SCHEMA} ORDER BY 1`;

const CATALOGUE: Readonly<Record<string, string>> = {
  relation: `
    SELECT format('%I.%I %s persistence %s options %s replica identity %s row security %s acl %s', nspname, relname, relkind, relpersistence,
      reloptions, relreplident, relrowsecurity, relacl) AS line
    FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE ${USER_SCHEMA} AND relkind <> 'i' ORDER BY 1`,
  column: `
    SELECT format('%s.%I %s not null %s identity %s generated %s collation %s default %s', attrelid::regclass, attname,
      format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, attcollation, pg_get_expr(adbin, adrelid)) AS line
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE ${USER_SCHEMA} AND relkind IN ('r', 'p', 'v', 'm', 'f') AND attnum > 0 AND NOT attisdropped ORDER BY 1`,
  constraint: `
    SELECT format('%s %I %s valid %s', conrelid::regclass, conname, pg_get_constraintdef(con.oid), convalidated) AS line
    FROM pg_constraint con JOIN pg_namespace n ON n.oid = connamespace WHERE ${USER_SCHEMA} ORDER BY 1`,
  index: `
    SELECT format('%s valid %s primary %s', pg_get_indexdef(indexrelid), indisvalid, indisprimary) AS line
    FROM pg_index JOIN pg_class c ON c.oid = indexrelid JOIN pg_namespace n ON n.oid = relnamespace WHERE ${USER_SCHEMA} ORDER BY 1`,
  trigger: `SELECT format('%s enabled %s', pg_get_triggerdef(oid), tgenabled) AS line FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1`,
  view: `
    SELECT format('%I.%I %s', nspname, relname, pg_get_viewdef(c.oid)) AS line
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE ${USER_SCHEMA} AND relkind IN ('v', 'm') ORDER BY 1`,
  enum: `SELECT format('%s %s', enumtypid::regtype, string_agg(enumlabel, ',' ORDER BY enumsortorder)) AS line FROM pg_enum GROUP BY enumtypid ORDER BY 1`,
  policy: `SELECT format('%s %I %s %s', polrelid::regclass, polname, pg_get_expr(polqual, polrelid), polcmd) AS line FROM pg_policy ORDER BY 1`,
  inheritance: `SELECT format('%s of %s %s', inhrelid::regclass, inhparent::regclass, pg_get_expr(relpartbound, c.oid)) AS line FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid ORDER BY 1`,
  comment: `
    SELECT format('%s %s', pg_describe_object(classoid, objoid, objsubid), description) AS line
    FROM pg_description WHERE objoid >= 16384 ORDER BY 1`,
};
