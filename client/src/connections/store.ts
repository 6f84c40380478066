import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';

/** A database that the user connected to. Its URL, with the password, is a secret of the editor and stands nowhere else. */
export interface Connection {
  readonly id: string;
  readonly name: string;
  /** For people: `shop on localhost:5433`. */
  readonly place: string;
  /** Whether the user marked it as one that nothing but reading may happen to. */
  readonly production?: boolean;
  /** Whether rehearsals may make databases of their own on its server. */
  readonly stage?: boolean;
}

const CONNECTIONS = 'lockscope.connections';
const ACTIVE = 'lockscope.activeConnections';
/** What was learned of the servers, by connection. It holds no names and no secrets. */
const CALIBRATIONS = 'lockscope.calibrations';

/** Under which `npm start` hands its database over: JSON, `{ "folder": path, "url": postgresql://… }`. */
export const DEMO_VARIABLE = 'LOCKSCOPE_DEMO_DATABASE';

/** Stands for windows without a folder. */
const NO_FOLDER = '';

/**
 * The user's connections, and which of them each folder uses. All of it belongs to the user and not to a folder: nothing
 * that lies in a repository can add a connection or choose another one. Who starts the editor can (see demo.ts).
 */
export class Connections {
  private readonly changes = new vscode.EventEmitter<void>();
  /** Fires when other databases are to be judged by. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly context: vscode.ExtensionContext) {
    context.subscriptions.push(this.changes, vscode.workspace.onDidGrantWorkspaceTrust(() => {
      if (this.activeIds().length > 0) this.changes.fire();
    }));
  }

  all(): readonly Connection[] {
    return this.context.globalState.get<readonly Connection[]>(CONNECTIONS, []);
  }

  /** The connection of a folder. */
  active(folder: vscode.WorkspaceFolder | undefined): Connection | undefined {
    const id = this.activeByFolder()[keyOf(folder)];
    return this.all().find((connection) => connection.id === id);
  }

  /** Remembers a new connection. */
  async add(name: string, place: string, url: string): Promise<Connection> {
    const connection: Connection = { id: randomUUID(), name, place };
    await this.store(connection, url);
    return connection;
  }

  /**
   * Remembers a connection of an id that is always the same, with the address that it has now.
   * @returns undefined where it was known with this address
   */
  async adopt(id: string, name: string, place: string, url: string): Promise<Connection | undefined> {
    const connection: Connection = { ...this.all().find((known) => known.id === id), id, name, place };
    if ((await this.context.secrets.get(secretOf(connection))) === url) return undefined;
    await this.store(connection, url);
    return connection;
  }

  private async store(connection: Connection, url: string): Promise<void> {
    await this.context.secrets.store(secretOf(connection), url);
    await this.context.globalState.update(CONNECTIONS, [...this.all().filter(({ id }) => id !== connection.id), connection]);
  }

  /** Forgets a connection and its secret. */
  async remove(connection: Connection): Promise<void> {
    const wasActive = this.activeIds().includes(connection.id);
    await this.context.secrets.delete(secretOf(connection));
    await this.keep(connection, undefined);
    await this.context.globalState.update(CONNECTIONS, this.all().filter(({ id }) => id !== connection.id));
    await this.context.globalState.update(ACTIVE, Object.fromEntries(Object.entries(this.activeByFolder()).filter(([, id]) => id !== connection.id)));
    if (wasActive) this.changes.fire();
  }

  /** Marks a connection as production, or takes the mark away. */
  async mark(connection: Connection, production: boolean): Promise<void> {
    await this.context.globalState.update(CONNECTIONS, this.all().map((known) => (known.id === connection.id ? { ...known, production } : known)));
    if (connection.stage === true || this.activeIds().includes(connection.id)) this.changes.fire();
  }

  /** Lets rehearsals make databases on a connection's server. The language server learns of it when it is started anew. */
  async allowRehearsals(connection: Connection): Promise<void> {
    await this.context.globalState.update(CONNECTIONS, this.all().map((known) => (known.id === connection.id ? { ...known, stage: true } : known)));
  }

  /** Keeps what was learned of a connection's server; undefined forgets it. */
  async keep(connection: Connection, calibration: object | undefined): Promise<void> {
    const { [connection.id]: _, ...others } = this.calibrations();
    await this.context.globalState.update(CALIBRATIONS, calibration === undefined ? others : { ...others, [connection.id]: calibration });
  }

  /** Whether anything was learned of a connection's server. */
  isCalibrated({ id }: Connection): boolean {
    return this.calibrations()[id] !== undefined;
  }

  private calibrations(): Readonly<Record<string, object>> {
    return this.context.globalState.get<Readonly<Record<string, object>>>(CALIBRATIONS, {});
  }

  /** Judges a folder by a connection from now on, or by none. */
  async use(connection: Connection | undefined, folder: vscode.WorkspaceFolder | undefined): Promise<void> {
    const { [keyOf(folder)]: before, ...others } = this.activeByFolder();
    if (before === connection?.id) return;
    await this.context.globalState.update(ACTIVE, connection === undefined ? others : { ...others, [keyOf(folder)]: connection.id });
    this.changes.fire();
  }

  /**
   * What the server's process finds in its environment: the databases of the open folders, with their secrets. Nothing in
   * folders that the user does not trust, and nothing of what the environment had.
   */
  async environment(): Promise<Readonly<Record<string, string>>> {
    const none = { LOCKSCOPE_DATABASES: '', LOCKSCOPE_DATABASE_URL: '', [DEMO_VARIABLE]: '' };
    if (!vscode.workspace.isTrusted) return none;
    const folders: readonly (vscode.WorkspaceFolder | undefined)[] = vscode.workspace.workspaceFolders ?? [undefined];
    const chosen = await Promise.all(
      folders.map(async (folder) => {
        const connection = this.active(folder);
        const url = connection === undefined ? undefined : await this.context.secrets.get(secretOf(connection));
        if (connection === undefined || url === undefined) return [];
        const { name, production = false } = connection;
        return [{ name, ...(folder === undefined ? {} : { folder: folder.uri.toString() }), url, production, calibration: this.calibrations()[connection.id] }];
      }),
    );
    const stages = await Promise.all(
      this.all().filter(({ stage, production }) => stage === true && production !== true).map(async (connection) => ({ name: connection.name, stage: connection.id, url: await this.context.secrets.get(secretOf(connection)) })),
    );
    return { ...none, LOCKSCOPE_DATABASES: JSON.stringify([...chosen.flat(), ...stages]) };
  }

  private activeByFolder(): Readonly<Record<string, string>> {
    return this.context.globalState.get<Readonly<Record<string, string>>>(ACTIVE, {});
  }

  private activeIds(): readonly string[] {
    const folders: readonly (vscode.WorkspaceFolder | undefined)[] = vscode.workspace.workspaceFolders ?? [undefined];
    return folders.flatMap((folder) => this.active(folder)?.id ?? []);
  }
}

function keyOf(folder: vscode.WorkspaceFolder | undefined): string {
  return folder?.uri.toString() ?? NO_FOLDER;
}

function secretOf({ id }: Connection): string {
  return `lockscope.connection.${id}`;
}
