import type { CatalogRoutine, CatalogType } from '../../core/schema/catalog';
import { objectName } from '../../core/schema/names';
import { textOrNothing } from './cells';
import type { Reading } from './connection';
import { OWN_SCHEMA } from './names';
import { unlessLocked } from './texts';

/** Enums, domains, ranges, base types and shells. Composite types are relations; arrays and multiranges come with their types. */
export async function readTypes(reading: Reading): Promise<readonly CatalogType[]> {
  // A domain's expressions have no columns in them, and so need no relation.
  const rows = await reading.rows(
    `SELECT n.nspname, typname, typtype, typisdefined, typnotnull, CASE WHEN typtype = 'd' THEN pg_catalog.format_type(typbasetype, typtypmod) END, pg_catalog.pg_get_expr(typdefaultbin, 0),
       (SELECT pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_catalog.pg_enum WHERE enumtypid = t.oid),
       (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(conname, convalidated, pg_catalog.pg_get_expr(conbin, 0)) ORDER BY conname COLLATE "C") FROM pg_catalog.pg_constraint WHERE contypid = t.oid AND contype = 'c')
     FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = typnamespace
     WHERE ${OWN_SCHEMA} AND (typtype IN ('e', 'd', 'r', 'b') OR NOT typisdefined) AND typcategory <> 'A' ORDER BY n.nspname COLLATE "C", typname COLLATE "C"`,
  );
  return rows.map(([schema, own, type, defined, notNull, base, defaultText, labels, checks]): CatalogType => {
    const name = objectName(String(schema), String(own));
    if (defined !== true) return { name, kind: 'shell' };
    if (type === 'e') return { name, kind: 'enum', labels: (labels ?? []) as string[] };
    if (type !== 'd') return { name, kind: type === 'r' ? 'range' : 'base' };
    const list = (checks ?? []) as [string, boolean, string][];
    return {
      name,
      kind: 'domain',
      base: String(base),
      ...(notNull === true ? { notNull: true as const } : {}),
      ...(typeof defaultText === 'string' ? { default: defaultText } : {}),
      ...(list.length === 0 ? {} : { checks: list.map(([check, valid, expression]) => ({ name: check, expression, ...(valid ? {} : { notValid: true as const }) })) }),
    };
  });
}

const KINDS: Readonly<Record<string, CatalogRoutine['kind']>> = { p: 'procedure', a: 'aggregate' };
const VOLATILITIES: Readonly<Record<string, CatalogRoutine['volatility']>> = { i: 'immutable', s: 'stable' };

/** Functions, procedures and aggregates. The text is read of those in languages whose body is one. */
export async function readRoutines(reading: Reading): Promise<readonly CatalogRoutine[]> {
  const parsedBody = reading.versionNumber >= 140000 ? 'prosqlbody IS NOT NULL' : 'false';
  const text = "lanname NOT IN ('c', 'internal') AND prokind <> 'a'";
  const rows = await reading.rows(
    `SELECT p.oid, n.nspname, proname, prokind, provolatile, lanname, (SELECT pg_catalog.array_agg(pg_catalog.format_type(type, NULL) ORDER BY i) FROM pg_catalog.unnest(proargtypes::oid[]) WITH ORDINALITY a(type, i)),
       CASE WHEN prokind <> 'p' THEN pg_catalog.format_type(prorettype, NULL) END, proretset, CASE WHEN ${text} AND NOT ${parsedBody} THEN prosrc END, CASE WHEN ${text} AND NOT ${parsedBody} THEN pg_catalog.pg_get_functiondef(p.oid) END
     FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = pronamespace JOIN pg_catalog.pg_language l ON l.oid = prolang
     WHERE ${OWN_SCHEMA} ORDER BY n.nspname COLLATE "C", proname COLLATE "C", p.oid`,
  );
  // BEGIN ATOMIC: the body is a tree, and reading it locks what it mentions (pg_get_function_sqlbody).
  const parsed =
    reading.versionNumber >= 140000
      ? await unlessLocked(
          reading,
          `SELECT oid, pg_catalog.pg_get_functiondef(oid) FROM pg_catalog.pg_proc p WHERE oid >= 16384 AND prosqlbody IS NOT NULL AND prokind <> 'a'
             AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend WHERE classid = 1255 AND objid = p.oid AND refclassid = 1259 AND refobjid = ANY ($1::oid[]))`,
          [],
        )
      : undefined;
  const definitions = new Map((parsed ?? []).map(([oid, definition]) => [Number(oid), String(definition)]));
  return rows.map(([oid, schema, name, kind, volatility, language, inputs, returns, returnsSet, body, definition]): CatalogRoutine => {
    const whole = textOrNothing(definition) ?? definitions.get(Number(oid));
    const aggregate = kind === 'a';
    return {
      name: objectName(String(schema), String(name)),
      kind: KINDS[String(kind)] ?? 'function',
      volatility: VOLATILITIES[String(volatility)] ?? 'volatile',
      language: String(language),
      ...(inputs === null ? {} : { inputs: inputs as string[] }),
      ...(typeof returns !== 'string' || aggregate ? {} : { returns }),
      ...(returnsSet === true ? { returnsSet: true as const } : {}),
      ...(typeof body === 'string' ? { body } : {}),
      ...(whole === undefined ? {} : { definition: whole }),
    };
  });
}
