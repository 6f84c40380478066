import { eolOf, hasStatements, type Part } from './parts';
import type { ToolFile, WayBack } from './script';

/**
 * The way back of a file that holds both directions.
 * @param mark the line that begins the down part
 */
export function partWayBack({ text }: ToolFile, parts: readonly Part[], mark: string): WayBack {
  const down = parts.find(({ direction }) => direction === 'down');
  return {
    exists: parts.some(({ direction, start, end }) => direction === 'down' && hasStatements(text.slice(start, end))),
    write(statements) {
      const eol = eolOf(text);
      const sql = statements.map((statement) => ended(statement) + eol).join('');
      const closed = text === '' || /[\r\n]$/u.test(text);
      if (down !== undefined) return { edits: [{ offset: down.start, length: 0, text: `${down.start === text.length && !closed ? eol : ''}${sql}` }] };
      return { edits: [{ offset: text.length, length: 0, text: `${closed ? '' : eol}${eol}${mark}${eol}${sql}` }] };
    },
  };
}

/** The way back of a file that has another one for it; undefined where nobody looked whether that is there. */
export function fileWayBack({ text, beside }: ToolFile, path: string): WayBack | undefined {
  if (beside === undefined) return undefined;
  return {
    exists: hasStatements(beside.get(path) ?? ''),
    write: (statements) => ({ edits: [], files: [{ path, text: statements.map((statement) => ended(statement) + eolOf(text)).join('') }] }),
  };
}

/** A statement with its semicolon; a comment has none. */
function ended(statement: string): string {
  return statement.startsWith('--') ? statement : `${statement};`;
}
