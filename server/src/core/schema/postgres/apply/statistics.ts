import type { CreateStatsStmt } from '@pgsql/types';
import { nameParts, objectName, type ObjectName } from '../../names';
import { newObjectName, relationName } from '../resolve';
import { strings } from '../walk';
import { changeTable, including, isTable, knownOrPartial, type Applying } from './applying';
import { chooseConstraintName, indexColumnNames, nameAddition } from './generated-names';

/** CREATE STATISTICS; without a name it gets one of its table and columns (ChooseExtendedStatisticName, src/backend/commands/statscmds.c). */
export function createStatistics(stmt: CreateStatsStmt, at: Applying): void {
  const from = stmt.relations?.[0];
  if (from === undefined || !('RangeVar' in from)) return;
  const table = relationName(from.RangeVar, at.editor);
  const known = knownOrPartial(at, table);
  if (known === undefined) return;
  const parts = strings(stmt.defnames);
  const name = parts.length > 0 ? newObjectName(parts, at.editor) : generatedName(stmt, table, known.statistics);
  changeTable(at, table, (own) => ({ ...own, statistics: including(own.statistics, name) }));
}

function generatedName(stmt: CreateStatsStmt, table: ObjectName, taken: readonly ObjectName[]): ObjectName {
  const { schema, name } = nameParts(table);
  const columns = indexColumnNames((stmt.exprs ?? []).flatMap((node) => ('StatsElem' in node ? [node.StatsElem] : [])));
  const names = taken.map((other) => ({ name: nameParts(other).name }));
  return objectName(schema, chooseConstraintName(names, name, nameAddition(columns), 'stat'));
}

/** The table that a statistics object belongs to, and the object's exact name. */
export function statisticsNamed(at: Applying, parts: readonly string[]): { readonly table: ObjectName; readonly name: ObjectName } | undefined {
  const last = parts[parts.length - 1] ?? '';
  const wanted = parts[parts.length - 2];
  const path = at.editor.searchPath;
  for (const relation of at.editor.allRelations()) {
    if (!isTable(relation)) continue;
    for (const name of relation.statistics) {
      const own = nameParts(name);
      if (own.name === last && (wanted === undefined ? path.includes(own.schema) : own.schema === wanted)) return { table: relation.name, name };
    }
  }
  return undefined;
}

/** DROP STATISTICS. */
export function dropStatistics(at: Applying, parts: readonly string[]): void {
  const found = statisticsNamed(at, parts);
  if (found !== undefined) changeTable(at, found.table, (own) => ({ ...own, statistics: own.statistics.filter((name) => name !== found.name) }));
}

/** ALTER STATISTICS … RENAME, SET SCHEMA. */
export function renameStatistics(at: Applying, parts: readonly string[], change: (name: ObjectName) => ObjectName): void {
  const found = statisticsNamed(at, parts);
  if (found === undefined) return;
  changeTable(at, found.table, (own) => ({ ...own, statistics: own.statistics.map((name) => (name === found.name ? change(name) : name)) }));
}
