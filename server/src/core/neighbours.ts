import type { Node, RangeVar } from '@pgsql/types';
import type { RelatedPlace } from './analysis';
import { historyOf, versionOf } from './migration-path';
import { nameParts, type RelationName } from './schema/names';
import { toolFor } from './script/tools';
import type { ToolFile } from './script/script';
import { createParseMemo, statementsOf } from './sql/postgres/parse';
import { lineIndex } from './text';

/** A statement in another file, as a place that explains a finding. */
type Neighbour = Omit<RelatedPlace, 'message'>;

/**
 * What the files of one history tell about each other. Texts are searched first, once for all, and only those parsed that
 * hold what is asked for; what was found is remembered, so that a keystroke in one file costs nothing here.
 */
export class HistoryIndex {
  private readonly told = new Map<number, readonly Told[]>();
  private creators: ReadonlyMap<string, readonly number[]> | undefined;
  private settlers: readonly number[] | undefined;

  /**
   * @param files in migration order, without those that undo something
   * @param tool id of the migration tool, where it is configured
   */
  constructor(
    readonly files: readonly ToolFile[],
    private readonly tool?: string,
  ) {}

  /** The statements of a file, by its place in the history. */
  statementsOf(index: number): readonly Told[] {
    const file = this.files[index];
    let told = this.told.get(index);
    if (told === undefined) this.told.set(index, (told = file === undefined ? [] : toldBy(file, this.tool)));
    return told;
  }

  /** The files that may create a table of a name, in order. */
  creatorsOf(name: string): readonly number[] {
    if (this.creators === undefined) {
      const creators = new Map<string, number[]>();
      for (const [index, { text }] of this.files.entries()) {
        for (const [, plain, quoted] of text.matchAll(CREATE_TABLE)) {
          const key = (plain ?? quoted ?? '').toLowerCase();
          const known = creators.get(key);
          if (known === undefined) creators.set(key, [index]);
          else if (known.at(-1) !== index) known.push(index);
        }
      }
      this.creators = creators;
    }
    return this.creators.get(name.toLowerCase()) ?? [];
  }

  /** The files that may validate or drop a constraint, in order. */
  get settling(): readonly number[] {
    return (this.settlers ??= [...this.files.keys()].filter((index) => SETTLING.test(this.files[index]?.text ?? '')));
  }
}

