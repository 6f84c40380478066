import { relative, resolve } from 'node:path';
import { ageInWords } from '../core/quantities';
import { UNKNOWN_SCHEMA } from '../core/schema/schema';
import { knownDatabase, readSnapshot, type KnownDatabase } from '../core/snapshot';
import { DatabaseError, readContents } from '../databases/database';
import { Failure } from './failure';
import { warn } from './output';
import type { Project } from './project';
import { readTextFile } from './text-file';

/** The options that name a database, or a snapshot of one. */
export interface DatabaseOptions {
  readonly databaseUrl?: string;
  readonly snapshot?: string;
}

/**
 * A project judged by a database or a snapshot of one: its schema, its sizes, and its version where nobody says another.
 * --database-url and --snapshot come first, then LOCKSCOPE_DATABASE_URL, then the configuration's snapshot; without any
 * of them the project stays as it is. Throws a {@link Failure}.
 * @param parser settles when the parser has been loaded, which goes on meanwhile
 * @param words what the files may name: of a live database no more than that is read in detail
 */
export async function withDatabase(project: Project, options: DatabaseOptions, parser: Promise<void>, words: () => ReadonlySet<string>): Promise<Project> {
  const known = await knownOf(project, options, parser, words);
  if (known === undefined) return project;
  const { setting } = project;
  const target = setting.target.source === 'default' ? known.target : setting.target;
  const past = project.schema === undefined ? { origin: UNKNOWN_SCHEMA } : {};
  return { ...project, setting: { ...setting, target, statistics: known.statistics, ...(known.applied === undefined ? {} : { records: known.applied, ...past }) }, base: known.schema };
}

async function knownOf({ configuration, root }: Project, { databaseUrl, snapshot }: DatabaseOptions, parser: Promise<void>, words: () => ReadonlySet<string>): Promise<KnownDatabase | undefined> {
  if (databaseUrl !== undefined && snapshot !== undefined) throw new Failure('--database-url and --snapshot: give one of them');
  if (snapshot !== undefined) return fromFile(snapshot, parser);
  const url = databaseUrl ?? urlOfEnvironment();
  if (url !== undefined) {
    // Some tools' files are read with it.
    await parser;
    return fromServer(url, words());
  }
  return configuration.snapshot === undefined ? undefined : fromFile(relative('', resolve(root, configuration.snapshot)), parser);
}

/** The connection URL that the environment gives; an empty one counts as none. */
export function urlOfEnvironment(): string | undefined {
  const url = process.env.LOCKSCOPE_DATABASE_URL;
  return url === undefined || url === '' ? undefined : url;
}

/** The live database that a command reads: none where a snapshot is given instead. */
export function urlOf({ databaseUrl, snapshot }: DatabaseOptions): string | undefined {
  return snapshot === undefined ? (databaseUrl ?? urlOfEnvironment()) : undefined;
}

async function fromServer(url: string, words: ReadonlySet<string>): Promise<KnownDatabase> {
  const { version, ...contents } = await contentsOf(url, words);
  return knownDatabase({ ...contents, server: { dialect: 'postgresql', version } }, 'connection');
}

/** Reads a live database. Throws a {@link Failure} that says in plain words why that does not work. */
export async function contentsOf(url: string, words?: ReadonlySet<string>): ReturnType<typeof readContents> {
  try {
    return await readContents(url, words);
  } catch (error) {
    throw error instanceof DatabaseError ? new Failure(`database: ${error.message}`) : error;
  }
}

/** The largest snapshot that is read, in bytes: one of 60,000 tables takes about half of it. */
const MOST_BYTES = 200 * 1024 * 1024;

async function fromFile(path: string, parser: Promise<void>): Promise<KnownDatabase> {
  const read = readSnapshot(readTextFile(path, MOST_BYTES).text);
  if (!read.ok) throw new Failure(`${path}: ${read.problem}`);
  const { snapshot } = read;
  warn(`judging by ${path}, a snapshot of ${ageInWords((Date.now() - Date.parse(snapshot.takenAt)) / 1000)} (PostgreSQL ${String(snapshot.server.version)})`);
  await parser;
  return knownDatabase(snapshot, 'snapshot');
}
