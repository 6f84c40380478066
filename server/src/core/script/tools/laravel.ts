import { callsOn } from '../code/found';
import { stemOf } from '../parts';
import { laravelCall } from './calls/laravel';
import { boundText } from '../code/sends';
import { codeTool, insertion, lineEnd } from '../code/tool';
import { pathOf } from '../code/value';

/** Laravel: each migration in a transaction of its own on PostgreSQL (Illuminate/Database/Migrations/Migrator.php, runMigration). */
export const laravel = codeTool({
  tool: 'laravel',
  title: 'Laravel',
  about: {
    files: '`<date>_*.php` with a class that extends `Migration`',
    transaction: 'One around each file; each call is a query of its own.',
    optOut: '`public $withinTransaction = false;` in the class.',
    understands: 'SQL in `DB::statement`, `DB::unprepared`; `Schema` calls as the SQL that Laravel sends',
    run: '8.83 from Debian 12',
  },
  languages: ['php'],
  ordersByLetters: true,
  marks: [/\bextends\s+Migration\b/u, /\bIlluminate\\|\bSchema::|\bDB::/u],
  up: ['up'],
  down: ['down'],
  wrapper: (_direction, _bodies, text) => (OFF.test(text) ? 'none' : 'file'),
  takesBack: (text) => ({
    run: /\buse\s+Illuminate\\Support\\Facades\\DB\s*;/u.test(text) ? 'DB::statement({});' : '\\Illuminate\\Support\\Facades\\DB::statement({});',
    words: /\buse\s+Illuminate\\Support\\Facades\\Schema\s*;/u.test(text) ? { dropTable: 'Schema::drop({t});', dropColumn: 'Schema::dropColumns({t}, {c});' } : {},
  }),
  isUnclear: callsOn(/Schema$|DB$|DB\.|onnection/u, /^(?:create|drop|rename|table|statement|unprepared|insert|update|delete|affectingStatement|raw)/u),
  sends: (call, scope) => (STATEMENTS.has(call.name) && /DB$|DB\.|onnection/u.test(pathOf(call.receiver)) ? boundText(call.args[0], call.args[1]) : laravelCall(call, scope)),
  optOut({ text }) {
    const opening = /\bextends\s+Migration\b[^{]*\{/u.exec(text);
    if (OFF.test(text) || opening === null) return undefined;
    const eol = lineEnd(text);
    return { title: 'Run the migration without a transaction', edits: [insertion(opening.index + opening[0].length, `${eol}    public $withinTransaction = false;${eol}`)] };
  },
  applied: { table: 'migrations', columns: ['migration', 'batch'], unmistakable: true, rows: 'each', keysOf: ({ path }) => [stemOf(path)] },
  examples: [
    {
      title: 'A concurrent index needs the transaction off',
      path: 'database/migrations/2024_01_01_120000_add_index.php',
      text: "<?php\n\nuse Illuminate\\Database\\Migrations\\Migration;\nuse Illuminate\\Support\\Facades\\DB;\n\nreturn new class extends Migration\n{\n    public function up(): void\n    {\n        DB::statement('CREATE INDEX CONCURRENTLY i ON users (email)');\n    }\n\n    public function down(): void\n    {\n        DB::statement('DROP INDEX i');\n    }\n};\n",
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed:
        "<?php\n\nuse Illuminate\\Database\\Migrations\\Migration;\nuse Illuminate\\Support\\Facades\\DB;\n\nreturn new class extends Migration\n{\n    public $withinTransaction = false;\n\n    public function up(): void\n    {\n        DB::statement('CREATE INDEX CONCURRENTLY i ON users (email)');\n    }\n\n    public function down(): void\n    {\n        DB::statement('DROP INDEX i');\n    }\n};\n",
    },
  ],
});

const OFF = /\$withinTransaction\s*=\s*false\b/iu;

const STATEMENTS: ReadonlySet<string> = new Set(['statement', 'unprepared', 'insert', 'update', 'delete', 'affectingStatement']);
