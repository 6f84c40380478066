import { field } from '../code/node';
import { textOf } from '../code/language';
import { alembicCall } from './calls/alembic';
import { sentText } from '../code/sends';
import { codeTool, insertion, lineEnd } from '../code/tool';

/** Alembic: all pending revisions run in one transaction unless transaction_per_migration is set (alembic/runtime/migration.py). */
export const alembic = codeTool({
  tool: 'alembic',
  title: 'Alembic',
  about: {
    files: 'Python with `revision = …` and `def upgrade()`',
    transaction: 'One around all pending files, unless `transaction_per_migration` is set; each call is a query of its own.',
    optOut: '`with op.get_context().autocommit_block():` around the statement; it commits what came before.',
    understands: 'SQL in `op.execute`; operations as the SQL that Alembic sends',
  },
  languages: ['python'],
  marks: [/^revision\b[^=\r\n]*=/mu, /^def\s+upgrade\b/mu],
  up: ['upgrade'],
  down: ['downgrade'],
  wrapper: () => 'run',
  sends: (call, scope) => (call.name === 'execute' && !scope.isOperand(call) ? sentText(call.args[0] ?? call.named.get('sqltext')) : alembicCall(call, scope)),
  region(node, { code }) {
    const clause = node.type === 'with_statement' ? node.children.find(({ type }) => type === 'with_clause') : undefined;
    return clause !== undefined && field(node, 'body') !== undefined && textOf(code, clause).includes('autocommit_block') ? { wrapper: 'none' } : undefined;
  },
  optOut({ text }, { call }) {
    if (call === undefined) return undefined;
    const { offset } = call.file;
    const indent = /[ \t]*$/u.exec(text.slice(0, offset))?.[0] ?? '';
    const block = `with op.get_context().autocommit_block():${lineEnd(text)}${indent}    `;
    return { title: 'Run the statement in an autocommit_block, which commits what came before', edits: [insertion(offset, block)] };
  },
  examples: [
    {
      title: 'A concurrent index needs a block of its own',
      path: 'alembic/versions/3f2a_index.py',
      text: 'from alembic import op\n\nrevision = "3f2a"\ndown_revision = None\n\n\ndef upgrade():\n    op.execute("CREATE INDEX CONCURRENTLY i ON users (email)")\n\n\ndef downgrade():\n    op.execute("DROP INDEX i")\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed:
        'from alembic import op\n\nrevision = "3f2a"\ndown_revision = None\n\n\ndef upgrade():\n    with op.get_context().autocommit_block():\n        op.execute("CREATE INDEX CONCURRENTLY i ON users (email)")\n\n\ndef downgrade():\n    op.execute("DROP INDEX i")\n',
    },
  ],
});
