import { blockersReport, migrationLocks } from '../core/blockers/report';
import { analyzeHistory } from '../core/folder';
import { createMemo } from '../core/memo';
import { loadPostgresParser } from '../core/sql/postgres/parse';
import { DatabaseError, readActivityOf } from '../databases/database';
import { blockersText } from '../reporters/blockers';
import { urlOfEnvironment, withDatabase } from './database';
import { Failure } from './failure';
import { startLoading } from './loading';
import { print, terminal } from './output';
import { baseSchema, openProject, type SharedOptions } from './project';
import { openSources } from './source';

export interface BlockersOptions extends SharedOptions {
  readonly format: 'pretty' | 'json';
  readonly stdinFilename?: string;
}

/**
 * `lockscope blockers`: who would block a migration now, and whom it would block.
 * @returns the exit status: 1 where somebody would block it
 */
export async function blockers(path: string, options: BlockersOptions): Promise<number> {
  const url = options.databaseUrl ?? urlOfEnvironment();
  if (url === undefined) throw new Failure('which database? Give --database-url, or set LOCKSCOPE_DATABASE_URL');
  const parser = startLoading(loadPostgresParser);
  const own = openProject([path], options);
  const sources = await openSources([path], own, options.stdinFilename);
  const project = await withDatabase(own, { databaseUrl: url }, parser, () => sources.words());
  await parser;
  const migrations = sources.histories.flatMap((history) => [...analyzeHistory(sources.read(history), baseSchema(project, createMemo()), project.setting)].filter(({ applied }) => applied === undefined).map(migrationLocks));
  if (sources.failed()) return 2;
  const migration = { locks: migrations.flatMap(({ locks }) => locks), snapshots: migrations.flatMap(({ snapshots }) => snapshots) };
  const report = blockersReport(migration, await activityOf(url), project.setting.statistics);
  print(options.format === 'json' ? `${JSON.stringify({ version: 1, ...report }, undefined, 2)}\n` : blockersText(report, terminal()));
  return report.blockers.length > 0 ? 1 : 0;
}

async function activityOf(url: string): ReturnType<typeof readActivityOf> {
  try {
    return await readActivityOf(url);
  } catch (error) {
    throw error instanceof DatabaseError ? new Failure(`database: ${error.message}`) : error;
  }
}
