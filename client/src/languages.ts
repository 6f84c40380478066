import type * as vscode from 'vscode';

/** The languages that extensions give SQL files. */
const SQL_LANGUAGES = ['sql', 'postgres', 'postgresql', 'pgsql', 'plpgsql', 'psql'];

/** Where documents that somebody works on come from: not the other side of a diff, for example. */
const SCHEMES = ['file', 'untitled', 'vscode-vfs'];

/** The SQL documents that Lockscope looks at. */
export const SQL_DOCUMENTS = SCHEMES.flatMap((scheme) => SQL_LANGUAGES.map((language) => ({ scheme, language })));

/** Documents that the server is told about; it decides for itself which of them are migrations. */
export const DOCUMENTS = [...SQL_DOCUMENTS, ...['json', 'jsonc'].map((language) => ({ language, pattern: '**/lockscope.json' }))];

/** Whether Lockscope looks at a document. */
export function isSql({ languageId, uri }: vscode.TextDocument): boolean {
  return SQL_LANGUAGES.includes(languageId) && SCHEMES.includes(uri.scheme);
}
