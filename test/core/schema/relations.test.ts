import { expect, test } from 'vitest';
import { objectName } from '../../../server/src/core/schema/names';
import { OutlineBuilder, type Outline } from '../../../server/src/core/schema/outline';
import { schemaFromCatalog } from '../../../server/src/core/schema/postgres/catalog/schema-from-catalog';
import { statisticsFrom } from '../../../server/src/core/schema/statistics';

const EVENTS = objectName('public', 'events');
const ODD = objectName('My "Schema', 'Ev.ents');
const parents = [EVENTS];

/** Named out of order, with oids of the second half of what 32 bits can say. */
function outline(): Outline {
  const rows = new OutlineBuilder();
  rows.add({ oid: 4_000_000_003, name: objectName('public', 'events_2'), kind: 'table', pages: 3, tuples: 90, parents });
  rows.add({ oid: 4_000_000_001, name: EVENTS, kind: 'partitioned table', pages: 0, tuples: -1 });
  rows.add({ oid: 17, name: ODD, kind: 'view', pages: 0, tuples: 0 });
  rows.add({ oid: 4_000_000_002, name: objectName('public', 'events_1'), kind: 'table', pages: 2, tuples: 40, parents });
  rows.add({ oid: 4_000_000_004, name: objectName('public', 'fresh'), kind: 'table', pages: 0, tuples: -1 });
  return rows.build(8192);
}

test('an outline finds relations by name, by own name and by number', () => {
  const all = outline();
  expect([...all].map(({ name }) => name)).toEqual(['"My ""Schema"."Ev.ents"', 'public.events', 'public.events_1', 'public.events_2', 'public.fresh']);
  expect(all.get(ODD)).toEqual({ name: ODD, kind: 'view' });
  expect(all.get(objectName('public', 'events_1'))).toEqual({ name: 'public.events_1', kind: 'table', parents });
  expect(all.get(objectName('public', 'zzz'))).toBeUndefined();
  expect([17, 18, 4_000_000_003, 4_000_000_005].map((oid) => all.nameOf(oid))).toEqual([ODD, undefined, 'public.events_2', undefined]);
  expect(['Ev.ents', 'events', 'event'].map((name) => all.hasOwnName(name))).toEqual([true, true, false]);
  expect(all.called(new Set(['Ev.ents', 'events_2']))).toEqual([17, 4_000_000_003]);
  expect(all.childrenOf(EVENTS)).toEqual(['public.events_1', 'public.events_2']);
});

test('an outline tells the sizes that the last ANALYZE saw, and nothing where none did', () => {
  const all = outline();
  expect(all.sizeOf(objectName('public', 'events_2'))).toEqual({ rows: 90, bytes: 3 * 8192 });
  expect([EVENTS, ODD, objectName('public', 'fresh')].map((name) => all.sizeOf(name))).toEqual([undefined, undefined, undefined]);
  const sizes = statisticsFrom({}, (name) => all.childrenOf(name), undefined, (name) => all.sizeOf(name));
  expect(sizes.sizeOf(EVENTS)).toMatchObject({ rows: 130, bytes: 5 * 8192 });
});

test('what is left of an outline has its own parents', () => {
  const left = outline().filter((oid) => oid > 4_000_000_001, (oid) => (oid === 4_000_000_003 ? [ODD] : undefined));
  expect([...left]).toEqual([{ name: 'public.events_1', kind: 'table' }, { name: 'public.events_2', kind: 'table', parents: [ODD] }, { name: 'public.fresh', kind: 'table' }]);
});

test('listed relations are made once, may be changed and dropped, and stay as they were in the schema before', () => {
  const { relations } = schemaFromCatalog({ schemas: ['public'], relations: [{ name: 'public.known', kind: 'table', columns: [] }], others: outline(), types: [], routines: [], publications: [] });
  const events = relations.get(EVENTS);
  if (events === undefined) throw new Error('events are listed');
  expect(events).toMatchObject({ kind: 'partitioned table', partial: true, children: ['public.events_1', 'public.events_2'] });
  expect(relations.get(EVENTS)).toBe(events);
  const dropped = relations.withMutations((mutable) => {
    mutable.delete(EVENTS);
    mutable.set(ODD, { ...events, name: ODD });
  });
  expect([dropped.get(EVENTS), dropped.has(EVENTS), dropped.childrenOf(EVENTS), dropped.get(ODD)?.kind]).toEqual([undefined, false, [], 'partitioned table']);
  expect([...dropped.keys()].sort()).toEqual([ODD, 'public.events_1', 'public.events_2', 'public.fresh', 'public.known']);
  expect(dropped.set(EVENTS, events).get(EVENTS)).toBe(events);
  expect([relations.get(EVENTS), relations.get(ODD)?.kind, [...relations].length]).toEqual([events, 'view', 6]);
  expect(relations.delete(objectName('public', 'nobody'))).toBe(relations);
});
