import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AppliedRecord } from '../core/applied';
import type { Catalog } from '../core/schema/catalog';
import { withRates, writeRates, type WriteRates } from '../core/schema/rates';
import type { RelationSizes } from '../core/schema/statistics';
import type { DataStatement } from '../core/data-statements';
import { knownDatabase, resized, type KnownDatabase } from '../core/snapshot';
import type { Analysis } from '../core/analysis';
import type { MigrationEstimate } from '../core/estimate/estimate';
import { History } from '../core/estimate/history';
import type { Calibration, Rehearsed } from '../core/schema/speed';
import { learn, sampleOf, type Learned, type Lesson } from './learn';
import type { Probe } from './postgres/sample';
import { readRunning } from './postgres/running';
import { readPastStatements } from './postgres/timings';
import { rehearse, type Rehearsal, type RehearsalHost } from './rehearsal/rehearse';
import type { DataCheck, Violations } from '../core/data-checks';
import { RowCounts } from './row-counts';
import { countViolations, type Counted, type Watcher } from './violations';
import { DatabaseError, readContents, type DatabaseContents } from './database';

/** What is known of a live database, and how the last attempt to read it went. */
export interface LiveState {
  /** Undefined until it was read for the first time. */
  readonly data: LiveData | undefined;
  /** Why the last attempt failed, in plain words; undefined where it did not. Then {@link data} is stale. */
  readonly problem: string | undefined;
  readonly isReading: boolean;
}

export interface LiveData {
  readonly known: KnownDatabase;
  /** When it was read, in ms since 1970. */
  readonly readAt: number;
}

/** What a live database needs of whoever holds it. */
export interface LiveHost {
  /** Resolves when statements can be parsed. */
  readonly parserLoaded: Promise<void>;
  /** Whether anybody looks at what is judged by this database. */
  isWanted(): boolean;
  /**
   * Its state is another: what it holds (`data`), whether that is stale (`trust`), or only whether it is being read
   * (`activity`).
   */
  changed(what: 'data' | 'trust' | 'activity'): void;
}

/** The first and the longest wait before a failed attempt is repeated, in ms. */
const FIRST_WAIT = 2000;
const LONGEST_WAIT = 5 * 60_000;

/** What was read less than this ago, in ms, is not read again because a file was saved. */
const FRESH = 1000;

/** How long after the first reading there is a second one, for write rates take two; only where reading is quick. In ms. */
const SECOND_READING = 10_000;
const QUICK = 1000;

/** How long what was counted on request holds, in ms: rows come and go. */
const COUNTS_HOLD = 10 * 60_000;

/** How long after new words are typed what they may name is read, and how long after one reading the next one may be for that, in ms. */
const PAUSE = 1500;
const APART = 10_000;

/** How long after one look at what runs the next one is, in ms; for what runs long a share of how long it has run. */
const WATCH = 1000;
const WATCH_SHARE = 0.05;

/** Sessions tell their counters up to a second late (PGSTAT_MIN_INTERVAL, pgstat.c): a shorter time gives no rate. In s. */
const SHORTEST_MEASURE = 5;

/**
 * A database that is read again and again, each time in one short session, into one immutable value. Whoever asks gets
 * what was read last, at once; nobody ever waits for the server.
 */
export class LiveDatabase {
  state: LiveState = { data: undefined, problem: undefined, isReading: false };
  private reading: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** In ms; undefined: only on demand. */
  private interval: number | undefined;
  private failures = 0;
  /** How long the first reading took, in ms, while there was no other. */
  private firstTook: number | undefined;
  private isDisposed = false;
  private catalogPrint = '';
  /** The reading that rates count from. */
  private baseline: { readonly sizes: RelationSizes; readonly at: number } | undefined;
  private rates: WriteRates = {};
  /** What is read in detail: the relations that these may name. */
  private readonly words = new Set<string>();
  /** The tables and views that were not looked at. */
  private unlookedAt: Catalog['others'];
  private lookingFor: NodeJS.Timeout | undefined;
  private readonly rowCounts: RowCounts;
  /** What was counted on request, and when. */
  private readonly violations = new Map<string, { readonly found: Violations; readonly at: number }>();
  /** What was read last, without row counts. */
  private plain: KnownDatabase | undefined;
  /** Estimates that were shown, beside what the server counts. */
  private history = History.NONE;
  private rehearsals: ReadonlyMap<string, Rehearsed> = new Map();
  private watching: NodeJS.Timeout | undefined;
  private lookedAt = 0;

