import { estimateMigration } from '../core/estimate/migration';
import { analyze } from '../core/analyze';
import { HistoryRun } from '../core/folder';
import { createMemo } from '../core/memo';
import type { Severity } from '../core/rules/rule';
import type { RelationName } from '../core/schema/names';
import { loadPostgresParser } from '../core/sql/postgres/parse';
import { jsonReporter } from '../reporters/json';
import { prettyReporter } from '../reporters/pretty';
import { anyAtOrAbove, EMPTY_SUMMARY, withFile, type Reporter, type Terminal } from '../reporters/reporter';
import { urlOf, withDatabase } from './database';
import { Failure } from './failure';
import { violationsIn } from './violations';
import { startLoading } from './loading';
import { print, terminal, warn } from './output';
import { keptCalibration } from './kept-calibration';
import { baseSchema, openProject, type Project, type SharedOptions } from './project';
import { ProjectCode } from './project-code';
import { openSources } from './source';

export interface CheckOptions extends SharedOptions {
  readonly format: Format;
  readonly failOn: Severity | 'never';
  readonly stdinFilename?: string;
  readonly calibration?: string;
  readonly judgeApplied?: boolean;
  readonly checkData?: boolean;
}

/** The output formats; a new one is a reporter and a line here. */
const REPORTERS = {
  pretty: prettyReporter,
  json: jsonReporter,
} satisfies Readonly<Record<string, (terminal: Terminal) => Reporter>>;

export type Format = keyof typeof REPORTERS;

/**
 * `lockscope check`: analyses files and prints what was found, file by file.
 * @returns the exit status: 1 for anything at or above --fail-on, 2 where something could not be read
 */
export async function check(paths: readonly string[], options: CheckOptions): Promise<number> {
  const parser = startLoading(loadPostgresParser);
  const own = openProject(paths, options);
  const sources = await openSources(paths, own, options.stdinFilename);
  const project = withCalibration(await withDatabase(own, options, parser, () => sources.words()), options.calibration);
  await parser;
  const reporter = REPORTERS[options.format](terminal());
  const code = new ProjectCode(project.root, sources.histories);
  const url = options.checkData === true ? urlOf(options) : undefined;
  if (options.checkData === true && url === undefined) throw new Failure('--check-data: which database? Give --database-url, or set LOCKSCOPE_DATABASE_URL');
  let schema = baseSchema(project, createMemo());
  let summary = EMPTY_SUMMARY;
  print(reporter.start(project.setting.target));
  for (const history of sources.histories) {
    const run = new HistoryRun([...sources.read(history)], schema, { ...project.setting, judgesApplied: options.judgeApplied === true });
    if (run.appliedFiles.unknown !== undefined) warn(run.appliedFiles.unknown);
    const changed = new Set<RelationName>();
    for (const file of run.files) {
      const input = run.inputOf(file);
      const first = analyze(input, createMemo());
      const violations = url === undefined || first.applied !== undefined ? undefined : await violationsIn(first, changed, url);
      const analysed = violations === undefined ? first : analyze({ ...input, statistics: { ...input.statistics, violationsOf: violations } }, createMemo());
      run.ran(file, analysed);
      const analysis = await code.mentionedIn(analysed);
      summary = withFile(summary, analysis);
      print(reporter.file(analysis, () => estimateMigration(analysis, project.setting.statistics)));
    }
    if (history.continues) schema = run.schema;
  }
  print(reporter.end(summary));
  if (sources.failed()) return 2;
  return anyAtOrAbove(summary, options.failOn) ? 1 : 0;
}

/** A project whose times are those of a server that a file tells of. */
function withCalibration(project: Project, path: string | undefined): Project {
  if (path === undefined) return project;
  const { setting } = project;
  return { ...project, setting: { ...setting, statistics: { ...setting.statistics, calibration: keptCalibration(path) } } };
}
