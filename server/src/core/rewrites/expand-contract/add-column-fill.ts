import type { Fix, MendContext } from '../../rules/rule';
import { addThenFill, type AddColumn } from '../add-column';
import { alterTableOf } from '../alter-table';
import { lineEndOf } from '../edits';
import { inBatches } from './fill';

/**
 * Adds a column without the default that would rewrite the table, gives new rows the default, fills the old ones in
 * batches, and only then makes it NOT NULL by way of a CHECK. Empty where the table cannot be walked in batches.
 */
export function addThenFillInBatches(context: MendContext, action: AddColumn): readonly Fix[] {
  const table = alterTableOf(context.parsed)?.table;
  if (table === undefined) return [];
  return addThenFill(context, action).flatMap((fix): Fix[] => {
    for (const edit of fix.edits) {
      const start = edit.text.search(/\bupdate\b/iu);
      const end = edit.text.indexOf(';', start);
      if (start < 0 || end < 0 || !edit.text.slice(start).includes(table)) continue;
      const fill = inBatches(edit.text.slice(start, end), context);
      if (typeof fill === 'string') return [];
      const indent = /[^\r\n]*$/u.exec(edit.text.slice(0, start))?.[0] ?? '';
      const block = fill.block.split('\n').join(lineEndOf(context.text) + indent);
      const text = edit.text.slice(0, start) + block + edit.text.slice(end);
      return [{ ...fix, title: fix.title.replace('then fill it', 'then fill it in batches'), edits: fix.edits.map((other) => (other === edit ? { ...edit, text } : other)) }];
    }
    return [];
  });
}