  /**
   * @param calibration what earlier sessions have learned of it
   * @param url postgresql://…
   * @param read replaces the reading in tests
   */
  constructor(
    readonly url: string,
    private readonly host: LiveHost,
    private readonly read: (url: string, words: ReadonlySet<string>) => Promise<DatabaseContents> = readContents,
    private calibration?: Calibration,
  ) {
    this.rowCounts = new RowCounts(url, () => {
      this.knowsMore();
    });
  }

  /** What learning would read of the tables: nothing where they are too small, or not known yet. */
  async sample(): Promise<readonly Probe[]> {
    return sampleOf(await this.readWhole());
  }

  /** Learns from past statements and from a sample as planned. Throws a {@link DatabaseError}. */
  async learn(lesson: Pick<Lesson, 'probes' | 'signal' | 'progress'>): Promise<Learned> {
    const learned = await learn(this.url, await this.readWhole(), { ...lesson, past: true, before: this.calibration });
    if (learned.timings > 0) this.calibration = learned.calibration;
    this.history = this.history.seen(learned.past);
    this.knowsMore();
    return learned;
  }

  /** Forgets what was learned. */
  forget(): void {
    this.calibration = undefined;
    this.knowsMore();
  }

  /** Rehearses migrations on the server of `stage`; estimates of their statements rest on it from then on. Throws a {@link DatabaseError}. */
  async rehearse(stage: string, host: RehearsalHost): Promise<Rehearsal> {
    const done = await rehearse(this.url, stage, await this.readWhole(), host);
    this.rehearsals = new Map([...this.rehearsals, ...done.statements.flatMap(({ text, rehearsed }) => (rehearsed === undefined ? [] : [[text, rehearsed] as const]))]);
    this.knowsMore();
    return done;
  }

  /** Reads what past statements took and which run now, so that what ran is held against what was said of it. Never throws. */
  async lookBack(): Promise<void> {
    const found = await readPastStatements(this.url).catch(() => undefined);
    if (found?.available === true) {
      this.history = this.history.seen(found.statements);
      this.knowsMore();
    }
    await this.watch();
  }

  /** Looks at what runs, and again and again until what was estimated has ended. */
  private async watch(): Promise<void> {
    if (!this.history.isExpecting || this.isDisposed) return;
    clearTimeout(this.watching);
    const now = await readRunning(this.url).catch(() => undefined);
    if (now === undefined) return;
    const since = Date.now() - this.lookedAt;
    const before = this.history.longestRunning;
    this.lookedAt = Date.now();
    this.history = this.history.watching(now, since / 1000);
    const longest = this.history.longestRunning;
    if (before === undefined && longest === undefined) return;
    this.knowsMore();
    if (longest === undefined) {
      // The server may have counted what is over now.
      await this.lookBack();
      return;
    }
    clearTimeout(this.watching);
    this.watching = setTimeout(() => {
      if (this.host.isWanted()) void this.watch();
    }, Math.max(WATCH, 1000 * longest * WATCH_SHARE));
    this.watching.unref();
  }

  /** An estimate is shown: what runs from now on is held against it. */
  showed(analysis: Analysis, estimate: MigrationEstimate): void {
    this.history = this.history.expecting(analysis, estimate);
  }

  /** All tables, also those that no open document names. */
  private async readWhole(): Promise<KnownDatabase> {
    const { version, ...contents } = await readContents(this.url);
    await this.host.parserLoaded;
    return knownDatabase({ ...contents, server: { dialect: 'postgresql', version } }, 'connection');
  }

  private knowsMore(): void {
    const { data } = this.state;
    if (data !== undefined && this.plain !== undefined) this.setState({ data: { ...data, known: this.counted(this.plain) } });
  }

