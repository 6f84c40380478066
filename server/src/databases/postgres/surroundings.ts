import type { CatalogPolicy, CatalogPublication, CatalogRule, CatalogTrigger } from '../../core/schema/catalog';
import { objectName } from '../../core/schema/names';
import type { ColumnList } from './columns';
import type { Reading } from './connection';
import { OWN_SCHEMA, type NameOf } from './names';
import type { Scope } from './scope';
import { ruleTexts } from './texts';

/** What hangs on relations, by the oid of the relation. */
export interface Surroundings {
  readonly triggers: ReadonlyMap<number, readonly CatalogTrigger[]>;
  readonly policies: ReadonlyMap<number, readonly CatalogPolicy[]>;
  readonly rules: ReadonlyMap<number, readonly CatalogRule[]>;
  readonly statistics: ReadonlyMap<number, readonly string[]>;
  readonly parents: ReadonlyMap<number, readonly string[]>;
  readonly partitionBy: ReadonlyMap<number, { readonly strategy: 'list' | 'range' | 'hash'; readonly columns: readonly (string | null)[] }>;
  /** Owner of a sequence, by the sequence. */
  readonly owners: ReadonlyMap<number, { readonly table: string; readonly column: string }>;
  /** Name of the index that is a table's replica identity. */
  readonly replicaIndexes: ReadonlyMap<number, string>;
}

export async function readSurroundings(reading: Reading, scope: Scope, nameOf: NameOf, lists: ReadonlyMap<number, ColumnList>): Promise<Surroundings> {
  const name = (oid: unknown): string | undefined => nameOf(Number(oid));
  return {
    triggers: await readTriggers(reading, scope, name),
    policies: await readPolicies(reading, scope, name),
    rules: await readRules(reading, scope),
    statistics: grouped(
      await reading.rows(`SELECT stxrelid, n.nspname, stxname FROM pg_catalog.pg_statistic_ext JOIN pg_catalog.pg_namespace n ON n.oid = stxnamespace WHERE ${scope.has('stxrelid')} ORDER BY n.nspname COLLATE "C", stxname COLLATE "C"`),
      ([, schema, own]) => objectName(String(schema), String(own)),
    ),
    parents: grouped(await reading.rows(`SELECT inhrelid, inhparent FROM pg_catalog.pg_inherits WHERE ${scope.has('inhrelid')} ORDER BY inhrelid, inhseqno`), ([, parent]) => name(parent)),
    partitionBy: await readPartitioning(reading, scope, lists),
    owners: await readOwners(reading, scope, name, lists),
    replicaIndexes: new Map((await reading.rows(`SELECT indrelid, relname FROM pg_catalog.pg_index JOIN pg_catalog.pg_class c ON c.oid = indexrelid WHERE indisreplident AND ${scope.has('indrelid')}`)).map(([table, index]) => [Number(table), String(index)])),
  };
}

async function readTriggers(reading: Reading, scope: Scope, name: (oid: unknown) => string | undefined): Promise<Surroundings['triggers']> {
  // Triggers of foreign keys and of deferrable keys are the server's own; those of partitions are copies of the user's.
  const rows = await reading.rows(
    `SELECT tgrelid, tgname, n.nspname, proname, tgtype, tgenabled = 'D', tgconstrrelid,
       (SELECT pg_catalog.array_agg(attname::text ORDER BY place) FROM pg_catalog.unnest(tgattr) WITH ORDINALITY AS part(number, place) JOIN pg_catalog.pg_attribute ON attrelid = tgrelid AND attnum = number)
     FROM pg_catalog.pg_trigger JOIN pg_catalog.pg_proc p ON p.oid = tgfoid JOIN pg_catalog.pg_namespace n ON n.oid = pronamespace
       LEFT JOIN pg_catalog.pg_constraint c ON c.oid = tgconstraint
     WHERE ${scope.has('tgrelid')} AND (NOT tgisinternal OR tgconstraint = 0 OR contype = 't') ORDER BY tgrelid, tgname COLLATE "C"`,
  );
  return grouped(rows, ([, trigger, schema, routine, type, disabled, from, columns]): CatalogTrigger => {
    const constraintFrom = Number(from) === 0 ? undefined : name(from);
    return {
      name: String(trigger),
      routine: objectName(String(schema), String(routine)),
      type: Number(type),
      ...(columns === null ? {} : { columns: columns as string[] }),
      ...(disabled === true ? { disabled: true as const } : {}),
      ...(constraintFrom === undefined ? {} : { constraintFrom }),
    };
  });
}

