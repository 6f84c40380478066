import { blanked, Overlay } from '../blank';
import { delimited } from '../delimiter';
import { includedOrder, MASTER_CHANGELOGS } from './liquibase-changelogs';
import { eolOf, hasStatements, linesOf, nameOf, segmentOf, type Line } from '../parts';
import type { Edit } from '../../text';
import { neutralised } from '../psql';
import type { MigrationTool, Segment } from '../script';

const HEAD = /^\s*--[ \t]*liquibase[ \t]+formatted[ \t]+sql\b/iu;
const CHANGESET = /^[ \t]*--[ \t]*changeset[ \t]+("[^"]+"|[^\s:]+):("[^"]+"|\S+)(.*)$/iu;
const ROLLBACK = /^[ \t]*--[ \t]*rollback\b[ \t]*/iu;
/** Where the line of an offset starts. */
const lineStart = (text: string, offset: number): number => Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
const NOT_SQL = /^(?:not required|empty|changeset(?:id|author|path)?\b.*)?$/iu;
const BLOCK = /\/\*[ \t]*liquibase[ \t]+rollback\b([^]*?)\*\//giu;

/** Liquibase's formatted SQL: changesets in one file, each in a transaction (FormattedSqlChangeLogParser.java). */
export const liquibase: MigrationTool = {
  id: 'liquibase',
  title: 'Liquibase (formatted SQL)',
  about: {
    files: '`--liquibase formatted sql` at the top, `--changeset author:id`',
    transaction: 'Each changeset; statement by statement.',
    optOut: '`runInTransaction:false` on the changeset’s line',
    understands: '`--rollback` lines and blocks, `splitStatements:false` (sent as one; a block that a fix adds gets a changeset of its own with it), `endDelimiter:`, `${x}`; the order of a `db.changelog-master` in XML, YAML or JSON beside or above them',
    run: '4.28.1 from npm',
  },
  beside: () => MASTER_CHANGELOGS,
  order: includedOrder,
  recognise: ({ text }) => (HEAD.test(text.replace(/^\uFEFF/u, '')) ? 0.95 : 0),
  read: ({ text }) => ({ tool: 'liquibase', problems: [], segments: changesetsOf(text).flatMap((changeset) => segmentsOf(text, changeset)) }),
  optOut({ text }, { wrapper, offset }) {
    const changeset = changesetsOf(text).find(({ mark, end }) => mark.end <= offset && offset <= end);
    if (wrapper === 'none' || changeset === undefined) return undefined;
    const { mark } = changeset;
    const option = /\brunInTransaction:\s*"?(\w+)"?/iu.exec(mark.text);
    const edit =
      option === null
        ? { offset: mark.offset + mark.text.trimEnd().length, length: 0, text: ' runInTransaction:false' }
        : { offset: mark.offset + option.index, length: option[0].length, text: 'runInTransaction:false' };
    return { title: 'Add runInTransaction:false to the changeset', edits: [edit] };
  },
  migration(path, sql, outside) {
    const eol = eolOf(sql);
    const id = path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]*$/u, '').replace(/[^\w-]+/gu, '-');
    return [{ path, text: `--liquibase formatted sql${eol}${eol}--changeset lockscope:${id}${outside ? ' runInTransaction:false' : ''}${eol}${sql}` }];
  },
  enclosed: (text, statement) => inItsOwnChangeset(text, statement),
  wayBack(file) {
    const [changeset, ...more] = changesetsOf(file.text);
    if (changeset === undefined) return undefined;
    const body = (part: Changeset): string => file.text.slice(part.mark.end, part.end);
    const exists = [changeset, ...more].every((part) => /^[ \t]*--[ \t]*rollback\b/imu.test(body(part)) || body(part).search(BLOCK) >= 0);
    if (more.length > 0) return exists ? { exists, write: () => ({ edits: [] }) } : undefined;
    return {
      exists,
      write(statements) {
        const eol = eolOf(file.text);
        const lines = statements.filter((statement) => !statement.startsWith('--')).map((statement) => `--rollback ${statement.split(/\r\n|\r|\n/u).join(`${eol}--rollback `)};${eol}`).join('');
        return { edits: [{ offset: file.text.length, length: 0, text: `${/[\r\n]$/u.test(file.text) ? '' : eol}${lines}` }] };
      },
    };
  },
  applied: {
    table: 'databasechangelog',
    columns: ['id', 'author', 'filename'],
    at: 'dateexecuted',
    order: 'orderexecuted',
    unmistakable: true,
    rows: 'each',
    // The path is that from wherever Liquibase was started.
    noted: ({ id, author, filename }) => [{ key: `${nameOf(filename ?? '')}:${author ?? ''}:${id ?? ''}`, state: 'applied' }],
    keysOf: ({ path, text }) => changesetsOf(text).map(({ id }) => `${nameOf(path)}:${id.replaceAll('"', '')}`),
  },
  examples: [
    {
      title: 'In the changeset’s transaction',
      path: 'changelog/002.sql',
      text: '--liquibase formatted sql\n\n--changeset ann:1\nALTER TABLE users ADD COLUMN age int;\n--rollback ALTER TABLE users DROP COLUMN age;\n\n--changeset ann:2 splitStatements:true\nCREATE INDEX CONCURRENTLY i ON users (age);\n--rollback DROP INDEX i;\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed:
        '--liquibase formatted sql\n\n--changeset ann:1\nALTER TABLE users ADD COLUMN age int;\n--rollback ALTER TABLE users DROP COLUMN age;\n\n--changeset ann:2 splitStatements:true runInTransaction:false\nCREATE INDEX CONCURRENTLY i ON users (age);\n--rollback DROP INDEX i;\n',
    },
    {
      title: 'Sent as one, a delimiter, a rollback of several lines',
      path: 'changelog/003.sql',
      text: '--liquibase formatted sql\n--changeset ann:1 runInTransaction:false splitStatements:false\nSELECT 1;\nVACUUM users;\n--rollback not required\n--changeset ann:2 endDelimiter:/ runInTransaction:false\nSELECT 1\n/\nVACUUM users\n/\n--rollback CREATE TABLE a (\n--rollback   id bigint PRIMARY KEY);\n',
      fails: ['VACUUM users'],
    },
  ],
};