const CREATE_TABLE = /\bcreate\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?(?:(?:[\p{L}_][\p{L}\p{N}_$]*|"[^"]+")\s*\.\s*)?(?:([\p{L}_][\p{L}\p{N}_$]*)|"([^"]+)")/giu;
const SETTLING = /\b(?:(?:validate|drop)\s+constraint|drop\s+table)\b/iu;

/** The other files of one migration's history, for what only they can tell. */
export class Neighbours {
  private readonly answers = new Map<string, unknown>();

  /** @param position of the migration itself among the files */
  constructor(
    readonly history: HistoryIndex,
    readonly position: number,
  ) {}

  /** Paths of all files of the history, the migration itself among them. */
  get paths(): readonly string[] {
    return this.history.files.map(({ path }) => path);
  }

  /** The last file before the migration that has its number and lies where it does. */
  get twin(): string | undefined {
    return this.once('twin', () => {
      const own = this.history.files[this.position]?.path ?? '';
      const version = versionOf(own);
      if (version === undefined) return undefined;
      return this.history.files.slice(0, this.position).findLast(({ path }) => versionOf(path) === version && historyOf(path) === historyOf(own))?.path;
    });
  }

  get hasLater(): boolean {
    return this.position < this.history.files.length - 1;
  }

  /** The statement of an earlier file that created a relation; the file alone where no such statement stands in it by itself. */
  creation(path: string, relation: RelationName): Neighbour {
    return this.once(`creation ${path} ${relation}`, () => placeOf(path, this.toldEarlier(path).find(({ node }) => isNamed(created(node), relation))));
  }

  /** The statement of an earlier file that built an index concurrently. */
  builtConcurrently(path: string, index: RelationName): Neighbour | undefined {
    return this.once(`concurrently ${path} ${index}`, () => {
      const found = this.toldEarlier(path).find(({ node }) => 'IndexStmt' in node && node.IndexStmt.concurrent === true && node.IndexStmt.idxname === nameParts(index).name);
      return found === undefined ? undefined : placeOf(path, found);
    });
  }

  /** Whether a later file validates or drops a constraint, drops its table, or may do so in a way that cannot be seen. */
  isSettledLater(table: RelationName, constraint: string): boolean {
    return this.once(`settled ${table} ${constraint}`, () => {
      const own = nameParts(table).name.toLowerCase();
      return this.history.settling.some((index) => {
        if (index <= this.position) return false;
        const text = (this.history.files[index]?.text ?? '').toLowerCase();
        if (text.includes('drop table') && text.includes(own)) return true;
        const settled = this.history.statementsOf(index).flatMap(({ node }) => settledBy(node));
        // Where the words stand in a DO block or a function, what they are about is not known.
        return settled.includes(constraint) || (settled.length === 0 && /validate\s+constraint/u.test(text));
      });
    });
  }

  /** The statement of a later file that creates a table for the first time, as far as can be seen. */
  createdLater(relation: RelationName): Neighbour | undefined {
    return this.once(`later ${relation}`, () => {
      const { name } = nameParts(relation);
      const creators = this.history.creatorsOf(name);
      const [first] = creators;
      const file = first === undefined ? undefined : this.history.files[first];
      // Where a file up to this one creates it too, it has been there before.
      if (first === undefined || file === undefined || first <= this.position) return undefined;
      const between = this.history.files.slice(this.position, first + 1);
      if (between.some(({ text }) => /\b(?:drop\s+table|rename\s+to|set\s+schema)\b/iu.test(text) && text.toLowerCase().includes(name.toLowerCase()))) return undefined;
      const told = this.history.statementsOf(first);
      const found = told.find(({ node }) => 'CreateStmt' in node && node.CreateStmt.if_not_exists !== true && isNamed(node.CreateStmt.relation, relation));
      return found === undefined ? undefined : placeOf(file.path, found);
    });
  }

  private toldEarlier(path: string): readonly Told[] {
    const index = this.history.files.findIndex((file) => file.path === path);
    return index < 0 || index >= this.position ? [] : this.history.statementsOf(index);
  }

  private once<Answer>(question: string, find: () => Answer): Answer {
    if (!this.answers.has(question)) this.answers.set(question, find());
    return this.answers.get(question) as Answer;
  }
}

/** A statement of a file. */
interface Told {
  readonly node: Node;
  /** Absent for SQL in another language's file, whose places are not those of its text. */
  readonly range?: RelatedPlace['range'];
}

function placeOf(path: string, told: Told | undefined): Neighbour {
  return { path, span: undefined, ...(told?.range === undefined ? {} : { range: told.range }) };
}

function toldBy(file: ToolFile, tool: string | undefined): readonly Told[] {
  const script = toolFor(file, tool).read(file);
  const memo = createParseMemo();
  const lines = lineIndex(file.text);
  return script.segments
    .filter(({ direction }) => direction === 'up')
    .flatMap((segment) =>
      statementsOf(segment.text, memo, segment.opaque).flatMap(({ parsed, span }): Told[] => {
        if (!parsed.ok) return [];
        if (script.embedded !== undefined) return [{ node: parsed.node }];
        const start = segment.offset + span.offset;
        return [{ node: parsed.node, range: { start: lines.positionAt(start), end: lines.positionAt(start + span.length) } }];
      }),
    );
}

/** The relation that a statement creates, as it names it; for an index that is its own name in its table's schema. */
function created(node: Node): RangeVar | undefined {
  if ('CreateStmt' in node) return node.CreateStmt.relation;
  if ('CreateTableAsStmt' in node) return node.CreateTableAsStmt.into?.rel;
  if ('ViewStmt' in node) return node.ViewStmt.view;
  if ('CreateSeqStmt' in node) return node.CreateSeqStmt.sequence;
  if (!('IndexStmt' in node)) return undefined;
  const { idxname, relation } = node.IndexStmt;
  return idxname === undefined ? undefined : { ...relation, relname: idxname };
}

function isNamed(mention: RangeVar | undefined, relation: RelationName): boolean {
  if (mention === undefined) return false;
  const { schema, name } = nameParts(relation);
  return mention.relname === name && (mention.schemaname === undefined || mention.schemaname === schema);
}

/** The constraints that a statement validates or drops, by name. */
function settledBy(node: Node): readonly string[] {
  if (!('AlterTableStmt' in node)) return [];
  return (node.AlterTableStmt.cmds ?? []).flatMap((command) => {
    if (!('AlterTableCmd' in command)) return [];
    const { subtype, name } = command.AlterTableCmd;
    return (subtype === 'AT_ValidateConstraint' || subtype === 'AT_DropConstraint') && name !== undefined ? [name] : [];
  });
}
