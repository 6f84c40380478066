import type { Case } from '../case';
import { alterTableColumns } from './alter-table-columns';
import { alterTableTypes } from './alter-table-types';
import { alterTableConstraints } from './alter-table-constraints';
import { alterTableOther } from './alter-table-other';
import { partitions } from './partitions';
import { indexes } from './indexes';
import { typesDomains } from './types-domains';
import { views } from './views';
import { sequences } from './sequences';
import { triggersRulesPolicies } from './triggers-rules-policies';
import { functionsAndDo } from './functions-and-do';
import { dml } from './dml';
import { createDrop } from './create-drop';
import { maintenance } from './maintenance';

export interface NamedCase extends Case {
  readonly file: string;
}

const FILES: Readonly<Record<string, readonly Case[]>> = {
  'alter-table-columns': alterTableColumns,
  'alter-table-types': alterTableTypes,
  'alter-table-constraints': alterTableConstraints,
  'alter-table-other': alterTableOther,
  partitions,
  indexes,
  'types-domains': typesDomains,
  views,
  sequences,
  'triggers-rules-policies': triggersRulesPolicies,
  'functions-and-do': functionsAndDo,
  dml,
  'create-drop': createDrop,
  maintenance,
};

/** The cases that are for a major version, or all. */
export function allCases(major?: number): NamedCase[] {
  return Object.entries(FILES).flatMap(([file, cases]) =>
    cases
      .filter(({ since = 0, until = Infinity }) => major === undefined || (since <= major && major <= until))
      .map((example) => ({ file, ...example })),
  );
}
