import { eolOf, linesOf, listed, numberOf, segmentOf } from '../parts';
import type { Direction, MigrationTool, Segment } from '../script';
import { partWayBack } from '../way-back';
import type { Part } from '../parts';

const SEPARATOR = /^---- create above \/ drop below ----\s*$/u;
const NO_TRANSACTION = /^---- tern: disable-tx ----\s*$/mu;

/** tern: what is above a line runs forwards, what is below it backwards (migrate/migrate.go). */
export const tern: MigrationTool = {
  id: 'tern',
  title: 'tern',
  about: {
    files: '`001_x.sql` with a line `---- create above / drop below ----`, or near a `tern.conf`',
    transaction: 'Each half, sent as one query.',
    optOut: 'A line `---- tern: disable-tx ----` in the half, which is then sent statement by statement',
    understands: '`{{ … }}`',
  },
  beside: () => ['.../tern.conf'],
  recognise({ path, text, beside }) {
    if (/^---- (?:create above|tern: disable-tx)/mu.test(text)) return 0.9;
    return beside !== undefined && [...beside.keys()].some((known) => /(?:^|\/)tern\.conf$/u.test(known) && path.startsWith(known.replace(/tern\.conf$/u, ''))) ? 0.8 : 0;
  },
  read: ({ text }) => ({ tool: 'tern', problems: [], segments: halves(text).map(({ direction, start, end }) => half(text, start, end, direction)) }),
  optOut({ text }, { wrapper, offset }) {
    if (wrapper === 'none') return undefined;
    const at = offset === 0 && text.startsWith('\uFEFF') ? 1 : offset;
    return { title: 'Add ---- tern: disable-tx ----', edits: [{ offset: at, length: 0, text: `---- tern: disable-tx ----${eolOf(text)}` }] };
  },
  wayBack: (file) => partWayBack(file, halves(file.text), '---- create above / drop below ----'),
  applied: { table: 'schema_version', columns: ['version'], rows: 'last', noted: ({ version }) => (version === null || version === undefined || version === '0' ? [] : [{ key: version, state: 'all up to' }]), keysOf: ({ path }) => listed(numberOf(path)) },
  examples: [
    {
      title: 'In the transaction of its half',
      path: 'migrations/002_age.sql',
      text: 'ALTER TABLE users ADD COLUMN age int;\nCREATE INDEX CONCURRENTLY i ON users (age);\n\n---- create above / drop below ----\n\nDROP INDEX i;\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed: '---- tern: disable-tx ----\nALTER TABLE users ADD COLUMN age int;\nCREATE INDEX CONCURRENTLY i ON users (age);\n\n---- create above / drop below ----\n\nDROP INDEX i;\n',
    },
  ],
};

function half(text: string, start: number, end: number, direction: Direction): Segment {
  const off = NO_TRANSACTION.test(text.slice(start, end));
  return segmentOf(text, start, end, { direction, wrapper: off ? 'none' : 'block', send: off ? 'statement' : 'segment' });
}

function halves(text: string): readonly Part[] {
  for (const line of linesOf(text)) {
    if (!SEPARATOR.test(line.text)) continue;
    const top: Part = { direction: 'up', mark: line, start: 0, end: line.offset };
    return [top, { direction: 'down', mark: line, start: line.end, end: text.length }];
  }
  return [{ direction: 'up', mark: { offset: 0, text: '', end: 0 }, start: 0, end: text.length }];
}
