// The README's reference, from the extension's manifest and the rules' declarations.

export const START = '<!-- generated: reference -->';
export const END = '<!-- end of generated -->';

/** The README with its reference as the manifest and the rules declare it. */
export function withReference(readme, manifest, metas) {
  const start = readme.indexOf(START);
  const end = readme.indexOf(END);
  if (start < 0 || end < start) throw new Error(`README.md lacks ${START} or ${END}`);
  return `${readme.slice(0, start + START.length)}\n\n${reference(manifest, metas)}\n\n${readme.slice(end)}`;
}

function reference({ contributes }, metas) {
  return [
    '## Commands',
    table(['command', 'id'], contributes.commands.map(({ category, title, command }) => [`${category}: ${title}`, `\`${command}\``])),
    '## Settings',
    table(
      ['setting', 'default', 'what it does'],
      contributes.configuration
        .flatMap(({ properties }) => Object.entries(properties))
        .map(([name, setting]) => [`\`${name}\``, `\`${JSON.stringify(setting.default)}\``, setting.markdownDescription ?? setting.description ?? '']),
    ),
    '## Rules',
    `${metas.length} rules, each with a page in [docs/rules](docs/rules/README.md). "off" means off until it is switched on.`,
    table(
      ['rule', 'severity', 'what it reports'],
      metas.map(({ id, severity, recommended, summary }) => [`[${id}](docs/rules/${id}.md)`, recommended ? severity : 'off', summary]),
    ),
  ].join('\n\n');
}

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replace(/\s+/gu, ' ')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}