/** A statement with semicolons gets a changeset that is not split; what stands before and behind it in its own stays apart. */
function inItsOwnChangeset(text: string, { offset, end }: { readonly offset: number; readonly end: number }): readonly Edit[] {
  const all = changesetsOf(text);
  const own = all.find((changeset) => changeset.mark.end <= offset && offset < changeset.end);
  if (own === undefined) return [];
  const eol = eolOf(text);
  const taken = new Set(all.map(({ id }) => id));
  const mark = own.mark.text.trimEnd();
  const whole = /\bsplitStatements:\s*"?\w+"?/iu.test(mark) ? mark.replace(/\bsplitStatements:\s*"?\w+"?/iu, 'splitStatements:false') : `${mark} splitStatements:false`;
  const numbered = (line: string): string => {
    for (let number = 2; ; number++) {
      const id = own.id.replace(/"?$/u, (quote) => `-${String(number)}${quote}`);
      if (taken.has(id)) continue;
      taken.add(id);
      return line.replace(own.id, () => id);
    }
  };
  const isFirst = !hasStatements(text.slice(own.mark.end, offset));
  const begin = isFirst ? { offset: own.mark.offset, length: own.mark.text.length, text: whole } : { offset: lineStart(text, offset), length: 0, text: `${numbered(whole)}${eol}` };
  if (!hasStatements(text.slice(end, own.end))) return [begin];
  return [begin, { offset: end, length: 0, text: `${eol}${numbered(mark)}` }];
}

interface Changeset {
  readonly mark: Line;
  readonly id: string;
  readonly attributes: string;
  readonly end: number;
}

function changesetsOf(text: string): readonly Changeset[] {
  const found: Changeset[] = [];
  for (const line of linesOf(text)) {
    const match = CHANGESET.exec(line.text);
    if (match === null) continue;
    const last = found.pop();
    if (last !== undefined) found.push({ ...last, end: line.offset });
    found.push({ mark: line, id: `${match[1] ?? ''}:${match[2] ?? ''}`, attributes: match[3] ?? '', end: text.length });
  }
  return found;
}

/** The changeset's SQL, and what takes it back: that is in comments. */
function segmentsOf(text: string, { mark, id, attributes, end }: Changeset): readonly Segment[] {
  const option = (name: string): string | undefined => new RegExp(`\\b${name}:\\s*(?:"([^"]*)"|(\\S+))`, 'iu').exec(attributes)?.slice(1).find(Boolean);
  const wrapper = option('runInTransaction')?.toLowerCase() === 'false' ? ('none' as const) : ('block' as const);
  const send = option('splitStatements')?.toLowerCase() === 'false' ? ('segment' as const) : ('statement' as const);
  const up = segmentOf(text, mark.end, end, { direction: 'up', wrapper, send, unit: `up ${id} ${String(mark.offset)}` });
  const delimiter = option('endDelimiter');
  return [delimited(up, delimiter === undefined ? undefined : delimiterOf(delimiter)), ...rollbackOf(text, mark.end, end, { wrapper, unit: `down ${id} ${String(mark.offset)}` })];
}

function delimiterOf(written: string): RegExp | string {
  // It is an expression, e.g. \nGO; a plain one such as / stands alone on its line or ends one.
  try {
    return new RegExp(/^\W$/u.test(written) ? `\\${written}(?=[ \\t]*(?:\\r?\\n|$))` : written.replaceAll('\\n', '\\r?\\n'), 'gimu');
  } catch {
    return written;
  }
}

/** The rollback of a changeset: its comment lines with their marks blanked, so that no place moves. */
function rollbackOf(text: string, from: number, to: number, { wrapper, unit }: Pick<Segment, 'wrapper' | 'unit'>): readonly Segment[] {
  const stretches: (readonly [number, number])[] = [];
  for (const line of linesOf(text)) {
    if (line.offset < from) continue;
    if (line.offset >= to) break;
    const mark = ROLLBACK.exec(line.text)?.[0];
    if (mark === undefined || NOT_SQL.test(line.text.slice(mark.length).trim())) continue;
    stretches.push([line.offset + mark.length, line.offset + line.text.length]);
  }
  for (const match of text.slice(from, to).matchAll(BLOCK)) {
    const start = from + match.index + match[0].length - (match[1]?.length ?? 0) - 2;
    stretches.push([start, from + match.index + match[0].length - 2]);
  }
  const [first] = stretches;
  const last = stretches.at(-1);
  if (first === undefined || last === undefined) return [];
  const overlay = new Overlay(text.slice(first[0], last[1]));
  let at = first[0];
  for (const [start, stop] of stretches) {
    overlay.put(at - first[0], blanked(text.slice(at, start)));
    at = stop;
  }
  return [{ ...neutralised(overlay.toString()), offset: first[0], direction: 'down', wrapper, send: 'statement', ...(unit === undefined ? {} : { unit }), linePrefix: '--rollback ' }];
}
