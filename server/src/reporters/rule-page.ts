import { blocks, blocksTraffic, LOCK_MODES } from '../core/effects/postgres/lock-modes';
import { NEWEST_POSTGRES, OLDEST_POSTGRES } from '../core/target';
import type { Example, RuleGroup, RuleMeta } from '../core/rules/rule';

/** The pages of docs/rules by file name: one a rule, and README.md with the table of them all. */
export function rulePages(metas: readonly RuleMeta[]): ReadonlyMap<string, string> {
  return new Map([['README.md', rulesPage(metas)], ...metas.map((meta): [string, string] => [`${meta.id}.md`, rulePage(meta)])]);
}

/** A rule's page as Markdown: what `lockscope explain` prints and docs/rules holds. */
export function rulePage(meta: RuleMeta): string {
  const { id, summary, group, severity, recommended, danger, safeWay, versions = SAME, whenToIgnore, sources, bad, good } = meta;
  const state = recommended ? `**${severity}** by default` : `off by default; **${severity}** where it is switched on`;
  return [
    `# ${id}`,
    `${summary}.`,
    `Group: ${group}. Severity: ${state}.`,
    '## What happens',
    danger,
    ...queueOf(danger),
    '## The safe way',
    safeWay,
    '## Versions',
    versions,
    '## Reported',
    ...bad.map((example) => shown(example)),
    '## Not reported',
    ...good.map((example) => shown(example)),
    '## When to ignore it',
    whenToIgnore,
    `Say why, in a comment before the statement:\n\n${code(`-- lockscope-ignore ${id}: why this is safe here\n`)}\n\nor set \`"${id}": "off"\` under \`rules\` in lockscope.json.`,
    ...(sources.length === 0 ? [] : ['## Sources', sources.map(source).join('\n')]),
    '',
  ].join('\n\n').replace(/\n+$/, '\n');
}

const SAME = `PostgreSQL ${String(OLDEST_POSTGRES)} to ${String(NEWEST_POSTGRES)} are judged alike.`;

/** What the strongest lock that a danger speaks of does to others, and to the queue for it; nothing where it speaks of none that holds up queries. */
function queueOf(danger: string): readonly string[] {
  const named = LOCK_MODES.filter((mode) => new RegExp(`(?<!(?:ACCESS|ROW|UPDATE|SHARE) )\\b${mode}\\b(?! (?:ROW|UPDATE))`, 'u').test(danger));
  const mode = named.at(-1);
  if (mode === undefined || !blocksTraffic(mode)) return [];
  const all = blocks(mode).includes('read');
  const who = all ? 'Reads, writes and other DDL wait' : 'Writes and other DDL wait, reads go on,';
  const before = all ? 'one query, be it a SELECT,' : 'one transaction that has written to the table';
  return [
    '## The lock and its queue',
    `${who} for as long as ${mode} is held, which is until the transaction ends. The wait for it counts as well: while ${before} is not through, the statement waits, and all that it would keep out queues behind it. \`lock_timeout\` bounds that wait, not how long the lock is held.`,
  ];
}

/** The table of all rules, group by group, as Markdown: docs/rules/README.md. */
function rulesPage(metas: readonly RuleMeta[]): string {
  const groups = [...new Set(metas.map(({ group }) => group))];
  const sections = groups.map((group) => {
    const rows = metas.filter((meta) => meta.group === group).map(row);
    return [`## ${TITLES[group]}`, '', '| rule | severity | quick-fix | what it reports |', '|---|---|---|---|', ...rows].join('\n');
  });
  const fixed = metas.filter(hasFix).length;
  const intro = `${String(metas.length)} rules; ${String(fixed)} of them show a quick-fix in their examples. "off" means off until it is switched on in lockscope.json. Each rule's examples are run as tests.`;
  return `${['# Rules', intro, ...sections].join('\n\n')}\n`;
}

function row(meta: RuleMeta): string {
  const severity = meta.recommended ? meta.severity : 'off';
  return `| [${meta.id}](${meta.id}.md) | ${severity} | ${hasFix(meta) ? 'yes' : ''} | ${meta.summary.replaceAll('|', '\\|')} |`;
}

function hasFix({ bad }: RuleMeta): boolean {
  return bad.some((example) => example.fixed !== undefined);
}

function shown({ title, schema, sql, fixed, version, path, others, used = {} }: Example): string {
  const heading = [title, version === undefined ? undefined : `PostgreSQL ${String(version)}`].filter((part) => part !== undefined).join(', ');
  const counters = Object.entries(used).map(([sequence, share]) => `, with ${String(Math.round(share * 100))} % of the numbers of \`${sequence}\` used`).join('');
  const given = schema === undefined ? [] : [`Given \`${schema}\`${counters}`];
  return [
    ...(heading === '' ? [] : [`**${heading}**`]),
    ...given,
    ...(others === undefined ? [code(sql)] : files({ ...others, [path ?? 'migrations/001_example.sql']: sql })),
    ...(fixed === undefined ? [] : ['becomes', code(fixed)]),
  ].join('\n\n');
}

/** Several files, in the order of their names. */
function files(texts: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(texts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([path, text]) => [`\`${path}\``, code(text)]);
}

function code(sql: string): string {
  return `\`\`\`sql\n${sql.replace(/\n*$/, '\n')}\`\`\``;
}

function source(text: string): string {
  return text.startsWith('https://') ? `- <${text}>` : `- ${text}`;
}

const TITLES: Readonly<Record<RuleGroup, string>> = {
  index: 'Indexes',
  constraint: 'Constraints',
  column: 'Columns',
  type: 'Types',
  enum: 'Enums',
  table: 'Tables',
  partition: 'Partitions',
  other: 'Other objects',
  data: 'Data',
  transaction: 'Transactions and timeouts',
  compatibility: 'The release that is still running',
  meta: 'Lockscope itself',
};