async function readPolicies(reading: Reading, scope: Scope, name: (oid: unknown) => string | undefined): Promise<Surroundings['policies']> {
  const rows = await reading.rows(
    `SELECT polrelid, polname, pg_catalog.array_agg(DISTINCT refobjid::int8::text) FILTER (WHERE refobjid <> polrelid)
     FROM pg_catalog.pg_policy p LEFT JOIN pg_catalog.pg_depend ON classid = 3256 AND objid = p.oid AND refclassid = 1259
     WHERE ${scope.has('polrelid')} GROUP BY polrelid, polname ORDER BY polrelid, polname COLLATE "C"`,
  );
  return grouped(rows, ([, policy, reads]): CatalogPolicy => {
    const read = ((reads ?? []) as string[]).flatMap((oid) => name(oid) ?? []).sort();
    return { name: String(policy), ...(read.length === 0 ? {} : { reads: read }) };
  });
}

async function readRules(reading: Reading, scope: Scope): Promise<Surroundings['rules']> {
  const rows = await reading.rows(`SELECT ev_class, rulename, ev_type, is_instead, oid FROM pg_catalog.pg_rewrite WHERE oid >= 16384 AND ${scope.has('ev_class')} AND rulename <> '_RETURN' ORDER BY ev_class, rulename COLLATE "C"`);
  const texts = rows.length === 0 ? undefined : await ruleTexts(reading, scope);
  return grouped(rows, ([, rule, event, instead, oid]): CatalogRule => ({
    name: String(rule),
    event: String(event),
    ...(instead === true ? { instead: true as const } : {}),
    definition: texts?.get(Number(oid)) ?? null,
  }));
}

const STRATEGIES: Readonly<Record<string, 'list' | 'range' | 'hash'>> = { l: 'list', r: 'range', h: 'hash' };

async function readPartitioning(reading: Reading, scope: Scope, lists: ReadonlyMap<number, ColumnList>): Promise<Surroundings['partitionBy']> {
  const rows = await reading.rows(`SELECT partrelid, partstrat, partattrs::int2[] FROM pg_catalog.pg_partitioned_table WHERE ${scope.has('partrelid')}`);
  return new Map(
    rows.map(([table, strategy, numbers]) => {
      const list = lists.get(Number(table));
      return [Number(table), { strategy: STRATEGIES[String(strategy)] ?? 'range', columns: (numbers as number[]).map((number) => list?.byNumber.get(number)?.name ?? null) }];
    }),
  );
}

async function readOwners(reading: Reading, scope: Scope, name: (oid: unknown) => string | undefined, lists: ReadonlyMap<number, ColumnList>): Promise<Surroundings['owners']> {
  const rows = await reading.rows(
    `SELECT objid, refobjid, refobjsubid FROM pg_catalog.pg_depend JOIN pg_catalog.pg_class c ON c.oid = objid AND c.relkind = 'S'
     WHERE classid = 1259 AND refclassid = 1259 AND refobjsubid > 0 AND deptype IN ('a', 'i') AND ${scope.has('objid')}`,
  );
  return new Map(
    rows.flatMap(([sequence, table, number]) => {
      const owner = name(table);
      const column = lists.get(Number(table))?.byNumber.get(Number(number))?.name;
      return owner === undefined || column === undefined ? [] : [[Number(sequence), { table: owner, column }] as const];
    }),
  );
}

/** Publications, whatever tables they have. */
export async function readPublications(reading: Reading): Promise<readonly CatalogPublication[]> {
  const schemas = reading.versionNumber >= 150000 ? '(SELECT pg_catalog.array_agg(nspname::text ORDER BY nspname) FROM pg_catalog.pg_publication_namespace JOIN pg_catalog.pg_namespace n ON n.oid = pnnspid WHERE pnpubid = p.oid)' : 'NULL';
  const rows = await reading.rows(
    `SELECT pubname, puballtables, (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(n.nspname, c.relname)) FROM pg_catalog.pg_publication_rel
       JOIN pg_catalog.pg_class c ON c.oid = prrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE prpubid = p.oid AND ${OWN_SCHEMA}), ${schemas} FROM pg_catalog.pg_publication p ORDER BY pubname COLLATE "C"`,
  );
  return rows.map(([name, all, tables, own]) => {
    const published = ((tables ?? []) as [string, string][]).map(([schema, table]) => objectName(schema, table)).sort();
    return {
      name: String(name),
      ...(all === true ? { allTables: true as const } : {}),
      ...(published.length === 0 ? {} : { tables: published }),
      ...(own === null ? {} : { schemas: own as string[] }),
    };
  });
}

/** Rows by the oid that they begin with. */
function grouped<T>(rows: readonly unknown[][], make: (row: readonly unknown[]) => T | undefined): ReadonlyMap<number, readonly T[]> {
  const byOid = new Map<number, T[]>();
  for (const row of rows) {
    const made = make(row);
    if (made === undefined) continue;
    const oid = Number(row[0]);
    const list = byOid.get(oid);
    if (list === undefined) byOid.set(oid, [made]);
    else list.push(made);
  }
  return byOid;
}
