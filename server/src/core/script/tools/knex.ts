import { callsOn } from '../code/found';
import { byStem, stemOf } from '../parts';
import { codeTool, insertion, lineEnd, replacement, SCRIPTS } from '../code/tool';
import { knexCall } from './calls/knex';
import { boundText } from '../code/sends';
import type { FileEdit } from '../script';

/** Knex: migrations in JavaScript and TypeScript. All pending ones run in one transaction (lib/migrations/migrate/Migrator.js, latest). */
export const knex = codeTool({
  tool: 'knex',
  title: 'Knex',
  about: {
    files: 'JavaScript or TypeScript with `exports.up = (knex) => …`',
    transaction: 'One around all pending files; each call is a query of its own.',
    optOut: '`exports.config = { transaction: false }` in the file; then one statement a `knex.raw`.',
    understands: 'SQL in `knex.raw`, `knex.schema.raw`, `trx.raw`; schema calls as the SQL that Knex sends',
    run: '3.1.0 from npm',
  },
  languages: SCRIPTS,
  ordersByLetters: true,
  marks: [/\bknex\b/iu, /\b(?:exports\.up|function\s+up|const\s+up|up\s*[(:=])/u],
  up: ['up'],
  down: ['down'],
  wrapper: (_direction, _bodies, text) => (CONFIG_OFF.test(text) ? 'none' : 'run'),
  takesBack: { run: 'await {p}.raw({});', words: { dropTable: 'await {p}.schema.dropTable({t});', dropColumn: 'await {p}.schema.alterTable({t}, (table) => table.dropColumn({c}));' } },
  isUnclear: (call, scope) => (call.name === 'raw' ? call.receiver !== undefined && !scope.isOperand(call) : callsOn(/(?:^|\.)schema(?:\.|$)/u, /^(?:create|drop|alter|rename|refresh|table$|view$|raw$)/u)(call, scope)),
  sends(call, scope) {
    if (call.name === 'raw' && !scope.isOperand(call)) return boundText(call.args[0], call.args[1]);
    return knexCall(call, scope);
  },
  optOut({ text }) {
    if (CONFIG_OFF.test(text)) return undefined;
    return { title: 'Run the migration without a transaction', edits: [configuration(text)] };
  },
  applied: { table: 'knex_migrations', columns: ['name', 'migration_time'], at: 'migration_time', unmistakable: true, rows: 'each', noted: byStem, keysOf: ({ path }) => [stemOf(path)] },
  examples: [
    {
      title: 'A concurrent index needs the transaction off',
      path: 'migrations/20240101120000_index.js',
      text: "exports.up = async (knex) => {\n  await knex.raw('CREATE INDEX CONCURRENTLY i ON users (email)');\n};\n\nexports.down = async (knex) => {\n  await knex.raw('DROP INDEX i');\n};\n",
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed:
        "exports.up = async (knex) => {\n  await knex.raw('CREATE INDEX CONCURRENTLY i ON users (email)');\n};\n\nexports.down = async (knex) => {\n  await knex.raw('DROP INDEX i');\n};\n\nexports.config = { transaction: false };\n",
    },
  ],
});

const CONFIG_OFF = /\bconfig\s*(?::\s*[\w.]+\s*)?=\s*\{[^}]*\btransaction\s*:\s*false\b/u;

function configuration(text: string): FileEdit {
  const config = /\bconfig\s*(?::\s*[\w.]+\s*)?=\s*\{/u.exec(text);
  if (config !== null) {
    const given = /\btransaction\s*:\s*true\b/u.exec(text.slice(config.index));
    if (given !== null) return replacement(config.index + given.index, given[0].length, 'transaction: false');
    return insertion(config.index + config[0].length, ' transaction: false,');
  }
  const isModule = /^\s*export\s/mu.test(text);
  const end = text.trimEnd().length;
  const eol = lineEnd(text);
  return insertion(end, `${eol}${eol}${isModule ? 'export const config' : 'exports.config'} = { transaction: false };`);
}
