import { callsOn } from '../code/found';
import { stemOf } from '../parts';
import { sentText } from '../code/sends';
import { codeTool, insertion } from '../code/tool';
import { isTrue } from '../code/value';

/** Entity Framework Core: migrations in C#. */
export const efCore = codeTool({
  tool: 'ef-core',
  title: 'Entity Framework Core',
  about: {
    files: 'C# classes that are a `Migration`, with `Up(MigrationBuilder)`',
    transaction: 'One around each file (in version 9 around all pending ones); each call is a query of its own.',
    optOut: '`suppressTransaction: true` of each `migrationBuilder.Sql(…)`.',
    understands: 'SQL in `migrationBuilder.Sql`',
  },
  languages: ['c-sharp'],
  ordersByLetters: true,
  marks: [/\bMigrationBuilder\b/u],
  up: ['Up'],
  down: ['Down'],
  wrapper: () => 'file',
  takesBack: { run: '{p}.Sql({});', words: { dropTable: '{p}.DropTable({t});', dropColumn: '{p}.DropColumn(name: {c}, table: {t});' } },
  isUnclear: callsOn(/[mM]igrationBuilder$/u, /^(?:Sql|Create|Drop|Alter|Add|Rename|Insert|Update|Delete|Ensure|Restart)/u),
  sends(call) {
    if (call.name !== 'Sql') return undefined;
    const sent = sentText(call.args[0] ?? call.named.get('sql'));
    const isOut = isTrue(call.named.get('suppressTransaction') ?? call.args[1]);
    return isOut ? sent?.map((one) => ({ ...one, wrapper: 'none' as const })) : sent;
  },
  optOut({ text }, { call, wrapper }) {
    if (call === undefined || wrapper === 'none') return undefined;
    const { offset, length } = call.file;
    const close = text.slice(offset, offset + length).lastIndexOf(')');
    return close < 0 ? undefined : { title: 'Run the statement outside of the transaction', edits: [insertion(offset + close, ', suppressTransaction: true')] };
  },
  applied: { table: '__EFMigrationsHistory', columns: ['MigrationId', 'ProductVersion'], unmistakable: true, rows: 'each', keysOf: ({ path }) => [stemOf(path)] },
  examples: [
    {
      title: 'A concurrent index leaves the transaction',
      path: 'Data/Migrations/20240101120000_AddIndex.cs',
      text: 'public partial class AddIndex : Migration\n{\n    protected override void Up(MigrationBuilder migrationBuilder)\n    {\n        migrationBuilder.Sql(@"CREATE INDEX CONCURRENTLY i ON ""users"" (email)");\n    }\n\n    protected override void Down(MigrationBuilder migrationBuilder)\n    {\n        migrationBuilder.Sql("DROP INDEX i");\n    }\n}\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed:
        'public partial class AddIndex : Migration\n{\n    protected override void Up(MigrationBuilder migrationBuilder)\n    {\n        migrationBuilder.Sql(@"CREATE INDEX CONCURRENTLY i ON ""users"" (email)", suppressTransaction: true);\n    }\n\n    protected override void Down(MigrationBuilder migrationBuilder)\n    {\n        migrationBuilder.Sql("DROP INDEX i");\n    }\n}\n',
    },
  ],
});
