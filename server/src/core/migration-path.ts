/** What the path of a migration file says by itself: which history it belongs to, its place in it, and its direction. */

/**
 * The history that a file belongs to: files with the same key run one after the other on the same database.
 * Usually the folder; its parent where every migration is a folder of its own (`20240101_users/migration.sql`) or
 * where the directions are folders (`up/001.sql`, `down/001.sql`).
 * @param path with forward slashes
 */
export function historyOf(path: string): string {
  return place(path).history;
}

/** Whether a file runs backwards by its name, as `001_users.down.sql`, `U1__users.sql` and `revert/users.sql` do. */
export function fileDirection(path: string): 'up' | 'down' {
  return place(path).direction;
}

/**
 * The order in which migrations of one history run: versions as numbers, then names, and a file before the one that
 * undoes it. Numbers inside names compare as numbers too, so that `part9` comes before `part10`.
 */
export function compareMigrations(a: string, b: string): number {
  const left = place(a);
  const right = place(b);
  return (
    Number(left.repeatable) - Number(right.repeatable) ||
    compareVersions(left.version, right.version) ||
    compareNatural(left.name, right.name) ||
    Number(left.direction === 'down') - Number(right.direction === 'down') ||
    compareText(a, b)
  );
}

/** The version in a file's name, its numbers without leading zeros and parted by dots: `1.2` of `V01_2__x.sql`; undefined where there is none. */
export function versionOf(path: string): string | undefined {
  const { version } = place(path);
  return version.length === 0 ? undefined : version.map((number) => number.replace(/^0+(?=\d)/u, '')).join('.');
}

/** Histories with their files in migration order; the histories themselves by their folders. */
export function histories<File extends { readonly path: string }>(files: Iterable<File>): readonly (readonly File[])[] {
  const byKey = new Map<string, File[]>();
  for (const file of files) {
    const key = historyOf(file.path);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, [file]);
    else known.push(file);
  }
  return [...byKey]
    .sort(([a], [b]) => compareNatural(a, b))
    .map(([, members]) => members.sort((a, b) => compareMigrations(a.path, b.path)));
}

/** Text compared with its runs of digits as numbers of any length. */
export function compareNatural(a: string, b: string): number {
  const left = a.match(CHUNKS) ?? [];
  const right = b.match(CHUNKS) ?? [];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = compareChunks(left[i] ?? '', right[i] ?? '');
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

const CHUNKS = /\d+|\D+/gu;

interface Place {
  readonly history: string;
  readonly direction: 'up' | 'down';
  /** Flyway's R__ files run after all versioned ones, in the order of their names. */
  readonly repeatable: boolean;
  /** The numbers that the name starts with, e.g. ['1', '2'] for `V1.2__x.sql`; empty for none. */
  readonly version: readonly string[];
  /** What remains of the name: the same for both directions of one migration. */
  readonly name: string;
}

const known = new Map<string, Place>();
const MOST_KNOWN = 50_000;

function place(path: string): Place {
  let found = known.get(path);
  if (found === undefined) {
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(path, (found = readPlace(path)));
  }
  return found;
}

const DOWN = 'down|undo|rollback|revert';
/** `001_x.down.sql`, `001_x-down.sql`, `001_x_down.sql`; the longer words only after a dot, for names such as `add_undo.sql`. */
const SUFFIX = new RegExp(`(?:[._-](?:up|down)|\\.(?:do|deploy|${DOWN}))(?=\\.[a-z]+$)`, 'iu');
/** Files of code say both directions by themselves: `20240101_count_down.rb` is none that goes down. */
const DOTTED = new RegExp(`\\.(?:up|do|deploy|${DOWN})(?=\\.[a-z]+$)`, 'iu');
/** Postgrator's `001.do.x.sql` and `001.undo.x.sql`. */
const INFIX = /(?<=^\d+)\.(?:do|undo)(?=\.)/iu;
/** Flyway's `V1.2__x.sql`, `U1_2__x.sql`; the underscore separates numbers too. */
const FLYWAY = /^([VU])(\d+(?:[._]\d+)*)__/iu;
/** What a `verify` script does it undoes itself. */
const DIRECTION_FOLDER = new RegExp(`^(?:up|deploy|verify|${DOWN})$`, 'iu');
const DOWN_WORD = new RegExp(`(?:${DOWN}|^verify)$`, 'iu');

function readPlace(path: string): Place {
  const parts = path.split('/');
  let file = parts.pop() ?? '';
  let down = false;
  const alone = /^(?:migration|up|down)(\.[a-z]+)$/iu.exec(file);
  if (alone !== null && parts.length > 0) {
    down = /^down\./iu.test(file);
    file = `${parts.pop() ?? ''}${alone[1] ?? ''}`;
  } else {
    const folder = parts.at(-1);
    if (folder !== undefined && DIRECTION_FOLDER.test(folder)) {
      down = DOWN_WORD.test(folder);
      parts.pop();
    }
    for (const marker of [INFIX, /\.sql$/iu.test(file) ? SUFFIX : DOTTED]) {
      const found = marker.exec(file)?.[0];
      if (found === undefined) continue;
      down ||= DOWN_WORD.test(found);
      file = file.replace(marker, '');
      break;
    }
  }
  const history = parts.join('/');
  if (file.startsWith('R__')) return { history, direction: 'up', repeatable: true, version: [], name: file };
  const flyway = FLYWAY.exec(file);
  const version = flyway?.[2] ?? /^\d+(?:\.\d+)*/u.exec(file)?.[0] ?? '';
  return {
    history,
    direction: down || flyway?.[1]?.toUpperCase() === 'U' ? 'down' : 'up',
    repeatable: false,
    version: version === '' ? [] : version.split(/[._]/u),
    name: file.slice((flyway?.[1]?.length ?? 0) + version.length),
  };
}

/** Numbers one by one; `1` before `1.1`; files without any number last. */
function compareVersions(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return Number(a.length === 0) - Number(b.length === 0);
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const order = compareChunks(a[i] ?? '0', b[i] ?? '0');
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareChunks(a: string, b: string): number {
  if (!isNumber(a) || !isNumber(b)) return compareText(a, b);
  const left = a.replace(/^0+(?=\d)/u, '');
  const right = b.replace(/^0+(?=\d)/u, '');
  return left.length - right.length || compareText(left, right);
}

function isNumber(chunk: string): boolean {
  const unit = chunk.charCodeAt(0);
  return unit >= 48 && unit <= 57;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
