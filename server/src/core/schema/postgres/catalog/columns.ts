import type { CatalogColumn } from '../../catalog';
import type { Column } from '../../schema';
import type { Expressions } from './expressions';

/**
 * Columns of tables. Partitions have the columns of their parents over and over, and many tables have the same
 * `created_at`: what is alike is one object.
 */
export class Columns {
  private readonly byList = new WeakMap<readonly CatalogColumn[], readonly Column[]>();
  private readonly byText = new Map<string, Column>();

  constructor(private readonly texts: Expressions) {}

  of(list: readonly CatalogColumn[]): readonly Column[] {
    let columns = this.byList.get(list);
    if (columns === undefined) this.byList.set(list, (columns = list.map((column) => this.shared(column))));
    return columns;
  }

  private shared(column: CatalogColumn): Column {
    const text = JSON.stringify(column);
    let made = this.byText.get(text);
    if (made === undefined) this.byText.set(text, (made = this.made(column)));
    return made;
  }

  private made(column: CatalogColumn): Column {
    const { texts } = this;
    const { generated, default: defaultText } = column;
    const base = {
      name: column.name,
      type: texts.type(column.type),
      collation: column.collation,
      notNull: column.notNull === true,
      identity: column.identity,
      generated: generated === undefined ? undefined : { kind: generated.kind, get expression() { return texts.expression(generated.expression); } },
      inherited: column.inherited === true,
    };
    return defaultText === undefined ? { ...base, default: undefined } : { ...base, get default() { return texts.expression(defaultText); } };
  }
}
