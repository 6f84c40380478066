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
const DOCUMENTS = [...MIGRATIONS, ...['json', 'jsonc'].map((language) => ({ language, pattern: '**/lockscope.json' }))];

/** The same, and the code that somebody's own globs call migrations: those of the settings and of each lockscope.json. */
export async function documents(): Promise<{ scheme?: string; language: string; pattern?: string }[]> {
  // Where the editor cannot search (some come without ripgrep), the settings alone count: no reason not to start.
  const files = await Promise.resolve(vscode.workspace.findFiles('**/lockscope.json', '**/node_modules/**', MOST_CONFIGURATIONS)).catch(() => []);
  const globs = (await Promise.all(files.map(globsIn))).flat();
  for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
    const set = vscode.workspace.getConfiguration('lockscope', uri).get<unknown>('migrations');
    globs.push(...within(uri, set));
  }
  const own = [...new Set(globs)];
  return [...DOCUMENTS, ...SCHEMES.flatMap((scheme) => CODE_LANGUAGES.flatMap((language) => own.map((pattern) => ({ scheme, language, pattern }))))];
}

const MOST_CONFIGURATIONS = 20;

/** What cannot be read is told by the server, at its place. */
async function globsIn(file: vscode.Uri): Promise<readonly string[]> {
  try {
    const read: unknown = JSON.parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(file)));
    return typeof read === 'object' && read !== null && 'migrations' in read ? within(vscode.Uri.joinPath(file, '..'), read.migrations) : [];
  } catch {
    return [];
  }
}

/** Globs that count from a folder, as they count from anywhere. */
function within(folder: vscode.Uri, globs: unknown): readonly string[] {
  if (!Array.isArray(globs)) return [];
  const name = folder.path.split('/').at(-1) ?? '';
  return globs.flatMap((glob: unknown) => (typeof glob === 'string' && !glob.startsWith('!') ? [`**/${name === '' ? '' : `${name}/`}${glob.replace(/^\.?\//u, '')}`] : []));
}

/** Whether Lockscope looks at a document. */
export function isLookedAt(document: vscode.TextDocument): boolean {
  return vscode.languages.match(MIGRATIONS, document) > 0;
}
