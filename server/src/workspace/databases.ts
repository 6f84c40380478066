import type { ChosenDatabase } from '../databases/environment';
import { LiveDatabase, type LiveData } from '../databases/live';
import { canonical, type Place } from './place';

/** A live database, by the name that the user gave it. */
export interface NamedDatabase {
  readonly name: string;
  readonly live: LiveDatabase;
  /** Whether its owner marked it as one that nothing but reading may happen to. */
  readonly production: boolean;
}

/** What live databases need of the workspace. */
export interface DatabasesHost {
  readonly parserLoaded: Promise<void>;
  /** Whether a document is open that one of them is for. */
  isWanted(): boolean;
  changed(what: 'data' | 'trust' | 'activity'): void;
}

/** The live databases that the user chose, by workspace folder. Folders with the same database share it. */
export class Databases {
  private readonly byFolder = new Map<string, NamedDatabase>();
  private readonly byUrl = new Map<string, LiveDatabase>();
  /** Servers on which rehearsals may make their databases, by what they are asked for by. */
  readonly stages = new Map<string, { readonly name: string; readonly url: string }>();

  constructor(chosen: readonly ChosenDatabase[], host: DatabasesHost) {
    for (const { name, folder, url, production, calibration, stage } of chosen) {
      if (stage !== undefined) {
        if (!production) this.stages.set(stage, { name, url });
        continue;
      }
      let live = this.byUrl.get(url);
      if (live === undefined) this.byUrl.set(url, (live = new LiveDatabase(url, host, undefined, calibration)));
      this.byFolder.set(folder === undefined ? ANY : canonical(folder), { name, live, production });
    }
  }

  /** The database that documents of a place are judged by. */
  of({ root, inFolder }: Place): NamedDatabase | undefined {
    return (inFolder ? this.byFolder.get(canonical(root.toString())) : undefined) ?? this.byFolder.get(ANY);
  }

  /**
   * What is known of it now. Has it read where that was not done yet; nobody waits for that.
   * @param words what the documents judged by it may name
   */
  dataOf(database: NamedDatabase | undefined, interval: number | undefined, words: ReadonlySet<string>): LiveData | undefined {
    if (database === undefined) return undefined;
    database.live.setInterval(interval);
    database.live.want(words);
    return database.live.state.data;
  }

  all(): readonly LiveDatabase[] {
    return [...this.byUrl.values()];
  }
}

/** Stands for all folders that have no database of their own. */
const ANY = '';