  /**
   * Says that somebody looks at what is judged by it: reads it, where that is due. Returns at once.
   * @param words what the texts that are judged may name, as `wordsOf` finds it; more than the last time is read soon
   */
  want(words: ReadonlySet<string>): void {
    this.lookFor(words);
    if (this.timer === undefined && this.reading === undefined && (this.state.data === undefined || this.failures > 0 || this.isOlderThan(this.interval))) void this.refresh();
  }

  /** Has the server say how many rows statements would change. Returns at once; what comes of it is in the statistics. */
  count(statements: readonly DataStatement[]): void {
    if (this.state.data !== undefined && this.failures === 0 && !this.isDisposed) this.rowCounts.want(statements);
  }

  /** Counts on request what violates constraints; what comes of it is in the statistics for a while. Gives back why not, in plain words, where the server does not answer. */
  async check(checks: readonly DataCheck[], watcher: Watcher): Promise<ReadonlyMap<string, Counted> | string> {
    let found: ReadonlyMap<string, Counted>;
    try {
      found = await countViolations(this.url, checks, watcher);
    } catch (error) {
      if (error instanceof DatabaseError) return error.message;
      throw error;
    }
    for (const [key, counted] of found) {
      if ('problem' in counted) this.violations.delete(key);
      else this.violations.set(key, { found: counted, at: Date.now() });
    }
    const { data } = this.state;
    if (data !== undefined && this.plain !== undefined) this.setState({ data: { ...data, known: this.counted(this.plain) } });
    return found;
  }

  /** Reads it now. Resolves when that is done, whether or not it worked; never rejects. */
  refresh(): Promise<void> {
    if (this.isDisposed) return Promise.resolve();
    this.reading ??= this.readOnce().finally(() => {
      this.reading = undefined;
      this.setState({ isReading: false });
      this.schedule();
    });
    return this.reading;
  }

  /** A file was saved: reads it again, unless that was done a moment ago or the server does not answer anyway. */
  saved(): void {
    if (this.state.data !== undefined && this.failures === 0 && this.isOlderThan(FRESH)) void this.refresh();
  }

  /** @param interval between readings, in ms; undefined: on demand only */
  setInterval(interval: number | undefined): void {
    if (this.interval === interval) return;
    this.interval = interval;
    if (this.reading === undefined && this.state.data !== undefined) this.schedule();
  }

  /** Takes new words: at once where one of them names what was not looked at, after a while where one may name something else. */
  private lookFor(words: ReadonlySet<string>): void {
    const fresh = [...words].filter((word) => !this.words.has(word));
    if (fresh.length === 0) return;
    for (const word of fresh) this.words.add(word);
    const { data } = this.state;
    if (data === undefined || this.failures > 0) return;
    const wait = fresh.some((word) => this.unlookedAt?.hasOwnName(word) === true) ? 0 : Math.max(PAUSE, data.readAt + APART - Date.now());
    clearTimeout(this.lookingFor);
    this.lookingFor = setTimeout(() => void (this.reading ?? Promise.resolve()).then(() => this.refresh()), wait);
    this.lookingFor.unref();
  }

  dispose(): void {
    this.isDisposed = true;
    clearTimeout(this.lookingFor);
    clearTimeout(this.timer);
    clearTimeout(this.watching);
  }

  private async readOnce(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.setState({ isReading: true });
    const start = Date.now();
    try {
      const contents = await this.read(this.url, new Set(this.words));
      await this.host.parserLoaded;
      this.firstTook = this.state.data === undefined ? Date.now() - start : undefined;
      await this.take(contents, Date.now());
      this.failures = 0;
      void this.watch();
    } catch (error) {
      this.failures += 1;
      this.setState({ problem: error instanceof DatabaseError ? error.message : 'the database could not be read' });
    }
  }

