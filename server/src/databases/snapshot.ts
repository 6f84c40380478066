import { SnapshotText } from '../core/snapshot';
import { Exclusion } from '../core/snapshot-exclude';
import { readSettingsAndPace } from './database';
import { readApplied } from './postgres/applied';
import { readNamespaces } from './postgres/catalog';
import { readDatabase } from './postgres/connection';
import { readNamesOfAll, readPages } from './postgres/pages';
import { readReplication } from './postgres/replication';
import { readPublications } from './postgres/surroundings';
import { readRoutines, readTypes } from './postgres/types-and-routines';

/**
 * Reads catalogue and statistics of a database as a snapshot's text, in one transaction, and hands it over piece by piece:
 * all of it is never held at once.
 * @param patterns names to be left out, as {@link Exclusion} has them
 * @param takenAt ISO 8601
 * @param write takes the next piece; nothing else is read before it resolves
 * Throws a DatabaseError; what was written until then is no snapshot.
 */
export function takeSnapshot(url: string, patterns: readonly string[], takenAt: string, write: (piece: string) => Promise<void>): Promise<void> {
  return readDatabase(url, async (reading) => {
    const text = new SnapshotText();
    const types = await readTypes(reading);
    const routines = await readRoutines(reading);
    const version = Math.floor(reading.versionNumber / 10000);
    const without = patterns.length === 0 ? undefined : new Exclusion(patterns, [...(await readNamesOfAll(reading)), ...types, ...routines]);
    const head = { version: 1, server: { dialect: 'postgresql', version }, takenAt, ...(without === undefined ? {} : { excluded: patterns }), settings: await readSettingsAndPace(reading) } as const;
    const namespaces = await readNamespaces(reading);
    await write(text.start(head, without?.namespaces(namespaces) ?? namespaces));
    for await (const { relations, sizes } of readPages(reading)) await write(text.page(without?.relations(relations) ?? relations, without?.sizes(sizes) ?? sizes));
    const rest = { types, routines, publications: await readPublications(reading), applied: await readApplied(reading), replication: await readReplication(reading) };
    for (const piece of text.end(without?.rest(rest) ?? rest)) await write(piece);
  });
}
