import type { CreateTableAsStmt, Node, RefreshMatViewStmt, RuleStmt, ViewStmt } from '@pgsql/types';
import { displayName } from '../../schema/names';
import { newRelationName, relationName } from '../../schema/postgres/resolve';
import type { Claims } from './claims';
import { analysed, executed } from './queries/queries';

/** CREATE [OR REPLACE] VIEW (DefineView, src/backend/commands/view.c): the query is analysed, not planned, so that only what it names is locked. */
export function viewStmt(stmt: ViewStmt, claims: Claims): void {
  const { schema } = claims;
  const mention = stmt.view ?? {};
  const replace = stmt.replace === true;
  const name = newRelationName(mention, schema);
  if (stmt.query !== undefined) analysed(stmt.query, claims, `the view ${displayName(name)} reads it`);
  if (replace && schema.relation(name) !== undefined) claims.lock(name, 'ACCESS EXCLUSIVE', 'gets another definition');
  else if (replace && !schema.complete) {
    claims.lock(name, 'ACCESS EXCLUSIVE', 'gets another definition');
    claims.depend(`${displayName(name)} is locked only if it exists.`);
  } else claims.creates(name);
  claims.act({ kind: 'create view', name, replace }, { relation: name, work: { lock: replace ? 'ACCESS EXCLUSIVE' : undefined } });
}

/** CREATE TABLE AS, CREATE MATERIALIZED VIEW, SELECT INTO (src/backend/commands/createas.c). */
export function createTableAs(stmt: CreateTableAsStmt, claims: Claims): void {
  const { schema } = claims;
  const materialized = stmt.objtype === 'OBJECT_MATVIEW';
  const name = newRelationName(stmt.into?.rel ?? {}, schema);
  const exists = schema.relation(name) !== undefined;
  const skips = stmt.into?.skipData === true || (stmt.if_not_exists === true && exists);
  if (stmt.query !== undefined) {
    const reason = `${displayName(name)} is filled from it`;
    if (skips) analysed(stmt.query, claims, reason);
    else executed(stmt.query, claims, reason);
  }
  if (!exists) claims.creates(name);
  if (materialized) claims.act({ kind: 'create materialized view', name, replace: false }, { relation: name });
  else claims.act({ kind: 'create table', name, partitionOf: undefined, references: [], hasPrimaryKey: false, as: true }, { relation: name });
}

/** REFRESH MATERIALIZED VIEW (src/backend/commands/matview.c). */
export function refreshMatView(stmt: RefreshMatViewStmt, claims: Claims): void {
  const { schema } = claims;
  const name = relationName(stmt.relation ?? {}, schema);
  const concurrently = stmt.concurrent === true;
  const withData = stmt.skipData !== true;
  const lock = concurrently ? 'EXCLUSIVE' : 'ACCESS EXCLUSIVE';
  const view = claims.lock(name, lock, concurrently ? 'its rows are brought up to date while others read' : withData ? 'its rows are computed anew' : 'it is emptied');
  const query = view?.kind === 'materialized view' ? view.query : undefined;
  if (withData) {
    if (query !== undefined) executed(query, claims, `${displayName(name)} is filled from it`);
    else if (!schema.complete) claims.depend(`The relations that ${displayName(name)} reads are locked too, ACCESS SHARE; they are not known.`);
    if (!concurrently) {
      if (view !== undefined) claims.rewrite(view);
      else if (!schema.complete) claims.rewriteUnknown(name);
    }
  }
  claims.act(
    { kind: 'refresh', concurrently, withData },
    { relation: name, work: { lock, rewrites: withData && !concurrently, scans: concurrently, because: concurrently ? 'The new rows are compared with the old ones.' : 'All rows are computed anew.' } },
  );
}

/** CREATE RULE: its actions are analysed, so their targets are locked as by the commands themselves. */
export function ruleStmt(stmt: RuleStmt, claims: Claims): void {
  const name = relationName(stmt.relation ?? {}, claims.schema);
  claims.lock(name, 'ACCESS EXCLUSIVE', 'gets a rule');
  for (const part of [stmt.whereClause, ...(stmt.actions ?? [])].filter((node): node is Node => node !== undefined)) {
    analysed(part, claims, `the rule ${stmt.rulename ?? ''} uses it`, ['old', 'new']);
  }
  claims.act({ kind: 'create rule', name: stmt.rulename ?? '' }, { relation: name, work: { lock: 'ACCESS EXCLUSIVE' } });
}
