import type { Analysis } from '../core/analysis';
import { dataStatements, keyOf, type DataStatement } from '../core/data-statements';
import { countRows } from '../databases/row-counts';
import { DatabaseError } from '../databases/database';
import { warn } from './output';

/** How many rows a live database expects the statements of migrations to change. */
export class ExpectedRows {
  private known = new Map<string, number | undefined>();

  constructor(private readonly url: string | undefined) {}

  readonly of = (statement: DataStatement): number | undefined => this.known.get(keyOf(statement));

  /** Asks the database about a migration; a statement that it cannot plan, since an earlier one has yet to run, stays unknown. */
  async ask(analysis: Analysis): Promise<void> {
    const statements = dataStatements(analysis);
    if (this.url === undefined || statements.length === 0) return;
    try {
      for (const [key, rows] of await countRows(this.url, statements)) this.known.set(key, rows);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      warn(`how many rows ${analysis.path} changes was not asked: ${error.message}`);
    }
  }
}
