/** Runs migration files as their tool does: its transactions opened where it opens them, sent in the pieces that it sends. */
import type pg from 'pg';
import type { Direction, MigrationTool, Segment, ToolFile } from '../../../server/src/core/script/script';
import { createParseMemo, statementsOf } from '../../../server/src/core/sql/postgres/parse';

/**
 * Applies files one after the other, each in a session of its own as far as its settings go, or takes them back.
 * @returns the server's message, or undefined where all went well
 */
export async function runFiles(client: pg.Client, tool: MigrationTool, files: readonly ToolFile[], direction: Direction = 'up'): Promise<string | undefined> {
  for (const file of files) {
    for (const unit of unitsOf(tool.read(file).segments.filter((segment) => segment.direction === direction))) {
      const error = await runUnit(client, unit);
      await client.query('ROLLBACK');
      await client.query('RESET ALL');
      if (error !== undefined) return error;
    }
  }
  return undefined;
}

function unitsOf(segments: readonly Segment[]): readonly (readonly Segment[])[] {
  const units = new Map<string, Segment[]>();
  for (const segment of segments) {
    const key = segment.unit ?? segment.direction;
    units.set(key, [...(units.get(key) ?? []), segment]);
  }
  return [...units.values()];
}

async function runUnit(client: pg.Client, segments: readonly Segment[]): Promise<string | undefined> {
  const wrapper = segments[0]?.wrapper ?? 'none';
  const around = wrapper === 'block' || wrapper === 'file' || wrapper === 'run';
  const queries = segments.flatMap(({ text, send }) => {
    const statements = statementsOf(text, createParseMemo()).map(({ parsed }) => parsed.text);
    return send === 'statement' ? statements : statements.length === 0 ? [] : [text];
  });
  for (const sql of around ? ['BEGIN', ...queries, 'COMMIT'] : queries) {
    try {
      if (wrapper === 'statement') await client.query('BEGIN');
      await client.query(sql);
      if (wrapper === 'statement') await client.query('COMMIT');
    } catch (error) {
      return `${error instanceof Error ? error.message : String(error)} in: ${sql}`;
    }
  }
  return undefined;
}
