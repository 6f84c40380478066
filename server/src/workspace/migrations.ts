import picomatch from 'picomatch';
import { grammarOf } from '../core/script/code/grammars';
import { isCodeMigration, mayBeCodeMigration } from '../core/script/tools';
import type { DocumentSettings } from './settings';

/** Where migrations lie, in the layouts of common tools. */
export const DEFAULT_MIGRATIONS: readonly string[] = [
  '**/{migrations,migration,migrate,migrator}/**/*.sql',
  '**/{deploy,revert}/**/*.sql',
  '**/[VUR]*__*.sql',
  '**/*.{up,down}.sql',
  '**/{migration,up,down}.sql',
  // 001_users.sql, 20240101120000-users.sql
  '**/[0-9]*[_.-]*.sql',
];

/** How a migration tool marks its files, in comments at the top. */
const MARKERS = new RegExp(
  [
    String.raw`\+goose\s`,
    String.raw`\+migrate\s`,
    String.raw`migrate:(?:up|down)\b`,
    String.raw`liquibase\s+formatted\s+sql`,
    String.raw`changeset\s+\S+:\S+`,
    String.raw`atlas:\w+`,
    String.raw`rambler\s+(?:up|down)\b`,
    String.raw`(?:Deploy|Revert)\s+\S+\s+(?:to|from)\s+pg\b`,
    String.raw`!(?:Ups|Downs)\b`,
    String.raw`lockscope-ignore\b`,
  ]
    .map((marker) => `(?:${marker})`)
    .join('|')
    .replace(/^(.*)$/u, String.raw`^[ \t\uFEFF]*(?:--|#)[ \t]*(?:$1)`),
  'mu',
);

/** How much of a file is searched for a tool's mark, in UTF-16 units. */
const TOP = 4096;

/**
 * Whether a path is one of a migration: by the configured globs, else by the layouts of common tools.
 * @param path with forward slashes, from the root of its place
 */
function isMigrationPath(path: string, { configuration, globsFrom }: DocumentSettings): boolean {
  const globs = configuration.migrations;
  if (globs === undefined) return matcherOf(DEFAULT_MIGRATIONS)(path);
  if (globsFrom === '') return matcherOf(globs)(path);
  return path.startsWith(`${globsFrom}/`) && matcherOf(globs)(path.slice(globsFrom.length + 1));
}

/**
 * Whether a file is a migration: SQL by its path or a tool's mark, code by what it holds and, where globs are
 * configured, its path.
 */
export function isMigration(path: string, text: string, settings: DocumentSettings): boolean {
  if (grammarOf(path) === undefined) return isMigrationPath(path, settings) || hasToolMark(text);
  if (settings.configuration.migrations === undefined ? !mayBeCodeMigration(path) : !isMigrationPath(path, settings)) return false;
  return isCodeMigration({ path, text });
}

/** Whether a migration tool's mark stands at the top of a text. */
function hasToolMark(text: string): boolean {
  return MARKERS.test(text.slice(0, TOP));
}

type Matcher = (path: string) => boolean;

const matchers = new WeakMap<readonly string[], Matcher>();

/** Matches what one of the globs names, except for what one that starts with `!` takes out again. */
function matcherOf(globs: readonly string[]): Matcher {
  let matcher = matchers.get(globs);
  if (matcher === undefined) {
    const wanted = globs.filter((glob) => !glob.startsWith('!')).map(fromFolder);
    const unwanted = globs.filter((glob) => glob.startsWith('!')).map((glob) => fromFolder(glob.slice(1)));
    matcher = picomatch(wanted.length === 0 ? ['**'] : wanted, { dot: true, ignore: unwanted });
    matchers.set(globs, matcher);
  }
  return matcher;
}

function fromFolder(glob: string): string {
  return glob.replace(/^\.?\//u, '');
}
