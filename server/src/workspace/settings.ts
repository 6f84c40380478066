import { parseDuration } from '../core/configuration-fields';
import { analysisSetting, configure, readSettings, type Configuration } from '../core/configuration';
import type { ConfigurationFile } from './configuration-files';

/** All that is configured for a document. The same sources give the same object. */
export interface DocumentSettings extends ReturnType<typeof analysisSetting> {
  readonly configuration: Configuration;
  /** Whether the globs of `configuration.migrations` count from lockscope.json's folder and not from the workspace folder. */
  readonly globsFrom: string;
  /** Folder that the path `configuration.schema` counts from, as a path from the root. */
  readonly schemaFrom: string;
  /** The same for `configuration.snapshot`. */
  readonly snapshotFrom: string;
  /** How often a live database is read, in ms; undefined: on demand only. */
  readonly databaseRefresh: number | undefined;
  readonly lens: boolean;
  /** What is wrong with the editor's settings, as sentences. */
  readonly warnings: readonly string[];
}

/** The editor's settings under `lockscope.` for one resource, as it sent them. */
export type EditorSettings = Readonly<Record<string, unknown>>;

interface Resolved {
  readonly file: ConfigurationFile | undefined;
  readonly settings: DocumentSettings;
}

/** Joins the editor's settings and lockscope.json; the editor's win. */
export class SettingsCache {
  private readonly known = new WeakMap<EditorSettings, Map<string, Resolved>>();
  private readonly editors = new Map<string, EditorSettings>();

  /** The one object for settings of this content, so that identity can stand for equality. */
  editorSettings(raw: unknown): EditorSettings {
    const plain = typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? (raw as EditorSettings) : {};
    const key = JSON.stringify(plain);
    let known = this.editors.get(key);
    if (known === undefined) this.editors.set(key, (known = plain));
    return known;
  }

  /** What holds for the documents under one lockscope.json, or under none. */
  resolve(editor: EditorSettings, file: ConfigurationFile | undefined): DocumentSettings {
    let byFile = this.known.get(editor);
    if (byFile === undefined) this.known.set(editor, (byFile = new Map<string, Resolved>()));
    const key = file?.uri ?? '';
    const known = byFile.get(key);
    if (known !== undefined && known.file?.text === file?.text && known.file?.folder === file?.folder) return known.settings;
    const settings = resolved(editor, file);
    byFile.set(key, { file, settings });
    return settings;
  }
}

function resolved(editor: EditorSettings, file: ConfigurationFile | undefined): DocumentSettings {
  const { settings, problems } = readSettings(withoutUnset(editor));
  const configuration = configure(file?.settings ?? {}, settings);
  const folder = file?.folder ?? '';
  const refresh = refreshFrom(editor);
  const { codeLens } = editor;
  const lens = typeof codeLens === 'object' && codeLens !== null && 'enable' in codeLens ? codeLens.enable !== false : true;
  return {
    ...analysisSetting(configuration),
    configuration,
    globsFrom: settings.migrations === undefined ? folder : '',
    schemaFrom: settings.schema === undefined ? folder : '',
    snapshotFrom: settings.snapshot === undefined ? folder : '',
    databaseRefresh: refresh.interval,
    lens,
    warnings: [...problems.map(({ key, message }) => `lockscope.${key}: ${message}`), ...refresh.problems],
  };
}

/** How often a live database is read where the editor does not say, in ms. */
const DEFAULT_REFRESH = 5 * 60_000;
/** More often than this a database is not read on its own, in ms. */
const SHORTEST_REFRESH = 5000;

function refreshFrom({ databaseRefresh: value }: EditorSettings): { readonly interval: number | undefined; readonly problems: readonly string[] } {
  if (value === undefined || value === null) return { interval: DEFAULT_REFRESH, problems: [] };
  if (value === 'off') return { interval: undefined, problems: [] };
  const interval = typeof value === 'string' ? parseDuration(value) : undefined;
  if (interval !== undefined) return { interval: Math.max(interval, SHORTEST_REFRESH), problems: [] };
  return { interval: DEFAULT_REFRESH, problems: ['lockscope.databaseRefresh: Expected a duration such as "30s" or "5min", or "off".'] };
}

/** Editors send the defaults of what is not set: no globs and no path say nothing. */
function withoutUnset(editor: EditorSettings): EditorSettings {
  const { migrations, schema, snapshot, ...rest } = editor;
  return {
    ...rest,
    ...(Array.isArray(migrations) && migrations.length === 0 ? {} : { migrations }),
    ...(schema === '' ? {} : { schema }),
    ...(snapshot === '' ? {} : { snapshot }),
  };
}
