import { callsOn } from '../code/found';
import { stemOf } from '../parts';
import { sentText } from '../code/sends';
import { codeTool, SCRIPTS } from '../code/tool';

/** db-migrate: JavaScript that is given the database. */
export const dbMigrate = codeTool({
  tool: 'db-migrate',
  title: 'db-migrate',
  about: {
    files: 'JavaScript with `exports.up = function (db) …`; its SQL files lie in `sqls/`',
    transaction: 'One around each file.',
    optOut: 'On its command line only: `--non-transactional`.',
    understands: 'SQL in `db.runSql`',
    run: '0.11.14 from npm',
  },
  languages: SCRIPTS,
  ordersByLetters: true,
  marks: [/\bdb\.runSql\b|\bdb-migrate\b|\bdbm\b/u, /\bup\b/u],
  up: ['up'],
  down: ['down'],
  wrapper: () => 'file',
  isUnclear: callsOn(/^db$/u, /^(?:runSql$|create|drop|rename|add|remove|change|insert)/u),
  sends: (call) => (call.name === 'runSql' ? sentText(call.args[0]) : undefined),
  applied: { table: 'migrations', columns: ['name', 'run_on'], at: 'run_on', rows: 'each', noted: ({ name }) => [{ key: stemOf(name ?? ''), state: 'applied' }], keysOf: ({ path }) => [stemOf(path).replace(/-(?:up|down)$/u, '')] },
  examples: [
    {
      title: 'A concurrent index cannot be built',
      path: 'migrations/20240101120000-index.js',
      text: "exports.up = function (db) {\n  return db.runSql('CREATE INDEX CONCURRENTLY i ON users (email)');\n};\n\nexports.down = function (db) {\n  return db.runSql('DROP INDEX i');\n};\n",
      fails: ['CREATE INDEX CONCURRENTLY i'],
    },
  ],
});
