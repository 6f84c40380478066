import type { Analysis, Problem } from './analysis';
import { AppliedIndex, type AppliedFiles, type AppliedRecord } from './applied';
import { analyze, type AnalysisInput } from './analyze';
import { createMemo, type AnalysisMemo } from './memo';
import { inMigrationOrder, joinedHistories } from './beside';
import { fileDirection, histories } from './migration-path';
import { HistoryIndex, Neighbours } from './neighbours';
import { replay } from './replay';
import { UNKNOWN_SCHEMA, type Schema } from './schema/schema';
import type { ToolFile } from './script/script';
import { toolFor } from './script/tools';
import { plain } from './script/tools/plain';
import type { Target } from './target';

/** A migration file's text at its path (forward slashes). */
export type MigrationFile = ToolFile;

/** What all files of a history are judged by. */
export interface HistorySetting extends Omit<AnalysisInput, 'path' | 'text' | 'schema' | 'applied'> {
  /** What migration tools noted in the database of what they applied, where that is known. */
  readonly records?: readonly AppliedRecord[];
  /** What existed before the first migration, where the base is a database that has been through those that are applied. */
  readonly origin?: Schema;
  /** Whether migrations that have been applied are judged all the same. */
  readonly judgesApplied?: boolean;
}

/**
 * Analyses the files of one history as they come: what exists after one is what exists before the next. A file that
 * undoes another is analysed where it stands and changes nothing for those that follow.
 * @param files in migration order
 * @param base what exists before the first
 * @returns (of the generator) what exists after the last
 */
export function* analyzeHistory(files: Iterable<MigrationFile>, base: Schema, setting: HistorySetting): Generator<Analysis, Schema> {
  const run = new HistoryRun([...files], base, setting);
  yield* run.analyses();
  return run.schema;
}

/**
 * The files of a history one after the other. Those that the database has been through are not run on it once more: they
 * are looked at as they were then, and those that are pending as they will find things.
 */
export class HistoryRun {
  readonly appliedFiles: AppliedFiles;
  private readonly history: HistoryIndex;
  /** What exists after the pending files so far. */
  schema: Schema;
  /** What existed after those that are applied. */
  private past: Schema;

  /** @param base what exists now */
  constructor(
    readonly files: readonly MigrationFile[],
    base: Schema,
    private readonly setting: HistorySetting,
  ) {
    const ups = files.filter(({ path }) => fileDirection(path) === 'up');
    this.history = new HistoryIndex(ups, setting.tool);
    this.appliedFiles = new AppliedIndex(setting.tool).of(ups, setting.records);
    this.schema = base;
    this.past = setting.origin ?? base;
  }

  *analyses(): Generator<Analysis> {
    for (const file of this.files) {
      // Each file is analysed once: what would be remembered of it is only a burden for the next.
      const analysis = analyze(this.inputOf(file), createMemo());
      this.ran(file, analysis);
      yield analysis;
    }
  }

  /** What a file is analysed from, once those before it {@link ran}. */
  inputOf(file: MigrationFile): AnalysisInput {
    const { path, text, beside = NOTHING, siblings = [] } = file;
    const { records: _records, origin: _origin, judgesApplied = false, ...setting } = this.setting;
    const applied = this.appliedFiles.applied.get(path);
    const schema = this.isPast(path) ? this.past : this.schema;
    return { ...setting, path, text, beside, siblings, schema, ...neighboursOf(file, this.history), ...(applied === undefined || judgesApplied ? {} : { applied }) };
  }

  /** Says what came of a file. */
  ran({ path }: MigrationFile, { after }: Analysis): void {
    if (fileDirection(path) !== 'up') return;
    if (this.isPast(path)) this.past = inNewSession(after, this.past);
    else this.schema = inNewSession(after, this.schema);
  }

  /** Whether what a file did is there already. */
  private isPast(path: string): boolean {
    return this.setting.origin !== undefined && this.appliedFiles.applied.has(path);
  }
}

/** What a file may ask about the others of its history; nothing where it stands alone, since then nobody said what there is. */
export function neighboursOf(file: Pick<MigrationFile, 'path'>, history: HistoryIndex): { readonly neighbours?: Neighbours } {
  const position = history.files.findIndex(({ path }) => path === file.path);
  return position < 0 || history.files.length < 2 ? {} : { neighbours: new Neighbours(history, position) };
}

