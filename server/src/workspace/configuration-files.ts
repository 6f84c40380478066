import { parseConfiguration, type ConfigurationProblem, type Settings } from '../core/configuration';
import { readText } from './disk';
import { addressOf, canonical, type Place } from './place';

/** A project's lockscope.json. */
export interface ConfigurationFile {
  readonly uri: string;
  /** Its folder as a path from the root that documents count from; empty for the root itself. */
  readonly folder: string;
  readonly text: string;
  readonly settings: Settings;
  readonly problems: readonly ConfigurationProblem[];
}

export const CONFIGURATION_NAME = 'lockscope.json';

/** How the text of a document is found while it is open in an editor, where it may differ from the disk. */
export type OpenText = (uri: string) => string | undefined;

/** Finds the lockscope.json that a document stands under, and remembers what was read. */
export class ConfigurationFiles {
  private readonly byUri = new Map<string, Promise<Omit<ConfigurationFile, 'folder'> | undefined>>();

  /**
   * @param openText a file that is open is read as the editor shows it
   * @param onRead is told of each file that was read, or that is no longer there
   */
  constructor(
    private readonly openText: OpenText,
    private readonly onRead: (uri: string, file: Omit<ConfigurationFile, 'folder'> | undefined) => void,
  ) {}

  /** The nearest lockscope.json in the folders that lead to a document, up to the root it counts from. */
  async nearest({ root, path }: Place): Promise<ConfigurationFile | undefined> {
    const folders = path.split('/').slice(0, -1);
    for (let depth = folders.length; depth >= 0; depth--) {
      const folder = folders.slice(0, depth).join('/');
      const file = await this.read(canonical(addressOf(root, folder === '' ? CONFIGURATION_NAME : `${folder}/${CONFIGURATION_NAME}`)));
      if (file !== undefined) return { ...file, folder };
    }
    return undefined;
  }

  /** Forgets a file, because it changed, appeared or went. */
  forget(uri: string): void {
    this.byUri.delete(canonical(uri));
  }

  private read(uri: string): Promise<Omit<ConfigurationFile, 'folder'> | undefined> {
    let reading = this.byUri.get(uri);
    if (reading === undefined) this.byUri.set(uri, (reading = this.readNow(uri)));
    return reading;
  }

  private async readNow(uri: string): Promise<Omit<ConfigurationFile, 'folder'> | undefined> {
    const text = this.openText(uri) ?? (await readText(uri));
    const file = text === undefined ? undefined : { uri, text, ...parseConfiguration(text) };
    this.onRead(uri, file);
    return file;
  }
}
