import { knownDatabase, readSnapshot, type KnownDatabase } from '../core/snapshot';
import { readText } from './disk';
import { addressOf, canonical, type Place } from './place';
import type { DocumentSettings } from './settings';

/** A snapshot of a database, read from its file. */
export interface KnownSnapshot {
  /** From the root that documents count from. */
  readonly path: string;
  readonly known: KnownDatabase;
  /** In ms since 1970. */
  readonly takenAt: number;
}

/** The largest snapshot that is read, in bytes: one of 60,000 tables takes about half of it. */
const MOST_BYTES = 200 * 1024 * 1024;

/** The snapshots that the setting `snapshot` names. */
export class Snapshots {
  private readonly known = new Map<string, Promise<KnownSnapshot | undefined>>();

  constructor(private readonly warn: (message: string) => void) {}

  /** What a document's project knows of its database by a snapshot. The same file gives the same object. */
  of({ root }: Place, { configuration, snapshotFrom }: DocumentSettings): Promise<KnownSnapshot | undefined> {
    const { snapshot: file } = configuration;
    if (file === undefined) return Promise.resolve(undefined);
    const path = snapshotFrom === '' ? file : `${snapshotFrom}/${file}`;
    const uri = canonical(addressOf(root, path));
    let reading = this.known.get(uri);
    if (reading === undefined) this.known.set(uri, (reading = this.read(uri, path)));
    return reading;
  }

  /** Says that a file changed on the disk. Gives back whether it is one of those that were read. */
  forget(uri: string): boolean {
    return this.known.delete(canonical(uri));
  }

  private async read(uri: string, path: string): Promise<KnownSnapshot | undefined> {
    const text = await readText(uri, MOST_BYTES);
    if (text === undefined) {
      this.warn(`The snapshot ${path} cannot be read.`);
      return undefined;
    }
    const read = readSnapshot(text);
    if (read.ok) return { path, known: knownDatabase(read.snapshot, 'snapshot'), takenAt: Date.parse(read.snapshot.takenAt) };
    this.warn(`The snapshot ${path} cannot be used: ${read.problem}`);
    return undefined;
  }
}
