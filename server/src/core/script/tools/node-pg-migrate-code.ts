import { callsOn } from '../code/found';
import { PGMIGRATIONS } from './applied-tables';
import { nodePgMigrateCall } from './calls/options';
import { sentText } from '../code/sends';
import { codeTool, insertion, lineEnd, SCRIPTS } from '../code/tool';

/** node-pg-migrate: migrations in JavaScript and TypeScript. All pending ones run in one transaction (src/runner.ts). */
export const nodePgMigrateCode = codeTool({
  tool: 'node-pg-migrate-code',
  title: 'node-pg-migrate (code)',
  about: {
    files: 'JavaScript or TypeScript with `exports.up = (pgm) => …`',
    transaction: 'One around all pending files; each call is a query of its own.',
    optOut: '`pgm.noTransaction()` in the function; then one statement a `pgm.sql`.',
    understands: 'SQL in `pgm.sql`; schema calls as the SQL that node-pg-migrate sends',
    run: '8.0.3 from npm',
  },
  languages: SCRIPTS,
  marks: [/\bpgm\b|['"]node-pg-migrate['"]/u, /\bup\b/u],
  up: ['up'],
  down: ['down'],
  wrapper: (direction, bodies) => (/\.noTransaction\s*\(/u.test(bodies[direction]) ? 'none' : 'run'),
  takesBack: { run: '{p}.sql({});', words: { dropTable: '{p}.dropTable({t});', dropColumn: '{p}.dropColumn({t}, {c});' } },
  // Without a down part it reverses what it can (src/migration.ts, applyDown).
  reverses: (call, _name, { text }) => !/\bdown\b\s*(?:[=(:]|=>)/u.test(text) && /^(?:create|add|rename|grant)/u.test(call.name),
  wayBack: (_found, { text }) => (/\bdown\s*(?::[^=]*)?=\s*false\b/u.test(text) ? { exists: true, write: () => ({ edits: [] }) } : undefined),
  isUnclear: callsOn(/^(?:pgm|builder|b)$/u, /^(?:sql$|create|drop|alter|add|rename|grant|revoke|refresh|set)/u),
  sends: (call, scope) => (call.name === 'sql' && call.receiver !== undefined && !scope.isOperand(call) ? sentText(call.args[0]) : nodePgMigrateCall(call, scope)),
  optOut({ text }, { direction }) {
    const opening = new RegExp(String.raw`\b${direction}\b\s*(?::[^=]*)?(?:=\s*)?(?:async\s*)?(?:function\s*\w*\s*)?\(?\s*(\w+)[^{]*?\{`, 'u').exec(text);
    if (opening === null) return undefined;
    const end = opening.index + opening[0].length;
    const indent = /^[ \t]+/u.exec(text.slice(end).replace(/^\s*\n/u, ''))?.[0] ?? '  ';
    return { title: 'Run the migration without a transaction', edits: [insertion(end, `${lineEnd(text)}${indent}${opening[1] ?? 'pgm'}.noTransaction();`)] };
  },
  applied: PGMIGRATIONS,
  examples: [
    {
      title: 'A concurrent index needs the transaction off',
      path: 'migrations/1700000000000_index.js',
      text: "exports.up = (pgm) => {\n  pgm.sql('CREATE INDEX CONCURRENTLY i ON users (email)');\n};\n\nexports.down = (pgm) => {\n  pgm.sql('DROP INDEX i');\n};\n",
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed: "exports.up = (pgm) => {\n  pgm.noTransaction();\n  pgm.sql('CREATE INDEX CONCURRENTLY i ON users (email)');\n};\n\nexports.down = (pgm) => {\n  pgm.sql('DROP INDEX i');\n};\n",
    },
  ],
});
