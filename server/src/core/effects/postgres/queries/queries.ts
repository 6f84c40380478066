import type { Node } from '@pgsql/types';
import { rangesIn } from '../../../schema/postgres/relations-in';
import { relationName } from '../../../schema/postgres/resolve';
import { walk } from '../../../schema/postgres/walk';
import type { Claims } from '../claims';
import { withChildren } from '../relations';
import { followCalls } from './calls';
import { change } from './changes';
import { conditionsIn, MODES, NO_CONDITION, NO_CONDITIONS, open, type Depth } from './open';

export { followCalls } from './calls';

/** A query that is only analysed: the definition of a view, for example. */
export function analysed(query: Node, claims: Claims, reason: string, pseudo: readonly string[] = []): void {
  follow(query, 'analysed', claims, reason, pseudo);
}

/** A query that is analysed and rewritten: the body of a new SQL function, PREPARE. */
export function rewritten(query: Node, claims: Claims, reason: string): void {
  follow(query, 'rewritten', claims, reason, []);
}

/** A query that is planned but not run: EXPLAIN. */
export function planned(query: Node, claims: Claims, reason: string): void {
  follow(query, 'planned', claims, reason, []);
}

/** A query that runs. */
export function executed(query: Node, claims: Claims, reason: string): void {
  follow(query, 'executed', claims, reason, []);
}

const DONE = { read: undefined, lock: 'locks rows of it', insert: 'inserts rows', update: 'updates rows', delete: 'deletes rows', merge: 'changes rows' } as const;

function follow(query: Node, depth: Depth, claims: Claims, reason: string, pseudo: readonly string[]): void {
  const conditions = depth === 'planned' || depth === 'executed' ? conditionsIn(query) : NO_CONDITIONS;
  // The subject first: what is changed before what is read.
  const ranges = [...rangesIn(query)].sort((a, b) => Number(b.use !== 'read') - Number(a.use !== 'read'));
  for (const { range, use } of ranges) {
    if (range.schemaname === undefined && pseudo.includes(range.relname ?? '')) continue;
    const name = relationName(range, claims.schema);
    const why = DONE[use] ?? reason;
    if (use === 'insert') claims.lock(name, 'ROW EXCLUSIVE', why);
    else open(name, withChildren(range), MODES[use], conditions.get(range) ?? NO_CONDITION, depth, claims, why);
  }
  if (depth === 'analysed') return;
  walk(query, (kind, body) => {
    if (kind === 'InsertStmt' || kind === 'UpdateStmt' || kind === 'DeleteStmt' || kind === 'MergeStmt') {
      change({ [kind]: body } as unknown as Node, depth, claims, (action, why) => {
        follow(action, depth, claims, why, []);
      });
    }
  });
  if (depth === 'executed') followCalls(query, claims);
}

