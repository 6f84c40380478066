import { beforeAll, expect, test } from 'vitest';
import { RULES } from '../../../server/src/core/rules';
import type { FindContext } from '../../../server/src/core/rules/rule';
import { createMemo } from '../../../server/src/core/memo';
import { replay } from '../../../server/src/core/replay';
import { schemaFromDdl } from '../../../server/src/core/schema/postgres/load';
import { UNKNOWN_SCHEMA } from '../../../server/src/core/schema/schema';
import { NO_STATISTICS } from '../../../server/src/core/schema/statistics';
import { SchemaEditor } from '../../../server/src/core/schema/editor';
import { plain } from '../../../server/src/core/script/tools/plain';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { DEFAULT_TARGET } from '../../../server/src/core/target';

beforeAll(loadPostgresParser);

/** Every statement of every rule's examples, as rules see it. */
function contexts(): readonly FindContext[] {
  return RULES.flatMap(({ meta }) => [...meta.bad, ...meta.good]).flatMap(({ sql, schema, version, path = 'migrations/001_example.sql' }) => {
    const before = schema === undefined ? UNKNOWN_SCHEMA : schemaFromDdl(schema).schema;
    const target = { ...DEFAULT_TARGET, version: version ?? DEFAULT_TARGET.version };
    const { statements } = replay(plain.read({ path, text: sql }), before, { path, version: target.version }, createMemo());
    return statements.flatMap(({ parsed, effects, moment, before }) => {
      if (!parsed.ok || effects === undefined) return [];
      return [{ path, parsed, effects, moment, before: new SchemaEditor(before), target, options: { lockBudget: 500, batchSize: 1000 }, statistics: NO_STATISTICS }];
    });
  });
}

test('a rule finds something only in statements with an action of the kinds that it names', () => {
  const all = contexts();
  expect(all.length).toBeGreaterThan(200);
  const missed = RULES.flatMap((rule) => {
    const { meta, kinds } = rule;
    if (kinds === undefined) return [];
    const others = all.filter(({ effects }) => !effects.actions.some((action) => kinds.includes(action.kind)));
    return others.filter((context) => [...rule.find(context)].length > 0).map(({ parsed }) => `${meta.id}: ${parsed.text}`);
  });
  expect(missed).toEqual([]);
});
