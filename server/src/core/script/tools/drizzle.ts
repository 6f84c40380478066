import { asListed } from '../order';
import { eolOf, folderOf, nameOf, segmentOf } from '../parts';
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
