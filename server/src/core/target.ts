/** The database servers Lockscope knows. */
export type Dialect = 'postgresql' | 'mysql' | 'mariadb';

/** Which server a migration is judged for, and how that is known. */
export interface Target {
  readonly dialect: Dialect;
  /** Major version for PostgreSQL (12 and later). */
  readonly version: number;
  readonly source: 'default' | 'setting' | 'snapshot' | 'connection';
}

/** The newest PostgreSQL whose behaviour was measured; newer ones are taken to behave like it. */
export const NEWEST_POSTGRES = 18;
/** The oldest PostgreSQL whose behaviour was measured. */
export const OLDEST_POSTGRES = 12;

/** What is assumed where nobody says which server it is. */
export const DEFAULT_TARGET: Target = { dialect: 'postgresql', version: NEWEST_POSTGRES, source: 'default' };
