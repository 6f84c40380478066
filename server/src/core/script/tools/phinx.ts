import { callsOn } from '../code/found';
import { listed, numberOf } from '../parts';
import { sentText } from '../code/sends';
import { codeTool } from '../code/tool';
import { pathOf } from '../code/value';

/** Phinx: each migration in a transaction of its own (src/Phinx/Migration/Manager/Environment.php, executeMigration). */
export const phinx = codeTool({
  tool: 'phinx',
  title: 'Phinx',
  about: {
    files: '`<version>_*.php` with a class that extends `AbstractMigration`',
    transaction: 'One around each file; each call is a query of its own.',
    optOut: 'None.',
    understands: 'SQL in `$this->execute` and `$this->query`',
  },
  languages: ['php'],
  marks: [/\bextends\s+(?:Abstract|Base)Migration\b/u],
  up: ['change', 'up'],
  down: ['down'],
  wrapper: () => 'file',
  takesBack: { run: '$this->execute({});' },
  isUnclear: callsOn(/^\$this(?:\.table\(\))?(?:\.\w+\(\))*$/u, /^(?:execute|query|create|save|update|drop|createTable|dropTable|insert)$/u),
  sends: (call) => ((call.name === 'execute' || call.name === 'query') && /^\$this|Adapter/u.test(pathOf(call.receiver)) ? sentText(call.args[0]) : undefined),
  applied: { table: 'phinxlog', columns: ['version', 'migration_name', 'end_time'], at: 'end_time', unmistakable: true, rows: 'each', keysOf: ({ path }) => listed(numberOf(path)) },
  examples: [
    {
      title: 'A concurrent index cannot be built',
      path: 'db/migrations/20240101120000_add_index.php',
      text: "<?php\n\nuse Phinx\\Migration\\AbstractMigration;\n\nfinal class AddIndex extends AbstractMigration\n{\n    public function up(): void\n    {\n        $this->execute('CREATE INDEX CONCURRENTLY i ON users (email)');\n    }\n\n    public function down(): void\n    {\n        $this->execute('DROP INDEX i');\n    }\n}\n",
      fails: ['CREATE INDEX CONCURRENTLY i'],
    },
  ],
});
