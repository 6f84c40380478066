import type { Node } from '@pgsql/types';
import type { ObjectName, RelationName } from '../names';
import type { SchemaView } from '../view';

export type Volatility = 'immutable' | 'stable' | 'volatile';

/** How volatile an expression is: that of its most volatile function; `unknown` where it calls a function nobody declared. */
export function volatilityOf(expression: Node, schema: SchemaView): Volatility | 'unknown' {
  void expression;
  void schema;
  throw new Error('not written yet');
}

/** A relation that a query or expression mentions, and how. */
export interface Mention {
  readonly relation: RelationName;
  /** `update`: target of INSERT, UPDATE, DELETE, MERGE; `lock`: FOR UPDATE and its kin; `read`: everything else. */
  readonly use: 'read' | 'lock' | 'insert' | 'update' | 'delete' | 'merge';
}

/** All relations that a query mentions, in CTEs and subqueries too; names of CTEs are not relations. */
export function relationsIn(query: Node, schema: SchemaView): readonly Mention[] {
  void query;
  void schema;
  throw new Error('not written yet');
}

/** Columns that an expression mentions, by name. */
export function columnsIn(expression: Node): ReadonlySet<string> {
  void expression;
  throw new Error('not written yet');
}

/** Routines that an expression or query calls. */
export function routinesIn(expression: Node, schema: SchemaView): ReadonlySet<ObjectName> {
  void expression;
  void schema;
  throw new Error('not written yet');
}
