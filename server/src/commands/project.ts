import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { analysisSetting, configure, parseConfiguration, readSettings, type Configuration, type Settings } from '../core/configuration';
import { schemaFromDdl, type HistorySetting } from '../core/folder';
import type { AnalysisMemo } from '../core/memo';
import { UNKNOWN_SCHEMA, type Schema } from '../core/schema/schema';
import { NO_STATISTICS } from '../core/schema/statistics';
import { TOOLS } from '../core/script/tools';
import { didYouMean } from '../core/spelling';
import { lineIndex } from '../core/text';
import { Failure, fileFailure } from './failure';
import { slashed, STANDARD_INPUT } from './migrations';
import { warn } from './output';
import { readTextFile } from './text-file';

/** The options that all commands which analyse share, as the command line gives them. */
export interface SharedOptions {
  readonly dialect?: string;
  readonly serverVersion?: string;
  readonly tool?: string;
  readonly schema?: string;
  readonly config?: string;
  readonly databaseUrl?: string;
  readonly snapshot?: string;
}

/** What a run of the command line is judged by. */
export interface Project {
  readonly configuration: Configuration;
  /** The folder of lockscope.json, or the current one. */
  readonly root: string;
  readonly setting: HistorySetting;
  /** Path of the DDL that is there before the migrations. */
  readonly schema: string | undefined;
  /** What a database or a snapshot of one has before the migrations, where there is one; DDL that is given comes first. */
  readonly base?: Schema;
}

/**
 * Finds and reads the configuration for some paths, and lets the options override it.
 * Throws a {@link Failure} for a configuration or an option that is wrong.
 */
export function openProject(paths: readonly string[], options: SharedOptions): Project {
  const file = options.config ?? findConfiguration(paths);
  const root = resolve(file === undefined ? '.' : dirname(file));
  const configuration = configure(file === undefined ? {} : readConfiguration(file), optionSettings(options));
  const { target, options: ruleOptions, severities } = analysisSetting(configuration);
  const inFile = configuration.schema === undefined ? undefined : relative('', resolve(root, configuration.schema));
  return {
    configuration,
    root,
    setting: { target, options: ruleOptions, severities, statistics: NO_STATISTICS, tool: toolOption(options.tool) },
    schema: options.schema ?? inFile,
  };
}

/** What exists before the migrations. The parser must have been loaded. */
export function baseSchema({ schema: path, setting, base }: Project, memo: AnalysisMemo): Schema {
  if (path === undefined) return base ?? UNKNOWN_SCHEMA;
  const { text } = readTextFile(path);
  const { schema, problems } = schemaFromDdl({ path: slashed(path), text }, setting.target, memo);
  const [first] = problems;
  if (first !== undefined) {
    const line = lineIndex(text).positionAt(first.span.offset).line + 1;
    const others = problems.length === 1 ? '' : ` (and ${String(problems.length - 1)} more)`;
    warn(`${path}:${String(line)}: left out of the schema: ${first.message}${others}`);
  }
  return schema;
}

/** The lockscope.json of the project that all paths are in: in their common folder or the nearest one above. */
function findConfiguration(paths: readonly string[]): string | undefined {
  const folders = paths.filter((path) => path !== STANDARD_INPUT).map(folderOf);
  let folder = folders.reduce<string | undefined>((common, next) => (common === undefined ? next : commonFolder(common, next)), undefined) ?? resolve('.');
  for (;;) {
    const path = join(folder, 'lockscope.json');
    if (existsSync(path)) return relative('', path);
    // A repository is a project; what is above it belongs to somebody else.
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) return undefined;
    folder = dirname(folder);
  }
}

function folderOf(path: string): string {
  const absolute = resolve(path);
  return statSync(absolute, { throwIfNoEntry: false })?.isDirectory() === true ? absolute : dirname(absolute);
}

function commonFolder(a: string, b: string): string {
  let folder = a;
  while (relative(folder, b).startsWith('..')) folder = dirname(folder);
  return folder;
}

function readConfiguration(path: string): Settings {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').replace(/^\u{FEFF}/u, '');
  } catch (error) {
    throw fileFailure(path, error);
  }
  const { settings, problems } = parseConfiguration(text);
  if (problems.length === 0) return settings;
  const lines = lineIndex(text);
  const messages = problems.map(({ message, span }) => {
    const { line, character } = lines.positionAt(span.offset);
    return `${path}:${String(line + 1)}:${String(character + 1)}: ${message}`;
  });
  throw new Failure(messages.join('\n'));
}

function optionSettings({ dialect, serverVersion }: SharedOptions): Settings {
  const version = serverVersion === undefined || !/^\d+(?:\.\d+)?$/u.test(serverVersion) ? serverVersion : Number(serverVersion);
  const { settings, problems } = readSettings({ dialect, serverVersion: version });
  const [problem] = problems;
  if (problem !== undefined) throw new Failure(`${problem.key === 'dialect' ? '--dialect' : '--server-version'}: ${problem.message}`);
  return settings;
}

function toolOption(tool: string | undefined): string | undefined {
  const ids = TOOLS.map(({ id }) => id);
  if (tool === undefined || ids.includes(tool)) return tool;
  throw new Failure(`--tool: unknown migration tool "${tool}".${didYouMean(tool, ids)} Lockscope knows ${ids.join(', ')}.`);
}
