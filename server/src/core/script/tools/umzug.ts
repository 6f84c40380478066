import { codeTool, SCRIPTS } from '../code/tool';
import { SEQUELIZE_META } from './applied-tables';
import { SEQUELIZE } from './sequelize';

/** Umzug: what its migrations are given is up to the project; those that get something with `query` are read. */
export const umzug = codeTool({
  tool: 'umzug',
  title: 'Umzug',
  about: {
    files: 'JavaScript or TypeScript with `up = async ({ context }) => …`',
    transaction: 'None but those that the code opens; each call is a query of its own.',
    optOut: 'Not needed.',
    understands: 'SQL in `….query(…)`',
    run: '3.8.2 from npm',
  },
  languages: SCRIPTS,
  ordersByLetters: true,
  marks: [/\{\s*(?:name\s*,\s*)?context\b|\bumzug\b/iu, /\bup\b/u],
  sureness: 0.85,
  ...SEQUELIZE,
  applied: SEQUELIZE_META,
  examples: [
    {
      title: 'The context is what the project puts there',
      path: 'migrations/2024.01.01.index.js',
      text: "exports.up = async ({ context: db }) => {\n  await db.query('CREATE INDEX CONCURRENTLY i ON users (email)');\n};\n\nexports.down = async ({ context: db }) => {\n  await db.query('DROP INDEX CONCURRENTLY i');\n};\n",
      fails: [],
    },
  ],
});
