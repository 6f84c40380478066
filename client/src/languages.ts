import * as vscode from 'vscode';

/** The languages that extensions give SQL files. */
const SQL_LANGUAGES = ['sql', 'postgres', 'postgresql', 'pgsql', 'plpgsql', 'psql'];

/** The languages of code in which migrations are written. */
const CODE_LANGUAGES = ['javascript', 'typescript', 'javascriptreact', 'typescriptreact', 'ruby', 'python', 'php', 'go', 'csharp', 'elixir'];

/** Where such code lies: it, or a folder above it, says so by its name. Others are not sent to the server. */
const CODE_PATHS = ['**/*{migrat,Migrat}*', '**/*{migrat,Migrat}*/**', '**/versions/**'];

/** Where documents that somebody works on come from: not the other side of a diff, for example. */
const SCHEMES = ['file', 'untitled', 'vscode-vfs'];

/** The documents that Lockscope looks at. */
export const MIGRATIONS = SCHEMES.flatMap((scheme) => [
  ...SQL_LANGUAGES.map((language) => ({ scheme, language })),
  ...CODE_LANGUAGES.flatMap((language) => CODE_PATHS.map((pattern) => ({ scheme, language, pattern }))),
]);

/** Documents that the server is told about; it decides for itself which of them are migrations. */
export const DOCUMENTS = [...MIGRATIONS, ...['json', 'jsonc'].map((language) => ({ language, pattern: '**/lockscope.json' }))];

/** Whether Lockscope looks at a document. */
export function isLookedAt(document: vscode.TextDocument): boolean {
  return vscode.languages.match(MIGRATIONS, document) > 0;
}
