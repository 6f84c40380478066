import type { Analysis } from '../analysis';
import { storedBelow, tableOf } from '../effects/postgres/relations';
import type { RelationName } from '../schema/names';
import type { Schema } from '../schema/schema';
import { SchemaVersion } from '../schema/version';
import type { Rehearsed } from '../schema/speed';
import type { Statistics } from '../schema/statistics';
import { viewOf } from './look';

/** A rehearsal copies no more rows than this, of all tables together. */
export const MOST_ROWS = 200_000;

/** Rows of a table that a rehearsal copies. */
export interface CopiedTable {
  readonly relation: RelationName;
  /** How many it has; undefined where nobody knows. */
  readonly of: number | undefined;
  /** How many are copied at most. */
  readonly rows: number;
  /** Whether only those rows of it are wanted that other copied rows point at. */
  readonly onlyReferenced: boolean;
}

/** A column that points at another table's key. */
export interface Link {
  readonly from: RelationName;
  readonly column: string;
  readonly to: RelationName;
  readonly key: string;
}

/**
 * What a rehearsal of migrations copies: the tables that they lock, read or write and those that these refer to. Small ones
 * are copied whole, the others share what is left of {@link MOST_ROWS}.
 */
export function tablesToCopy(analyses: readonly Analysis[], schema: Schema, statistics: Statistics): readonly CopiedTable[] {
  const view = viewOf({ version: SchemaVersion.of(schema) });
  const found = new Set<RelationName>();
  const add = (name: RelationName): void => {
    const table = tableOf(name, view);
    if (table === undefined || table.kind === 'foreign table' || found.has(name)) return;
    if (table.kind === 'partitioned table') for (const member of storedBelow(table, view)) found.add(member.name);
    else found.add(name);
  };
  for (const { statements } of analyses) {
    for (const { effects, segment } of statements) {
      if (effects === undefined || segment.direction !== 'up') continue;
      for (const { relation } of effects.locks) add(relation);
      for (const relation of [...effects.scans, ...effects.rewrites]) add(relation);
    }
  }
  for (const { to } of linksOf(analyses, schema)) add(to);
  for (const name of [...found]) for (const constraint of tableOf(name, view)?.constraints ?? []) if (constraint.kind === 'foreign key') add(constraint.references);
  const referenced = new Set<RelationName>(linksOf(analyses, schema).filter(({ from, to }) => found.has(from) && from !== to).map(({ to }) => to));
  const tables = [...found].map((relation) => ({ relation, of: statistics.sizeOf(relation)?.rows })).sort((a, b) => (a.of ?? Infinity) - (b.of ?? Infinity) || (a.relation < b.relation ? -1 : 1));
  let left = MOST_ROWS;
  return tables.map(({ relation, of }, index) => {
    const rows = Math.min(of ?? Infinity, Math.floor(left / (tables.length - index)));
    left -= rows;
    return { relation, of, rows, onlyReferenced: referenced.has(relation) && rows < (of ?? Infinity) };
  });
}

/** The foreign keys of one column that there are, or that migrations add. */
export function linksOf(analyses: readonly Analysis[], schema: Schema): readonly Link[] {
  const view = viewOf({ version: SchemaVersion.of(schema) });
  const links = new Map<string, Link>();
  const add = (from: RelationName, columns: readonly string[], to: RelationName, keys: readonly string[] | undefined): void => {
    const [column, ...others] = columns;
    const primary = tableOf(to, view)?.constraints.find(({ kind }) => kind === 'primary key');
    const [key] = keys ?? (primary !== undefined && 'columns' in primary ? primary.columns : []);
    if (column === undefined || key === undefined || others.length > 0) return;
    const table = tableOf(from, view);
    const members = table?.kind === 'partitioned table' ? storedBelow(table, view).map(({ name }) => name) : [from];
    for (const member of members) links.set(`${member} ${column} ${to}`, { from: member, column, to, key });
  };
  for (const relation of schema.relations.values()) {
    if (relation.kind !== 'table' && relation.kind !== 'partitioned table') continue;
    for (const constraint of relation.constraints) if (constraint.kind === 'foreign key') add(relation.name, constraint.columns, constraint.references, constraint.referencedColumns);
  }
  for (const { statements } of analyses) {
    for (const { effects } of statements) {
      for (const action of effects?.actions ?? []) {
        if (action.kind === 'add constraint' && action.references !== undefined && action.relation !== undefined) add(action.relation, action.columns, action.references, undefined);
      }
    }
  }
  return [...links.values()];
}

/** Beyond this the copy was something else than the table. */
const MOST_APART = 20;
/** Times below this say nothing, in seconds. */
const LEAST = 0.005;

/**
 * What a run on a copy says of a statement; undefined where it was over too soon to say anything.
 * @param estimated what the model gives for the copy, on the server that has it; in seconds
 * @param took in seconds
 */
export function rehearsedAs(estimated: number | undefined, took: number, rows: number): Rehearsed | undefined {
  if (estimated === undefined || estimated < LEAST || took < LEAST / 2) return undefined;
  return { factor: Math.min(MOST_APART, Math.max(1 / MOST_APART, took / estimated)), rows };
}
