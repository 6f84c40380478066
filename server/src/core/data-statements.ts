import type { Analysis, StatementAnalysis } from './analysis';

/** A statement that changes rows, as a server is asked about it. */
export interface DataStatement {
  readonly text: string;
  /** Where its names are looked up. */
  readonly searchPath: readonly string[];
}

/** More of them than this are not asked about for one file. */
const MOST = 200;
/** Longer ones, in UTF-16 units, are lists of values: nobody needs to ask how many rows those are. */
const LONGEST = 50_000;

/** The statements of a file whose number of rows only the data can tell: UPDATE, DELETE, MERGE and INSERT … SELECT of tables that were there before. */
export function dataStatements({ statements }: Analysis): readonly DataStatement[] {
  const found: DataStatement[] = [];
  for (const statement of statements) {
    if (found.length >= MOST) break;
    const asked = dataStatement(statement);
    if (asked !== undefined) found.push(asked);
  }
  return found;
}

function dataStatement({ parsed, effects, segment, version }: StatementAnalysis): DataStatement | undefined {
  if (!parsed.ok || segment.direction === 'down' || parsed.text.length > LONGEST || !KINDS.has(parsed.nodeKind)) return undefined;
  const changes = effects?.actions.some((action) => !action.isNew && (action.kind === 'update' || action.kind === 'delete' || action.kind === 'merge' || (action.kind === 'insert' && action.select)));
  return changes === true ? { text: parsed.text, searchPath: version.get().searchPath } : undefined;
}

const KINDS: ReadonlySet<string> = new Set(['UpdateStmt', 'DeleteStmt', 'MergeStmt', 'InsertStmt']);

/** Tells one statement from another. */
export function keyOf({ text, searchPath }: DataStatement): string {
  return `${searchPath.join()}\0${text}`;
}
