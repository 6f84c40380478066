import * as vscode from 'vscode';
import { placeOf, postgresUrl, urlOf } from '../candidates/candidate';

const TITLE = 'Connect Database';

/** Asks for a connection URL; undefined where the user left. */
export async function askForUrl(): Promise<string | undefined> {
  const text = await vscode.window.showInputBox({
    title: TITLE,
    prompt: 'Connection URL. A password in it is kept in the editor’s secret storage.',
    placeHolder: 'postgresql://user@host:5432/database',
    ignoreFocusOut: true,
    validateInput: (value) => (value.trim() === '' || postgresUrl(value) !== undefined ? undefined : 'Expected postgresql://user@host:port/database, special characters in a password as %XX'),
  });
  return text === undefined ? undefined : postgresUrl(text);
}

interface Question {
  readonly field: 'host' | 'port' | 'database' | 'user';
  readonly prompt: string;
  readonly value: string;
}

const QUESTIONS: readonly Question[] = [
  { field: 'host', prompt: 'Host, or the folder of a socket', value: 'localhost' },
  { field: 'port', prompt: 'Port', value: '5432' },
  { field: 'database', prompt: 'Database', value: '' },
  { field: 'user', prompt: 'User. One that may only read is enough.', value: '' },
];

/** sslmode, as libpq has it. */
const SSL_MODES = [
  { label: 'prefer', detail: 'TLS where the server offers it' },
  { label: 'require', detail: 'TLS, whoever the server is' },
  { label: 'verify-full', detail: 'TLS, and the certificate must be of this host and of a known authority' },
  { label: 'verify-ca', detail: 'TLS, and the certificate must be of a known authority' },
  { label: 'allow', detail: 'TLS only where the server wants it' },
  { label: 'disable', detail: 'No TLS' },
];

/** Asks for host, port, database, user, password and TLS one after the other; undefined where the user left. */
export async function askForFields(): Promise<string | undefined> {
  const fields: Partial<Record<Question['field'], string>> = {};
  const steps = QUESTIONS.length + 2;
  for (const [index, { field, prompt, value }] of QUESTIONS.entries()) {
    const answer = await vscode.window.showInputBox({ title: `${TITLE} (${String(index + 1)}/${String(steps)})`, prompt, value, ignoreFocusOut: true, validateInput: (text) => wrong(field, text) });
    if (answer === undefined) return undefined;
    fields[field] = answer.trim();
  }
  const password = await askForPassword(`${TITLE} (${String(steps - 1)}/${String(steps)})`);
  if (password === undefined) return undefined;
  const mode = await vscode.window.showQuickPick(SSL_MODES, { title: `${TITLE} (${String(steps)}/${String(steps)})`, placeHolder: 'TLS (sslmode)', ignoreFocusOut: true });
  return mode === undefined ? undefined : urlOf({ ...fields, password, sslMode: mode.label });
}

function wrong(field: Question['field'], text: string): string | undefined {
  if (field === 'port') return /^\d{1,5}$/u.test(text.trim()) && Number(text) > 0 && Number(text) < 65536 ? undefined : 'A number from 1 to 65535';
  return field === 'database' && text.trim() === '' ? 'The database’s name' : undefined;
}

/** Asks for a password, which nobody sees. Empty: there is none. */
export async function askForPassword(title = TITLE): Promise<string | undefined> {
  return vscode.window.showInputBox({ title, prompt: 'Password; empty for none, or for the one in ~/.pgpass', password: true, ignoreFocusOut: true });
}

/** Asks what the connection is to be called. */
export async function askForName(url: string, taken: readonly string[]): Promise<string | undefined> {
  const name = await vscode.window.showInputBox({
    title: TITLE,
    prompt: 'Name of the connection',
    value: freeName(placeOf(url), taken),
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' ? 'A name' : taken.includes(text.trim()) ? 'There is a connection of that name' : undefined),
  });
  return name?.trim();
}

function freeName(name: string, taken: readonly string[]): string {
  let free = name;
  for (let number = 2; taken.includes(free); number++) free = `${name} (${String(number)})`;
  return free;
}
