import type { CatalogRoutine } from '../../core/schema/catalog';
import { nameParts, type ObjectName } from '../../core/schema/names';
import type { Outline } from '../../core/schema/outline';
import { wordsOf } from '../../core/words-of';
import { garbageCollector } from '../../engine';
import type { Reading } from './connection';
import { neighbourhood, type Adjacency } from './neighbourhood';
import {
  readBelongings,
  readDefaultPartitions,
  readNamed,
  readOutline,
  readParents,
  readReferenced,
  readTablesOfTypes,
  readTriggerRoutines,
  readViewReads,
} from './outline';

/** From how many tables and views on what was read of them is a good part of all that is held. */
const MANY = 10_000;

/** Which relations some texts are about. */
export interface Focus {
  /** All relations to be read in detail: tables, views, and what belongs to them. */
  readonly oids: ReadonlySet<number>;
  /** All tables and views there are. */
  readonly outline: Outline;
  readonly parents: Adjacency;
  readonly viewReads: Adjacency;
}

/**
 * Finds the relations that some words may name, and what hangs on them. Routines that are named, and those of triggers,
 * name relations in turn.
 * @param words identifiers, as the catalogue has them
 */
export async function findFocus(reading: Reading, words: ReadonlySet<string>, routines: readonly CatalogRoutine[]): Promise<Focus> {
  const outline = await readOutline(reading);
  if (outline.length > MANY) garbageCollector()?.();
  const viewReads = await readViewReads(reading);
  const parents = await readParents(reading);
  const referenced = await readReferenced(reading);
  const triggerRoutines = await readTriggerRoutines(reading);
  const edges = {
    parents,
    referenced,
    children: parents.reversed(),
    referencing: referenced.reversed(),
    reads: viewReads,
    readers: viewReads.reversed(),
    defaults: await readDefaultPartitions(reading),
  };
  const bodies = bodiesByName(routines);
  const all = withRoutines(words, bodies);
  let tables: ReadonlySet<number> = new Set();
  const others = new Set<number>();
  const asked = new Set<string>();
  // What a trigger of a table does is found once the table is; two rounds are triggers that fire triggers.
  for (let round = 0; round < 3; round++) {
    const fresh = [...all].filter((word) => !asked.has(word));
    if (fresh.length === 0) break;
    for (const word of fresh) asked.add(word);
    const named = await readNamed(reading, fresh);
    for (const { oid } of named) others.add(oid);
    const seeds = outline.called(all);
    const owners = named.flatMap(({ table }) => (table === 0 ? [] : [table]));
    tables = neighbourhood([...tables, ...seeds, ...owners, ...(await farTables(reading, fresh, words, triggerRoutines))], edges);
    const called = new Set([...tables].flatMap((oid) => triggerRoutines.get(oid) ?? []));
    for (const word of withRoutines(called, bodies)) all.add(word);
  }
  const known = [...tables].filter((oid) => outline.nameOf(oid) !== undefined);
  return { oids: new Set([...known, ...others, ...(await readBelongings(reading, known))]), outline, parents, viewReads };
}

/** Tables that a statement about a type or a routine reaches: those with columns of the type, and with triggers that go by CASCADE. */
async function farTables(reading: Reading, fresh: readonly string[], words: ReadonlySet<string>, triggerRoutines: ReadonlyMap<number, readonly string[]>): Promise<number[]> {
  const found: number[] = [];
  if (words.has('type') || words.has('domain')) found.push(...(await readTablesOfTypes(reading, fresh)));
  if (words.has('cascade')) for (const [table, routines] of triggerRoutines) if (routines.some((routine) => fresh.includes(routine))) found.push(table);
  return found;
}

/** Words with all that the bodies of the routines among them say. */
function withRoutines(words: Iterable<string>, bodies: ReadonlyMap<string, readonly string[]>): Set<string> {
  const all = new Set(words);
  // A set that grows while it is walked is walked to its end.
  for (const word of all) for (const body of bodies.get(word) ?? []) for (const inner of wordsOf(body)) all.add(inner);
  return all;
}

function bodiesByName(routines: readonly CatalogRoutine[]): ReadonlyMap<string, readonly string[]> {
  const bodies = new Map<string, string[]>();
  for (const { name, body, definition } of routines) {
    const text = body ?? definition;
    if (text === undefined) continue;
    const own = nameParts(name as ObjectName).name;
    bodies.set(own, [...(bodies.get(own) ?? []), text]);
  }
  return bodies;
}
