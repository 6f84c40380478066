import { describe, expect, it } from 'vitest';
import { analysisSetting, configure, DEFAULT_CONFIGURATION, parseConfiguration, readSettings } from '../../server/src/core/configuration';
import { configurationSchema } from '../../server/src/core/configuration-schema';

/** What problems say, with the text that each is at. */
function problemsOf(text: string): string[] {
  return parseConfiguration(text).problems.map(({ message, span }) => `${text.slice(span.offset, span.offset + span.length)} → ${message}`);
}

describe('lockscope.json', () => {
  it('may set everything, with comments and a trailing comma', () => {
    const { settings, problems } = parseConfiguration(`{
      // who we are
      "$schema": "https://example.org/lockscope.schema.json",
      "dialect": "postgresql", "serverVersion": 15,
      "migrations": ["db/**/*.sql", "!db/seed/**"],
      "schema": "db/structure.sql", "snapshot": "db/snapshot.json",
      "lockBudget": "2s", "batchSize": 5000,
      "rules": { "create-index-blocking": "warning", "drop-index-blocking": "off", },
    }`);
    expect(problems).toEqual([]);
    expect(configure(settings)).toEqual({
      dialect: 'postgresql',
      serverVersion: 15,
      migrations: ['db/**/*.sql', '!db/seed/**'],
      schema: 'db/structure.sql',
      snapshot: 'db/snapshot.json',
      lockBudget: 2000,
      batchSize: 5000,
      rules: { 'create-index-blocking': 'warning', 'drop-index-blocking': 'off' },
    });
  });

  it.each([
    ['"500ms"', 500],
    ['"2s"', 2000],
    ['"1min"', 60_000],
    ['"0.5s"', 500],
    ['"0ms"', 0],
  ])('lockBudget %s is %i ms', (budget, milliseconds) => {
    expect(parseConfiguration(`{"lockBudget": ${budget}}`).settings.lockBudget).toBe(milliseconds);
  });

  it.each([
    ['{"lockBuget": "2s"}', '"lockBuget" → Unknown setting "lockBuget". Did you mean "lockBudget"?'],
    [
      '{"colour": 1}',
      '"colour" → Unknown setting "colour". Lockscope knows dialect, serverVersion, migrations, schema, snapshot, lockBudget, batchSize, rules.',
    ],
    ['{"dialect": "oracle"}', '"oracle" → Expected "postgresql", found "oracle".'],
    ['{"dialect": "mysql"}', '"mysql" → Dialect "mysql" is not supported yet; expected "postgresql".'],
    ['{"serverVersion": "17"}', '"17" → Expected a major version of PostgreSQL, 12 or later, e.g. 17; found "17".'],
    ['{"serverVersion": 9.6}', '9.6 → Server version 9.6 is not one that Lockscope knows: expected a major version of PostgreSQL, 12 or later, e.g. 17.'],
    ['{"migrations": "a.sql"}', '"a.sql" → Expected a list of globs such as ["db/migrations/**/*.sql"]; found "a.sql".'],
    ['{"migrations": ["a", 7]}', '7 → Expected a list of globs such as ["db/migrations/**/*.sql"]; found 7 in it.'],
    ['{"schema": {}}', '{} → Expected the path of a file; found an object.'],
    ['{"lockBudget": 500}', '500 → Expected a duration such as "500ms", "2s" or "1min"; found 500.'],
    ['{"lockBudget": "soon"}', '"soon" → Expected a duration such as "500ms", "2s" or "1min"; found "soon".'],
    ['{"batchSize": 0}', '0 → Expected a number of rows, 1 or more; found 0.'],
    ['{"rules": ["x"]}', '["x"] → Expected rules by id, such as { "rule-id": "off" }; found a list.'],
    ['{"rules": {"create-index-bloking": "off"}}', '"create-index-bloking" → There is no rule "create-index-bloking". Did you mean "create-index-blocking"?'],
    ['{"rules": {"__proto__": "off"}}', '"__proto__" → There is no rule "__proto__".'],
    [
      '{"rules": {"create-index-blocking": "warn"}}',
      '"warn" → Expected "off", "error", "warning", "info" or "hint" for create-index-blocking; found "warn".',
    ],
    ['{"batchSize": 1, "batchSize": 2}', '"batchSize" → "batchSize" is given twice; the last one applies.'],
    ['{"batchSize": 1 "rules": {}}', '"rules" → Not valid JSON: expected ",".'],
    ['{"batchSize": }', '} → Not valid JSON: expected a value.'],
    ['{', ' → Not valid JSON: expected "}".'],
    ['', ' → The file is empty; expected an object such as {}.'],
    ['[]', '[] → Expected an object such as { "lockBudget": "500ms" }.'],
    ['null', 'null → Expected an object such as { "lockBudget": "500ms" }.'],
  ])('%s', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it('survives any nesting', () => {
    expect(problemsOf('['.repeat(200_000))).toHaveLength(1);
  });

  it('keeps what is right beside what is wrong', () => {
    expect(parseConfiguration('{"batchSize": -1, "lockBudget": "1s"}').settings).toEqual({ lockBudget: 1000 });
  });
});

describe('settings', () => {
  it('of the editor are read by the same rules; what is not set is left out', () => {
    expect(readSettings({ lockBudget: '1s', batchSize: 'many', snapshot: null, trace: 'off' })).toEqual({
      settings: { lockBudget: 1000 },
      problems: [{ key: 'batchSize', message: 'Expected a number of rows, 1 or more; found "many".' }],
    });
  });

  it('override each other in order, rules one by one', () => {
    const merged = configure({ batchSize: 5, rules: { a: 'off', b: 'error' } }, { lockBudget: 9, rules: { b: 'hint' } });
    expect(merged).toEqual({ ...DEFAULT_CONFIGURATION, batchSize: 5, lockBudget: 9, rules: { a: 'off', b: 'hint' } });
  });

  it('decide the target, and the same configuration gives the same objects', () => {
    const configuration = configure({ serverVersion: 14 });
    expect(analysisSetting(configuration).target).toEqual({ dialect: 'postgresql', version: 14, source: 'setting' });
    expect(analysisSetting(configuration)).toBe(analysisSetting(configuration));
    expect(analysisSetting(configure()).target).toEqual({ dialect: 'postgresql', version: 18, source: 'default' });
  });
});

describe('schemas/lockscope.schema.json', () => {
  it('is what the parser reads (vitest run -u writes it)', async () => {
    await expect(`${JSON.stringify(configurationSchema(), undefined, 2)}\n`).toMatchFileSnapshot('../../schemas/lockscope.schema.json');
  });
});
