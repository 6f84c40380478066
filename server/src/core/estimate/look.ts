import type { StatementAnalysis } from '../analysis';
import type { ObjectName, RelationName } from '../schema/names';
import type { Relation, Routine, TypeDefinition, Unseen } from '../schema/schema';
import type { SchemaVersion } from '../schema/version';
import { SchemaEditor } from '../schema/editor';
import type { SchemaView } from '../schema/view';

/** The schema before a statement, without putting it together where only a few of its entries are asked for. */
export function viewOf({ version }: Pick<StatementAnalysis, 'version'>): SchemaView {
  return new Look(version);
}

/** One look at a schema, which remembers what was asked of it. */
export class Look implements SchemaView {
  private readonly seen = new Map<string, unknown>();
  /** Whether something was asked that only the whole schema can tell. */
  private whole = false;

  constructor(private version: SchemaVersion) {}

  /** Whether all that was asked has the same answer in another schema. */
  holdsFor(version: SchemaVersion): boolean {
    if (version.equals(this.version)) return true;
    if (this.whole) return false;
    const differences = version.differences(this.version);
    const other = new Look(version);
    for (const [question, answer] of this.seen) {
      const [room, ...name] = question.split(' ');
      const key = name.join(' ');
      if (room === 'path' || room === 'complete') {
        if ((room === 'path' ? other.searchPath : other.complete) !== answer) return false;
      } else if (differences === undefined ? version.entry(room as Room, key) !== answer : differences.in(room as Room)?.has(key) === true) return false;
    }
    this.version = version;
    return true;
  }

  relation(name: RelationName): Relation | undefined {
    return this.entry('relations', name) as Relation | undefined;
  }
  type(name: ObjectName): TypeDefinition | undefined {
    return this.entry('types', name) as TypeDefinition | undefined;
  }
  routines(name: ObjectName): readonly Routine[] {
    return (this.entry('routines', name) as readonly Routine[] | undefined) ?? [];
  }
  publication(name: string): ReturnType<SchemaView['publication']> {
    return this.all().publications.get(name);
  }
  hasNamespace(name: string): boolean {
    return this.entry('namespaces', name) === true;
  }
  allRelations(): Iterable<Relation> {
    return this.all().relations.values();
  }
  allRoutines(): Iterable<readonly Routine[]> {
    return this.all().routines.values();
  }
  allTypes(): Iterable<TypeDefinition> {
    return this.all().types.values();
  }
  allPublications(): ReturnType<SchemaView['allPublications']> {
    return this.all().publications.values();
  }
  get complete(): boolean {
    const { complete } = this.version.get();
    this.seen.set('complete', complete);
    return complete;
  }
  get searchPath(): readonly string[] {
    const { searchPath } = this.version.get();
    this.seen.set('path', searchPath);
    return searchPath;
  }

  hasUnseen(what: Unseen): boolean {
    return this.entry('unseen', what) === true;
  }
  isMissing(name: string, namespace?: string): boolean {
    return new SchemaEditor(this.all()).isMissing(name, namespace);
  }

  private entry(room: Room, key: string): unknown {
    const entry = this.version.entry(room, key);
    this.seen.set(`${room} ${key}`, entry);
    return entry;
  }

  private all(): ReturnType<SchemaVersion['get']> {
    this.whole = true;
    return this.version.get();
  }
}

type Room = Parameters<SchemaVersion['entry']>[0];
