import { createColors } from 'picocolors';
import { RULE_METAS } from '../core/rules';
import { pageOf } from '../core/rules/page';
import { print, terminal } from './output';

/** `lockscope rules`: lists all rules with their group, default severity and summary. */
export function rules({ format }: { readonly format: 'pretty' | 'json' }): number {
  print(format === 'json' ? asJson() : asTable());
  return 0;
}

function asJson(): string {
  const list = RULE_METAS.map(({ id, group, severity, recommended, summary }) => ({ id, group, severity, recommended, summary, docs: pageOf(id) }));
  return `${JSON.stringify(list, undefined, 2)}\n`;
}

function asTable(): string {
  const colors = createColors(terminal().colour);
  const width = Math.max(0, ...RULE_METAS.map(({ id }) => id.length));
  let group = '';
  return RULE_METAS.map((meta) => {
    const heading = meta.group === group ? '' : `${group === '' ? '' : '\n'}${colors.bold(meta.group)}\n`;
    group = meta.group;
    const severity = meta.recommended ? meta.severity : 'off';
    return `${heading}  ${meta.id.padEnd(width)}  ${colors.dim(severity.padEnd(7))}  ${meta.summary}\n`;
  }).join('');
}
