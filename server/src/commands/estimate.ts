import type { Analysis } from '../core/analysis';
import { estimateFrom } from '../core/estimate/migration';
import { Sizes } from '../core/estimate/sizes';
import { analyzeHistory, HistoryRun } from '../core/folder';
import { createMemo } from '../core/memo';
import { NO_STATISTICS } from '../core/schema/statistics';
import type { KnownDatabase } from '../core/snapshot';
import { loadPostgresParser } from '../core/sql/postgres/parse';
import { estimateJsonReporter } from '../reporters/estimate-json';
import { estimatePrettyReporter } from '../reporters/estimate-pretty';
import { NO_TOTALS, withMigration, type EstimateReporter } from '../reporters/estimate-reporter';
import { htmlReporter, markdownReporter } from '../reporters/report/reporters';
import { calibration } from './calibration';
import { History } from '../core/estimate/history';
import { urlOf, withDatabase } from './database';
import { ExpectedRows } from './expected-rows';
import { plural } from '../reporters/words';
import { startLoading } from './loading';
import { print, terminal, warn } from './output';
import { rehearsalServer, rehearsed } from './rehearsal';
import { baseSchema, openProject, type Project, type SharedOptions } from './project';
import { openSources } from './source';

export interface EstimateOptions extends SharedOptions {
  readonly format: Format;
  readonly stdinFilename?: string;
  readonly calibrate?: boolean;
  readonly sample?: boolean;
  readonly calibration?: string;
  readonly rehearseOn?: string;
}

/** The output formats; a new one is a reporter and a line here. */
const REPORTERS = {
  pretty: () => estimatePrettyReporter(terminal()),
  json: estimateJsonReporter,
  html: ({ setting }: Project) => htmlReporter(setting.options.lockBudget),
  markdown: ({ setting }: Project) => markdownReporter(setting.options.lockBudget),
} satisfies Readonly<Record<string, (project: Project) => EstimateReporter>>;

export type Format = keyof typeof REPORTERS;

/**
 * `lockscope estimate`: says of each statement how long it runs and of each relation how long it is blocked.
 * @returns the exit status: 2 where something could not be read
 */
export async function estimate(paths: readonly string[], options: EstimateOptions): Promise<number> {
  const parser = startLoading(loadPostgresParser);
  const own = openProject(paths, options);
  const sources = await openSources(paths, own, options.stdinFilename);
  const project = await withDatabase(own, options, parser, () => sources.words());
  const { statistics } = project.setting;
  if (statistics === NO_STATISTICS) warn('no sizes are known: give --database-url or --snapshot; until then times are for each million rows');
  await parser;
  const reporter = REPORTERS[options.format](project);
  const setting = { ...project.setting, unjudged: !reporter.tellsFindings };
  let schema = baseSchema(project, createMemo());
  const { calibration: learned, past } = await calibration(options, { schema, statistics, target: project.setting.target });
  const history = History.NONE.seen(past);
  const rows = new ExpectedRows(urlOf(options));
  const stage = rehearsalServer(options.rehearseOn);
  const analyse = (known: KnownDatabase): readonly Analysis[] =>
    sources.histories
      .flatMap((folder) => [...analyzeHistory(sources.read(folder), known.schema, { ...setting, statistics: known.statistics, target: known.target })])
      .filter(({ applied: isDone }) => isDone === undefined);
  const outcomes = stage === undefined ? undefined : await rehearsed(urlOf(options), stage, { schema, statistics, target: project.setting.target }, analyse);
  const informed = { ...statistics, ...(outcomes === undefined ? {} : { rehearsed: (text: string) => outcomes.get(text) }), changedBy: rows.of, ...(learned === undefined ? {} : { calibration: learned }), ran: (text: string) => history.ranOf(text) };
  let sizes = Sizes.of(informed);
  let totals = NO_TOTALS;
  let applied = 0;
  print(reporter.start(project.setting.target));
  for (const folder of sources.histories) {
    const run = new HistoryRun([...sources.read(folder)], schema, setting);
    if (run.appliedFiles.unknown !== undefined) warn(run.appliedFiles.unknown);
    for (const analysis of run.analyses()) {
      // It will not run again.
      if (analysis.applied !== undefined) {
        applied += 1;
        continue;
      }
      await rows.ask(analysis);
      const { estimate: found, after } = estimateFrom(analysis, sizes);
      // Without a database the tables of earlier migrations have long been filled: nobody knows how far.
      if (statistics !== NO_STATISTICS) sizes = after;
      totals = withMigration(totals, found);
      print(reporter.file(analysis, found));
    }
    if (folder.continues) schema = run.schema;
  }
  print(reporter.end(totals));
  if (applied > 0) warn(`${plural(applied, 'file')} already applied, not estimated`);
  return sources.failed() ? 2 : 0;
}
