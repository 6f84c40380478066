import type { CatalogView } from '../../catalog';
import type { RelationName } from '../../names';
import type { View } from '../../schema';
import type { Expressions } from './expressions';
import type { Links } from './links';
import { rulesFrom, triggersFrom } from './triggers';

/** A view or a materialised view. */
export function viewFrom(view: CatalogView, base: Pick<View, 'name' | 'origin' | 'temporary' | 'readBy'>, links: Links, texts: Expressions): View {
  const { query } = view;
  return {
    ...base,
    kind: view.kind,
    reads: (view.reads ?? []) as readonly RelationName[],
    columns: view.columns.map((column) => ({ name: column.name, type: texts.type(column.type) })),
    indexes: links.indexes(base.name),
    triggers: triggersFrom(view.triggers),
    rules: rulesFrom(view.rules, texts),
    populated: view.unpopulated !== true,
    get query() {
      return query === null ? undefined : texts.statement(query);
    },
  };
}
