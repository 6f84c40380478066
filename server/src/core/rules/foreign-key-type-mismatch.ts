import type { Relation, TypeReference } from '../schema/schema';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { called, calledColumn } from './words';

export const foreignKeyTypeMismatch = defineRule({
  meta: {
    id: 'foreign-key-type-mismatch',
    group: 'constraint',
    summary: 'A foreign key column has another type than the column it references',
    severity: 'warning',
    recommended: true,
    danger: 'The server accepts an `int` that references a `bigint`. Once the parent passes 2,147,483,647 no child row can name it. A wider or different type costs a cast in every check and join.',
    safeWay: 'Give both columns the same type.',
    whenToIgnore: 'The referenced values will always fit.',
    sources: ['https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK'],
    bad: [
      { schema: 'CREATE TABLE users (id bigint PRIMARY KEY); CREATE TABLE orders (user_id int);', sql: 'ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;\n' },
      { schema: 'CREATE TABLE users (id bigint PRIMARY KEY);', sql: 'ALTER TABLE orders ADD COLUMN user_id int REFERENCES users (id);\n' },
    ],
    good: [
      { schema: 'CREATE TABLE users (id bigint PRIMARY KEY); CREATE TABLE orders (user_id bigint);', sql: 'ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;\n' },
      { sql: 'ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;\n' },
    ],
  },
  kinds: ['add constraint', 'add column'],
  *find({ effects, before }) {
    for (const action of actionsOf(effects, 'add constraint', 'add column')) {
      if (action.references === undefined || action.relation === undefined) continue;
      const parent = before.relation(action.references);
      const key = primaryKey(parent);
      const columns = action.kind === 'add column' ? [action.column] : action.columns;
      for (const [at, column] of columns.entries()) {
        const from = action.kind === 'add column' ? action.type : typeOf(before.relation(action.relation), column);
        const referenced = key.length === columns.length ? key[at] : undefined;
        const to = referenced === undefined ? undefined : typeOf(parent, referenced);
        if (from !== undefined && to !== undefined && from.name !== to.name) yield { action, column, from, to };
      }
    }
  },
  say: ({ action, column, from, to }, { parsed }) => ({
    message: `${calledColumn(action.relation, column)} is ${shown(from)}, but the column of ${called(action.references)} that it references is ${shown(to)}. Give both the same type.`,
    span: headline(parsed.text, action.span),
  }),
});

function primaryKey(table: Relation | undefined): readonly string[] {
  if (table === undefined || !('constraints' in table)) return [];
  for (const constraint of table.constraints) if (constraint.kind === 'primary key') return constraint.columns;
  return [];
}

function typeOf(table: Relation | undefined, column: string): TypeReference | undefined {
  if (table === undefined || !('constraints' in table)) return undefined;
  return table.columns.find((candidate) => candidate.name === column)?.type;
}

function shown({ name }: TypeReference): string {
  const short = name.replace(/^pg_catalog\./, '');
  return { int4: 'integer', int8: 'bigint', int2: 'smallint' }[short] ?? short;
}
