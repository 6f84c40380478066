import type { Case } from '../case';
import { alterTableColumns } from './alter-table-columns';

export interface NamedCase extends Case {
  readonly file: string;
}

const FILES: Readonly<Record<string, readonly Case[]>> = {
  'alter-table-columns': alterTableColumns,
};

/** The cases that are for a major version, or all. */
export function allCases(major?: number): NamedCase[] {
  return Object.entries(FILES).flatMap(([file, cases]) =>
    cases
      .filter(({ since = 0, until = Infinity }) => major === undefined || (since <= major && major <= until))
      .map((example) => ({ file, ...example })),
  );
}
