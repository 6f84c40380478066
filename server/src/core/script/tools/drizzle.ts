import { asListed } from '../order';
import { eolOf, folderOf, listed, nameOf, segmentOf } from '../parts';
import type { MigrationTool, Segment } from '../script';

const BREAKPOINT = '--> statement-breakpoint';
const NAME = /^\d{4,}_.*\.sql$/u;
const FOLDER = /(?:^|\/)\d{14}_[^/]+\/migration\.sql$/u;

/** Drizzle: all pending files in one transaction, each chunk between breakpoints sent as one query (drizzle-orm, pg-core/dialect.ts, migrate). */
export const drizzle: MigrationTool = {
  id: 'drizzle',
  title: 'Drizzle',
  about: {
    files: '`0000_x.sql` with `meta/_journal.json`, or `20240102030405_x/migration.sql` with a `snapshot.json`',
    transaction: 'All pending files together; what is between breakpoints is sent as one query.',
    optOut: 'None; a chunk `COMMIT;` before the statement and one `BEGIN;` behind it end the transaction and open another',
    understands: '`--> statement-breakpoint`, the journal’s order',
    run: '0.45.4 from npm',
  },
  beside: () => ['meta/_journal.json', 'snapshot.json'],
  recognise({ path, text, beside }) {
    if (text.includes(BREAKPOINT)) return 0.9;
    const near = (name: string): boolean => beside?.has(folderOf(path) + name) === true;
    return (NAME.test(nameOf(path)) && near('meta/_journal.json')) || (FOLDER.test(path) && near('snapshot.json')) ? 0.8 : 0;
  },
  read({ text }) {
    const segments: Segment[] = [];
    for (let from = 0; from <= text.length; ) {
      const found = text.indexOf(BREAKPOINT, from);
      const to = found === -1 ? text.length : found;
      if (text.slice(from, to).trim() !== '') segments.push(segmentOf(text, from, to, { direction: 'up', wrapper: 'run', send: 'segment' }));
      if (found === -1) break;
      from = found + BREAKPOINT.length;
    }
    return { tool: 'drizzle', problems: [], segments };
  },
  optOut({ text }, { offset, text: sql }) {
    const eol = eolOf(text);
    const start = offset + (sql.length - sql.trimStart().length);
    const end = offset + sql.trimEnd().length;
    return {
      title: 'Commit before it and begin again behind it',
      edits: [
        { offset: start, length: 0, text: `COMMIT;${eol}${BREAKPOINT}${eol}` },
        { offset: end, length: 0, text: `${BREAKPOINT}${eol}BEGIN;` },
      ],
      alone: true,
    };
  },
  order({ paths, beside }) {
    const journal = [...beside].find(([path]) => /(?:^|\/)_journal\.json$/u.test(path))?.[1];
    if (journal === undefined) return undefined;
    const tags = [...journal.matchAll(/"tag"\s*:\s*"([^"]+)"/gu)].flatMap(([, tag]) => tag ?? []);
    return asListed(paths, tags, (path) => nameOf(path).replace(/\.sql$/u, ''));
  },
  applied: {
    table: 'drizzle.__drizzle_migrations',
    columns: ['created_at', 'hash'],
    rows: 'last',
    // It runs what its journal dates later than the newest row (pg-core/dialect.ts, migrate).
    noted: ({ created_at: key }) => (typeof key === 'string' ? [{ key, state: 'all up to' }] : []),
    keysOf: ({ path, beside }) => listed(journalTime(path, beside) ?? folderTime(path)),
  },
  examples: [
    {
      title: 'In the run’s transaction',
      path: 'drizzle/0001_age.sql',
      beside: { 'drizzle/meta/_journal.json': '{"entries":[{"tag":"0000_users"},{"tag":"0001_age"}]}' },
      text: 'ALTER TABLE "users" ADD COLUMN "age" integer;--> statement-breakpoint\nCREATE INDEX CONCURRENTLY "i" ON "users" ("age");--> statement-breakpoint\nALTER TABLE "users" ADD COLUMN "size" integer;\n',
      fails: ['CREATE INDEX CONCURRENTLY "i"'],
      fixed:
        'ALTER TABLE "users" ADD COLUMN "age" integer;--> statement-breakpoint\nCOMMIT;\n--> statement-breakpoint\nCREATE INDEX CONCURRENTLY "i" ON "users" ("age");--> statement-breakpoint\nBEGIN;--> statement-breakpoint\nALTER TABLE "users" ADD COLUMN "size" integer;\n',
    },
  ],
};

/** The time, in ms since 1970, that the journal gives a file. */
function journalTime(path: string, beside: ReadonlyMap<string, string> | undefined): string | undefined {
  const journal = beside?.get(`${folderOf(path)}meta/_journal.json`);
  const tag = nameOf(path).replace(/\.sql$/u, '');
  const entry = [...(journal ?? '').matchAll(/\{[^{}]*\}/gu)].find(([text]) => /"tag"\s*:\s*"([^"]*)"/u.exec(text)?.[1] === tag);
  return entry === undefined ? undefined : /"when"\s*:\s*(\d+)/u.exec(entry[0])?.[1];
}

/** The same of a folder that is named by its time, in UTC. */
function folderTime(path: string): string | undefined {
  const parts = /(?:^|\/)(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})_[^/]+\/migration\.sql$/u.exec(path)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts;
  return String(Date.UTC(year, month - 1, day, hour, minute, second));
}
