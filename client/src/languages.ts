import type * as vscode from 'vscode';

/** The languages that extensions give SQL files. */
const SQL_LANGUAGES = ['sql', 'postgres', 'postgresql', 'pgsql', 'plpgsql', 'psql'];

/** Documents that the server is told about; it decides for itself which of them are migrations. */
export const DOCUMENTS = [...SQL_LANGUAGES.map((language) => ({ language })), { language: 'json', pattern: '**/lockscope.json' }, { language: 'jsonc', pattern: '**/lockscope.json' }];

/** The SQL documents among them. */
export const SQL_DOCUMENTS: vscode.DocumentSelector = SQL_LANGUAGES.map((language) => ({ language }));

/** Whether a document is SQL and shown in an editor, rather than a side of a diff for example. */
export function isSql({ languageId, uri }: vscode.TextDocument): boolean {
  return SQL_LANGUAGES.includes(languageId) && uri.scheme !== 'git';
}
