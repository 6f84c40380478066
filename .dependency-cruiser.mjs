/** Who may import whom, with the reason. `npm run lint:imports` holds these lines; so does `npm test`. */
const CORE = '^server/src/core/';
/** What V8 lends to whoever asks it. */
const ENGINE = '^server/src/engine\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Modules that need each other are one module or lack a third.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'core-is-pure',
      comment: 'The core computes; it touches no file, socket, clock, editor or protocol, and so cannot fail for their reasons.',
      severity: 'error',
      from: { path: CORE },
      to: { pathNot: [CORE, '^node_modules/(libpg-query|@pgsql/types|pgsql-ast-parser|immutable|jsonc-parser|web-tree-sitter)/'] },
    },
    {
      name: 'effects-before-rules',
      comment: 'The flow goes one way: script, sql, schema, effects, timeline, estimate, rules. What comes first knows nothing of what comes later.',
      severity: 'error',
      from: { path: `${CORE}(script|sql|schema|effects|estimate)/` },
      to: { path: `${CORE}(rules|rewrites)/` },
    },
    {
      name: 'schema-before-effects',
      comment: 'What exists is a question of its own; what a statement does is answered from it.',
      severity: 'error',
      from: { path: `${CORE}(script|sql|schema)/` },
      to: { path: `${CORE}(effects|estimate)/` },
    },
    {
      name: 'databases-import-core-only',
      comment: 'A live connection yields core values and knows nobody else.',
      severity: 'error',
      from: { path: '^server/src/databases/' },
      to: { path: '^server/src/', pathNot: ['^server/src/databases/', ENGINE, CORE] },
    },
    {
      name: 'reporters-import-core-only',
      comment: 'A report is a view of an analysis.',
      severity: 'error',
      from: { path: '^server/src/reporters/' },
      to: { path: '^server/src/', pathNot: ['^server/src/reporters/', CORE] },
    },
    {
      name: 'commands-are-for-the-command-line',
      comment: 'The command line knows core, reporters and databases; the language server is loaded by cli.ts alone.',
      severity: 'error',
      from: { path: '^server/src/commands/' },
      to: { path: '^server/src/', pathNot: ['^server/src/(commands|reporters|databases|code-search)/', ENGINE, CORE] },
    },
    {
      name: 'features-are-views',
      comment: 'A feature shows what the workspace holds; it neither reads files nor knows its neighbours.',
      severity: 'error',
      from: { path: '^server/src/features/' },
      to: { path: '^server/src/', pathNot: ['^server/src/(features|workspace|reporters)/', '^server/src/protocol\\.ts$', ENGINE, CORE] },
    },
    {
      name: 'workspace-knows-core',
      comment: 'Open documents, settings and memos; not the features that show them.',
      severity: 'error',
      from: { path: '^server/src/workspace/' },
      to: { path: '^server/src/', pathNot: ['^server/src/(workspace|databases|code-search)/', '^server/src/protocol\\.ts$', CORE] },
    },
    {
      name: 'client-speaks-protocol',
      comment: 'Client and server are two processes; what they share is the protocol.',
      severity: 'error',
      from: { path: '^client/' },
      to: { path: '^server/', pathNot: '^server/src/protocol\\.ts$' },
    },
    {
      name: 'product-ignores-tests',
      severity: 'error',
      comment: 'What ships does not import what tests.',
      from: { path: '^(client|server)/' },
      to: { path: '^(test|scripts)/' },
    },
    {
      name: 'not-to-dev-dependency',
      comment: 'What ships is bundled from declared dependencies.',
      severity: 'error',
      from: { path: '^(client|server)/src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    combinedDependencies: true,
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