  /** A catalogue that is as it was stays the same object, so that no schema is made anew for it. */
  private async take({ catalog, sizes, settings, version, applied: read, replication, asked }: DatabaseContents, readAt: number): Promise<void> {
    const { data } = this.state;
    const print = await fingerprint(catalog, version);
    const seconds = this.baseline === undefined ? 0 : (readAt - this.baseline.at) / 1000;
    if (this.baseline === undefined || seconds >= SHORTEST_MEASURE) {
      this.rates = writeRates(sizes, this.baseline?.sizes ?? {}, seconds);
      this.baseline = { sizes, at: readAt };
    }
    const rated = withRates(sizes, this.rates);
    const isSame = data !== undefined && print === this.catalogPrint;
    const applied = this.notedNow(read);
    const known =
      isSame && this.plain !== undefined
        ? { ...askedAlso(resized(this.plain, rated, catalog.others, settings), asked), applied, replication }
        : knownDatabase({ catalog, sizes: rated, settings, applied, replication, ...(asked === undefined ? {} : { asked }), server: { dialect: 'postgresql', version } }, 'connection');
    this.catalogPrint = print;
    this.unlookedAt = catalog.others;
    this.plain = known;
    this.rowCounts.age();
    for (const [key, { at }] of this.violations) if (readAt - at > COUNTS_HOLD) this.violations.delete(key);
    this.setState({ data: { known: this.counted(known), readAt }, problem: undefined });
  }

  /** The same object as long as tools noted nothing more; a table that somebody locks holds what it held. */
  private notedNow(read: readonly AppliedRecord[]): readonly AppliedRecord[] {
    const before = this.plain?.applied ?? [];
    const now = read.map((record) => (record.unread === 'locked' ? (before.find(({ table, rows }) => table === record.table && rows !== undefined) ?? record) : record));
    return JSON.stringify(now) === JSON.stringify(before) ? before : now;
  }

  private counted(known: KnownDatabase): KnownDatabase {
    const { calibration, history, rehearsals } = this;
    const learned = { ...(calibration === undefined ? {} : { calibration }), ran: (text: string) => history.ranOf(text), running: (text: string) => history.runningOf(text), rehearsed: (text: string) => rehearsals.get(text), violationsOf: (check: string) => this.violations.get(check)?.found };
    return { ...known, statistics: { ...this.rowCounts.with(known.statistics), ...learned } };
  }

  private schedule(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const wait = this.waitBeforeNext();
    if (this.isDisposed || wait === undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.host.isWanted()) void this.refresh();
    }, wait);
    this.timer.unref();
  }

  private waitBeforeNext(): number | undefined {
    if (this.failures > 0) return Math.min(FIRST_WAIT * 2 ** (this.failures - 1), LONGEST_WAIT);
    return this.interval === undefined || this.firstTook === undefined || this.firstTook > QUICK ? this.interval : Math.min(SECOND_READING, this.interval);
  }

  private isOlderThan(age: number | undefined): boolean {
    const { data } = this.state;
    return data !== undefined && age !== undefined && Date.now() - data.readAt > age;
  }

  private setState(change: Partial<LiveState>): void {
    if (this.isDisposed) return;
    const old = this.state;
    this.state = { ...old, ...change };
    this.host.changed(old.data !== this.state.data ? 'data' : old.problem !== this.state.problem ? 'trust' : 'activity');
  }
}

/** The same database, of which is known that the server was asked about more names. Names are only ever added. */
function askedAlso(known: KnownDatabase, asked: ReadonlySet<string> | undefined): KnownDatabase {
  const before = known.schema.asked;
  return asked === undefined || before?.size === asked.size ? known : { ...known, schema: { ...known.schema, asked } };
}

/** How many relations are looked at before others get their turn. */
const BATCH = 2000;

/** Tells one catalogue from another, in small steps. */
async function fingerprint({ relations, others, ...rest }: Catalog, version: number): Promise<string> {
  const hash = createHash('sha1').update(JSON.stringify([version, rest]));
  let count = 0;
  for (const list of [relations, others ?? []]) {
    for (const one of list) {
      hash.update(JSON.stringify(one));
      if (++count % BATCH === 0) await nextTurn();
    }
    hash.update('\n');
  }
  return hash.digest('hex');
}
