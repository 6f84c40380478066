import { SEQUELIZE_META } from './applied-tables';
import { sequelizeCall } from './calls/options';
import { boundText } from '../code/sends';
import { codeTool, SCRIPTS } from '../code/tool';
import { callsOn, type CodeReading } from '../code/found';
import { field } from '../code/node';
import { textOf } from '../code/language';

/** How the SQL of Sequelize's migrations is found; Umzug's look the same. */
export const SEQUELIZE: Pick<CodeReading, 'up' | 'down' | 'wrapper' | 'sends' | 'isUnclear' | 'takesBack' | 'region'> = {
  up: ['up'],
  down: ['down'],
  wrapper: () => 'none',
  takesBack: { run: 'await {p}.sequelize.query({});', words: { dropTable: 'await {p}.dropTable({t});', dropColumn: 'await {p}.removeColumn({t}, {c});' } },
  isUnclear: callsOn(/[qQ]ueryInterface$|[sS]equelize$|^context$|\bdb$/u, /^(?:query$|create|drop|add|remove|rename|change|bulk|insert|update|delete|upsert)/u),
  sends: (call, scope) => (call.name === 'query' && !scope.isOperand(call) ? boundText(call.args[0], call.args[1]?.kind === 'dict' ? call.args[1].entries.get('replacements') : undefined) : sequelizeCall(call, scope)),
  region(node, { code }) {
    if (node.type !== 'call_expression') return undefined;
    const called = field(node, 'function');
    const isTransaction = called !== undefined && textOf(code, called).endsWith(".transaction");
    return isTransaction && (field(node, 'arguments')?.children.some(({ type }) => type.includes('function')) ?? false) ? { wrapper: 'file' } : undefined;
  },
};

/** Sequelize's command line: migrations in JavaScript and TypeScript, without a transaction but those that the code opens. */
export const sequelize = codeTool({
  tool: 'sequelize',
  title: 'Sequelize',
  about: {
    files: 'JavaScript or TypeScript with `up: async (queryInterface) => …`',
    transaction: 'None but those that the code opens with `sequelize.transaction(…)`; each call is a query of its own.',
    optOut: 'Not needed; a statement that cannot run in a transaction stands outside of `sequelize.transaction(…)`.',
    understands: 'SQL in `sequelize.query`; schema calls as the SQL that Sequelize sends',
    run: '6.37.7 from npm',
  },
  languages: SCRIPTS,
  ordersByLetters: true,
  marks: [/\bqueryInterface\b|\bQueryInterface\b/u, /\bup\b/u],
  ...SEQUELIZE,
  applied: SEQUELIZE_META,
  examples: [
    {
      title: 'Outside of a transaction',
      path: 'migrations/20240101120000-index.js',
      text: "module.exports = {\n  async up(queryInterface) {\n    await queryInterface.sequelize.query('CREATE INDEX CONCURRENTLY i ON users (email)');\n  },\n  async down(queryInterface) {\n    await queryInterface.sequelize.query('DROP INDEX CONCURRENTLY i');\n  },\n};\n",
      fails: [],
    },
    {
      title: 'Inside of one that the code opens',
      path: 'migrations/20240101120000-index.js',
      text: "module.exports = {\n  up: (queryInterface) =>\n    queryInterface.sequelize.transaction(async (transaction) => {\n      await queryInterface.sequelize.query('CREATE INDEX CONCURRENTLY i ON users (email)', { transaction });\n    }),\n  down: async () => {},\n};\n",
      fails: ['CREATE INDEX CONCURRENTLY i'],
    },
  ],
});
