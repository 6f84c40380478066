import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Finding } from '../core/analysis';
import { fixFile, type FixedFile } from '../core/fix-file';
import { HistoryRun } from '../core/folder';
import { createMemo } from '../core/memo';
import type { AnalysisInput } from '../core/analyze';
import type { Fix, Severity } from '../core/rules/rule';
import { splitIntoPhases, splitRefusal } from '../core/split-phases';
import { applyEdits } from '../core/text';
import { loadPostgresParser } from '../core/sql/postgres/parse';
import { anyAtOrAbove, EMPTY_SUMMARY, withFile } from '../reporters/reporter';
import { plural } from '../reporters/words';
import { withDatabase } from './database';
import { unifiedDiff } from './diff';
import { Failure, fileFailure } from './failure';
import { startLoading } from './loading';
import { STANDARD_INPUT } from './migrations';
import { print, warn } from './output';
import { baseSchema, openProject, type SharedOptions } from './project';
import { ruleById } from './rule-names';
import { openSources, type Source } from './source';
import { encode } from './text-file';

export interface FixOptions extends SharedOptions {
  readonly review?: boolean;
  readonly phases?: boolean;
  readonly dryRun?: boolean;
  readonly rule?: readonly string[];
  readonly failOn: Severity | 'never';
  readonly stdinFilename?: string;
}

/**
 * `lockscope fix`: applies fixes until none applies any more and writes the files; with --dry-run prints a unified diff
 * instead. Standard input is answered on standard output.
 * @returns the exit status, by what is left: 1 for anything at or above --fail-on, 2 where something could not be read
 */
export async function fix(paths: readonly string[], options: FixOptions): Promise<number> {
  const parser = startLoading(loadPostgresParser);
  const choose = chooser(options);
  const own = openProject(paths, options);
  const sources = await openSources(paths, own, options.stdinFilename);
  const project = await withDatabase(own, options, parser, () => sources.words());
  await parser;
  const memo = createMemo();
  let schema = baseSchema(project, memo);
  let summary = EMPTY_SUMMARY;
  const done = { fixes: 0, files: 0 };
  for (const history of sources.histories) {
    const files = [...sources.read(history)];
    const run = new HistoryRun(files, schema, project.setting);
    if (run.appliedFiles.unknown !== undefined) warn(run.appliedFiles.unknown);
    for (const source of files) {
      const input = run.inputOf(source);
      // What has been applied stays as it is: its tool knows its text by a checksum.
      const mended = fixFile(input, choose, memo);
      const fixed = options.phases === true && input.applied === undefined ? inPhases(mended, input) : mended;
      run.ran(source, fixed.analysis);
      summary = withFile(summary, fixed.analysis);
      done.fixes += fixed.count;
      done.files += fixed.count > 0 ? 1 : 0;
      if (options.dryRun === true) print(difference(source, fixed));
      else deliver(source, fixed);
    }
    if (history.continues) schema = run.schema;
  }
  const left = Object.values(summary.findings).reduce((sum, count) => sum + count, 0);
  const fixes = done.fixes === 0 ? 'nothing to fix' : `${plural(done.fixes, 'finding')} ${options.dryRun === true ? 'would be ' : ''}fixed in ${plural(done.files, 'file')}`;
  warn(`${fixes}; ${left === 0 ? 'none' : plural(left, 'finding')} left`);
  if (sources.failed()) return 2;
  return anyAtOrAbove(summary, options.failOn) ? 1 : 0;
}

/** Which fix of a finding is wanted: the preferred one of those that may be applied unseen, or with --review the first. */
function chooser({ review, rule }: FixOptions): (finding: Finding) => Fix | undefined {
  const wanted = rule === undefined ? undefined : new Set(rule.map((id) => ruleById(id).id));
  return (finding) => {
    if (wanted !== undefined && !wanted.has(finding.rule)) return undefined;
    const fixes = finding.fixes();
    return fixes.find((candidate) => candidate.safety === 'safe') ?? (review === true ? fixes[0] : undefined);
  };
}

/** A file that was mended, split into phases where it has several. */
function inPhases(mended: FixedFile, input: AnalysisInput): FixedFile {
  const { text, created, count } = mended;
  const split = splitIntoPhases({ ...input, text });
  if (split === undefined) {
    const reason = splitRefusal({ ...input, text });
    if (reason !== undefined) warn(`${input.path}: not split into phases: ${reason}`);
    return mended;
  }
  const first = applyEdits(text, split.edits);
  const files = new Map([...created, ...(split.files ?? []).map((file): [string, string] => [file.path, file.text])]);
  return { ...mended, text: first, count: count + 1, created: files };
}

function deliver({ location, text, encoding, beside }: Source, fixed: FixedFile): void {
  if (location === STANDARD_INPUT) {
    print(fixed.text);
    return;
  }
  for (const [path, content] of fixed.created) {
    // A path without a folder lies beside the file it belongs to.
    const place = path.includes('/') ? path : join(dirname(location), path);
    // What a tool's own file held was seen, and is kept in the new text.
    if (existsSync(place) && beside?.has(path) !== true) throw new Failure(`${place}: a fix wants to create this file, but it exists`);
    write(place, Buffer.from(content, 'utf8'));
  }
  if (fixed.text !== text) write(location, encode({ text: fixed.text, encoding }));
}

function write(path: string, bytes: Buffer): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  } catch (error) {
    throw fileFailure(path, error);
  }
}

function difference(source: Source, fixed: FixedFile): string {
  const created = [...fixed.created].map(([path, content]) => {
    const known = source.beside?.get(path);
    return unifiedDiff(known === undefined ? undefined : path, path, known ?? '', content);
  });
  return unifiedDiff(source.path, source.path, source.text, fixed.text) + created.join('');
}
