import { callsOn } from '../code/found';
import { listed } from '../parts';
import { field } from '../code/node';
import { textOf } from '../code/language';
import { alembicCall } from './calls/alembic';
import { sentText } from '../code/sends';
import { codeTool, insertion, lineEnd } from '../code/tool';
import { behindTheirNeeds } from '../order';
import { folderOf } from '../parts';

/** Alembic: all pending revisions run in one transaction unless transaction_per_migration is set (alembic/runtime/migration.py). */
export const alembic = codeTool({
  tool: 'alembic',
  title: 'Alembic',
  about: {
    files: 'Python with `revision = …` and `def upgrade()`',
    transaction: 'One around all pending files, unless `transaction_per_migration` is set; each call is a query of its own.',
    optOut: '`with op.get_context().autocommit_block():` around the statement; it commits what came before.',
    understands: 'SQL in `op.execute`; operations as the SQL that Alembic sends; the order of `down_revision` and `depends_on`, branches and merges; `transaction_per_migration` in `env.py`',
    run: '1.8 from Debian 12',
  },
  languages: ['python'],
  marks: [/^revision\b[^=\r\n]*=/mu, /^def\s+upgrade\b/mu],
  up: ['upgrade'],
  down: ['downgrade'],
  wrapper: (_direction, _bodies, _text, { path, beside }) => (/^[^#\r\n]*\btransaction_per_migration\s*=\s*True\b/mu.test(beside?.get(`${folderOf(folderOf(path).slice(0, -1))}env.py`) ?? '') ? 'file' : 'run'),
  beside: () => ['../env.py'],
  order({ paths, textOf }) {
    const byRevision = new Map<string, string>();
    const needs = new Map<string, readonly string[]>();
    for (const path of paths) {
      const text = path.endsWith('.py') ? (textOf(path) ?? '') : '';
      const [revision] = namesGiven(text, 'revision');
      if (revision === undefined) continue;
      byRevision.set(revision, path);
      needs.set(path, [...namesGiven(text, 'down_revision'), ...namesGiven(text, 'depends_on')]);
    }
    if (needs.size === 0) return undefined;
    return behindTheirNeeds([...needs.keys()], (path) => (needs.get(path) ?? []).flatMap((revision) => byRevision.get(revision) ?? []));
  },
  takesBack: { run: 'op.execute({})', words: { dropTable: 'op.drop_table({t})', dropColumn: 'op.drop_column({t}, {c})', dropIndex: 'op.drop_index({i})' } },
  isUnclear: callsOn(/(?:^|\.)(?:op|batch_op|bind|conn|connection|session|get_bind\(\))$/u, /^(?:execute$|create|drop|alter|add|rename|bulk_insert$)/u),
  sends: (call, scope) => (call.name === 'execute' && !scope.isOperand(call) ? sentText(call.args[0] ?? call.named.get('sqltext')) : alembicCall(call, scope)),
  region(node, { code }) {
    const clause = node.type === 'with_statement' ? node.children.find(({ type }) => type === 'with_clause') : undefined;
    return clause !== undefined && field(node, 'body') !== undefined && textOf(code, clause).includes('autocommit_block') ? { wrapper: 'none' } : undefined;
  },
  optOut({ text }, { call }) {
    if (call === undefined) return undefined;
    const { offset, length } = call.file;
    // What a batch collects is sent when its block ends, wherever in it that stands.
    if (/^\s*batch_op\b/u.test(text.slice(offset, offset + length))) return undefined;
    const indent = /[ \t]*$/u.exec(text.slice(0, offset))?.[0] ?? '';
    const block = `with op.get_context().autocommit_block():${lineEnd(text)}${indent}    `;
    return { title: 'Run the statement in an autocommit_block, which commits what came before', edits: [insertion(offset, block)] };
  },
  applied: {
    table: 'alembic_version',
    columns: ['version_num'],
    unmistakable: true,
    rows: 'heads',
    keysOf: ({ text }) => listed(namesGiven(text, 'revision')[0]),
    parentsOf: ({ text }) => namesGiven(text, 'down_revision'),
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

/** The strings that a module's variable is given: one, or a tuple of them; none for None. */
function namesGiven(text: string, variable: string): readonly string[] {
  const given = new RegExp(String.raw`^${variable}\b[^=\r\n]*=[ \t]*(\([^)]*\)|\[[^\]]*\]|[^\r\n]*)`, 'mu').exec(text)?.[1] ?? '';
  return [...given.replace(/#[^\r\n]*/gu, '').matchAll(/(['"])([^'"]+)\1/gu)].flatMap(([, , name]) => name ?? []);
}