const NOTHING: ReadonlyMap<string, string> = new Map();

/**
 * The files that run before one file, in migration order: those of its history that come earlier, without the ones
 * that undo something.
 * @param paths any files, in any order; the file itself may be among them
 * @param beside files near them that may tell the order, by path
 * @param textOf what a file holds, which may tell it too
 */
export function earlierMigrations(path: string, paths: readonly string[], beside = NOTHING, textOf?: TextOf): string[] {
  const all = (paths.includes(path) ? paths : [...paths, path]).map((one) => ({ path: one }));
  const groups = joinedHistories(histories(all).map((group) => group.map((file) => file.path)), beside, textOf);
  const ordered = inMigrationOrder(groups.find((group) => group.includes(path)) ?? [path], beside, textOf);
  return ordered.slice(0, ordered.indexOf(path)).filter((other) => fileDirection(other) === 'up');
}

/** The files of one history that do not undo something, in migration order. */
export function upMigrations(paths: readonly string[], beside = NOTHING, textOf?: TextOf): string[] {
  return inMigrationOrder(paths, beside, textOf).filter((path) => fileDirection(path) === 'up');
}

type TextOf = (path: string) => string | undefined;

interface Step {
  readonly path: string;
  readonly text: string;
  readonly beside: ReadonlyMap<string, string> | undefined;
  readonly before: Schema;
  readonly after: Schema;
}

/**
 * What exists before a file, worked out from the files before it and remembered by their content: when one of them
 * changes, only it and what follows is replayed.
 */
export class SchemaHistory {
  private steps: readonly Step[] = [];
  private setting: { readonly version: number; readonly tool: string | undefined } | undefined;

  constructor(private readonly memo: AnalysisMemo) {}

  /**
   * What exists after all the given files ran. The same files give the same object.
   * @param earlier in migration order, e.g. as {@link earlierMigrations} gives them
   * @param base what exists before the first
   */
  after(earlier: readonly MigrationFile[], base: Schema, setting: { readonly target: Target; readonly tool: string | undefined }): Schema {
    const { version } = setting.target;
    if (this.setting?.version !== version || this.setting.tool !== setting.tool) {
      this.steps = [];
      this.setting = { version, tool: setting.tool };
    }
    const steps: Step[] = [];
    let schema = base;
    for (const [index, file] of earlier.entries()) {
      const { path, text, beside } = file;
      const known = this.steps[index];
      const same = known?.before === schema && known.path === path && known.text === text && known.beside === beside;
      const step = same ? known : { path, text, beside, before: schema, after: this.replayed(file, schema, version, setting.tool) };
      steps.push(step);
      schema = step.after;
    }
    // A question about an earlier file leaves what is known of later ones in place.
    const beyond = this.steps[steps.length];
    this.steps = beyond?.before === schema ? [...steps, ...this.steps.slice(steps.length)] : steps;
    return schema;
  }

  private replayed(file: MigrationFile, schema: Schema, version: number, tool: string | undefined): Schema {
    const script = toolFor(file, tool).read(file);
    return inNewSession(replay(script, schema, { path: file.path, version }, this.memo).after, schema);
  }
}

/**
 * What exists before all migrations, from DDL: the output of `pg_dump --schema-only`, structure.sql, schema.sql. It is
 * taken to be the whole database, and nothing in it counts as made by a migration.
 */
export function schemaFromDdl(file: MigrationFile, target: Target, memo: AnalysisMemo): { readonly schema: Schema; readonly problems: readonly Problem[] } {
  const script = plain.read(file);
  const base: Schema = { ...UNKNOWN_SCHEMA, complete: true };
  const { after, problems } = replay(script, base, { path: file.path, version: target.version }, memo);
  return {
    schema: {
      ...inNewSession(after, base),
      relations: after.relations.map((relation) => ({ ...relation, origin: undefined })),
      types: after.types.map((type) => ({ ...type, origin: undefined })),
    },
    problems: [...script.problems, ...problems],
  };
}

/** The schema as the next file finds it: the search_path that a file sets (pg_dump empties it) ends with its session. */
function inNewSession(after: Schema, { searchPath }: Schema): Schema {
  return after.searchPath === searchPath ? after : { ...after, searchPath };
}
