import { inverseOf, type Inverse } from '../rewrites/inverse';
import type { WayBack } from '../script/script';
import { headline } from './place';
import { defineFileRule, type FileContext, type Fix } from './rule';

export const wayBackMissing = defineFileRule({
  meta: {
    id: 'way-back-missing',
    group: 'other',
    summary: 'A migration says nothing of how to take it back',
    severity: 'info',
    recommended: true,
    danger:
      'When a release goes wrong, the quickest way out is often to take its migration back. A tool that finds no down part does nothing, or refuses; and what a migration destroyed (a dropped column, changed rows) no down part brings back.',
    safeWay: 'Write the down part while the change is fresh, and try it. What would be lost is better kept for a release: rename it first, drop it later.',
    whenToIgnore: 'You only ever go forwards: switch the rule off for the project.',
    sources: ['https://martinfowler.com/articles/evodb.html'],
    bad: [
      {
        title: 'A change that can be taken back',
        unproven: 'the down part is run by the tool, and only to go back',
        path: 'migrations/00002_age.sql',
        sql: '-- +goose Up\nALTER TABLE users ADD COLUMN age int;\nCREATE TABLE cats (id bigint PRIMARY KEY);\n',
        fixed: '-- +goose Up\nALTER TABLE users ADD COLUMN age int;\nCREATE TABLE cats (id bigint PRIMARY KEY);\n\n-- +goose Down\nDROP TABLE cats;\nALTER TABLE users DROP COLUMN age;\n',
      },
      { title: 'A down part without a statement', path: 'migrations/00002_age.sql', sql: '-- migrate:up\nALTER TABLE users DROP COLUMN age;\n\n-- migrate:down\n-- TODO\n' },
    ],
    good: [
      { path: 'migrations/00002_age.sql', sql: '-- +goose Up\nALTER TABLE users ADD COLUMN age int;\n-- +goose Down\nALTER TABLE users DROP COLUMN age;\n' },
      { title: 'Nothing to take back', path: 'migrations/00003_tidy.sql', sql: '-- +goose Up\n-- +goose NO TRANSACTION\nVACUUM users;\n' },
    ],
  },
  *findInFile(file) {
    const way = wayBackOf(file);
    if (way === undefined || way.exists) return;
    const up = file.statements.filter(({ segment }) => segment.direction === 'up');
    const [first] = up;
    // Nobody asks for the way back from a file that is not understood.
    if (first === undefined || up.some(({ effects }) => effects === undefined)) return;
    const needed = up.filter(({ segment }) => segment.reverses !== true);
    const inverse = inverseOf(needed);
    if (inverse.statements.length + inverse.lost.length + inverse.open.length === 0) return;
    yield {
      message: messageOf(inverse, way),
      span: headline(file.text, (needed[0] ?? first).span),
      fixes: () => fixOf(way, way.whole === true ? inverseOf(up) : inverse),
    };
  },
});

function messageOf({ statements, lost, open }: Inverse, { byTool = false }: WayBack): string {
  const parts = [byTool ? 'The tool cannot take this back by itself, and nothing says how.' : 'Nothing says how to take this migration back.'];
  if (lost.length > 0) parts.push(`No down part brings back ${lost.join(' and ')}.`);
  if (statements.length > 0) parts.push(`Its down part can be written from it${lost.length + open.length > 0 ? ', as far as it can be undone' : ''}.`);
  if (open.length > 0) parts.push(`What undoes ${open.join(' and ')} has to be written by hand.`);
  return parts.join(' ');
}

function wayBackOf({ script, tool, file }: FileContext): WayBack | undefined {
  return script.wayBack ?? tool.wayBack?.(file);
}

function fixOf(way: WayBack, { statements, lost, open }: Inverse): readonly Fix[] {
  if (statements.length === 0) return [];
  const notes = [...lost.map((what) => `-- Not brought back: ${what}`), ...open.map((kind) => `-- To be undone by hand: ${kind}`)];
  const written = way.write([...notes, ...statements]);
  if (written.edits.length === 0 && written.files === undefined) return [];
  return [{ title: notes.length === 0 ? 'Write the down part' : 'Write the down part, as far as it can be undone', safety: 'review', ...written }];
}
