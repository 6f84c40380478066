import type { Circumstance } from './store';

/** A migration of one statement. `data`: it changes rows in place, and the table is restored after it. `outside`: it cannot run in a transaction. */
export interface Case {
  readonly sql: string;
  readonly table: string;
  readonly data?: true;
  /** What takes it back, where it cannot run in a transaction. */
  readonly outside?: string;
  /** It stands for others: it is run under load, too. */
  readonly often?: true;
}

/** Tables, and the migrations that are run on them. */
export interface CaseSet {
  readonly name: SetName;
  /** The statements that make the tables, by the number of rows. */
  readonly tables: (rows: number) => readonly string[];
  readonly cases: (rows: number, circumstance: Circumstance) => readonly Case[];
  /** Tables and columns that a sample reads: numbers and texts. */
  readonly probed: readonly (readonly [table: string, column: string])[];
}

/** `fitted`: what constants of the model were fitted to; `held-out`: what none ever was. */
export type SetName = 'fitted' | 'held-out';

export const ddl = (table: string, sql: string): Case => ({ table, sql });
export const data = (table: string, sql: string): Case => ({ table, sql, data: true });
export const often = (example: Case): Case => ({ ...example, often: true });
export const outside = (table: string, sql: string, back: string): Case => ({ table, sql, outside: back });
