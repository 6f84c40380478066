import { createHash } from 'node:crypto';
import { escapeHtml } from './escape';
import { migrationHtml } from './html-migration';
import type { ReportedMigration } from './report';
import { SCRIPT } from './script';
import { layoutOf, STYLE } from './style';
import { viewOf, type MigrationView } from './view';

/** Where a report is shown. */
export interface Page {
  /**
   * In an editor's webview: the nonce that its style and script carry. Without one the page is a file of its own and
   * names them by their hashes.
   */
  readonly nonce?: string;
}

/**
 * A report as a page that needs nothing else: no file, no address, and no script to be read. Everything in it that
 * comes from a migration is escaped, and its own content security policy lets no other style or script run.
 */
export function htmlReport(migrations: readonly ReportedMigration[], page: Page = {}): string {
  return htmlPage(migrations.map(viewOf), page);
}

/** The same of migrations that were put into words already. */
export function htmlPage(views: readonly MigrationView[], page: Page = {}): string {
  const style = [STYLE, ...views.map((view, index) => layoutOf(view.timeline, idOf(index)))].join('\n');
  const { nonce } = page;
  const attribute = nonce === undefined ? '' : ` nonce="${escapeHtml(nonce)}"`;
  const title = views.length === 1 ? `${views[0]?.name ?? ''} — Lockscope` : 'Migrations — Lockscope';
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${sourceOf(style, nonce)}; script-src ${sourceOf(SCRIPT, nonce)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style${attribute}>${style}</style>
</head>
<body${nonce === undefined ? ' class="own"' : ''}>
<main>
${contents(views)}${views.map((view, index) => migrationHtml(view, { id: idOf(index), heading: views.length === 1 ? 1 : 2, inEditor: nonce !== undefined })).join('\n')}
</main>
<footer>Made by <a href="https://github.com/lockscope/lockscope">Lockscope</a>. Times start when a lock is granted; how long it is waited for nobody can say beforehand.</footer>
<script${attribute}>${SCRIPT}</script>
</body>
</html>
`;
}

function idOf(index: number): string {
  return `m${String(index + 1)}`;
}

function sourceOf(text: string, nonce: string | undefined): string {
  return nonce === undefined ? `'sha256-${createHash('sha256').update(text).digest('base64')}'` : `'nonce-${escapeHtml(nonce)}'`;
}

/** Where there are several migrations: what each takes, with the way to it. */
function contents(views: readonly MigrationView[]): string {
  if (views.length === 1) return '';
  const rows = views.map(
    ({ path, totals }, index) =>
      `<tr><th scope="row"><a href="#${idOf(index)}">${escapeHtml(path)}</a></th>${totals.map(({ headline, range, tone }) => `<td class="${tone}">${escapeHtml(range?.startsWith('for') === true ? `${headline} ${range}` : headline)}</td>`).join('')}</tr>`,
  );
  return `<h1>Migrations</h1>
<table class="contents"><thead><tr><th scope="col">Migration</th><th scope="col">Runs</th><th scope="col">Keeps reads waiting</th><th scope="col">Keeps writes waiting</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>
`;
}
