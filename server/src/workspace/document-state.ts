import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Applied } from '../core/applied';
import type { Analysis } from '../core/analysis';
import { analyze, type AnalysisInput } from '../core/analyze';
import { createMemo, type AnalysisMemo } from '../core/memo';
import { withMentions, type Mentions } from '../core/mentions';
import type { Neighbours } from '../core/neighbours';
import type { Schema } from '../core/schema/schema';
import type { Statistics } from '../core/schema/statistics';
import type { Target } from '../core/target';
import type { NamedDatabase } from './databases';
import { MAX_SIZE } from './disk';
import type { Place } from './place';
import type { DocumentSettings } from './settings';
import type { KnownSnapshot } from './snapshots';

/** What a document's analysis depends on besides its text. */
export interface Surroundings {
  readonly place: Place;
  readonly settings: DocumentSettings;
  readonly target: Target;
  readonly data: DataSource | undefined;
  /** What exists before it. */
  readonly schema: Schema;
  /** The other files of its history. */
  readonly neighbours: Neighbours | undefined;
  readonly statistics: Statistics;
  /** Files near it that tell how its tool runs it, by path. */
  readonly beside: ReadonlyMap<string, string>;
  /** The paths of its history's files. */
  readonly siblings: readonly string[];
  /** That it has been applied, by the word of its tool. */
  readonly applied: Applied | undefined;
  /** Why that is not known, as a sentence. */
  readonly appliedUnknown: string | undefined;
}

/** Where sizes come from. */
export type DataSource = { readonly kind: 'connection'; readonly database: NamedDatabase } | { readonly kind: 'snapshot'; readonly snapshot: KnownSnapshot };

/** What every reading knows of its document. */
interface ReadingBase {
  readonly settings: DocumentSettings;
  /** The server that it is judged for. */
  readonly target: Target;
  readonly data: DataSource | undefined;
  /** That it has been applied, by the word of its tool; then it is judged only where somebody asked for that. */
  readonly applied: Applied | undefined;
  /** Why that is not known, as a sentence. */
  readonly appliedUnknown: string | undefined;
}

/** What there is to say of a document. The same text in the same surroundings gives the same object. */
export type Reading = ReadingBase &
  (
  | {
      readonly state: 'analysed';
      readonly analysis: Analysis;
      /** What it was made from, and what it left in memory, for those who ask what other texts would give. */
      readonly input: AnalysisInput;
      readonly memo: AnalysisMemo;
      readonly version: number;
      readonly forced: boolean;
    }
  /** It does not look like a migration. */
  | { readonly state: 'other' }
  /** It cannot be analysed; why, as a sentence. */
  | { readonly state: 'refused'; readonly message: string });

/** One open document: its surroundings, and the analysis of its present text. */
export class DocumentState {
  surroundings: Surroundings | undefined;
  loading: Promise<void> | undefined;
  /** Counts the attempts to find the surroundings, so that a late one does not overwrite a newer. */
  generation = 0;
  /** Whether somebody asked for the analysis although it does not look like a migration. */
  forced = false;
  /** How long the last analysis took, in ms. */
  cost = 0;
  private readonly memo = createMemo();
  /** Places in code that name what its findings are about; they arrive when they were found. */
  mentions: Mentions = new Map();
  private last: { readonly version: number; readonly surroundings: Surroundings; readonly mentions: Mentions; readonly forced: boolean; readonly reading: Reading } | undefined;

  constructor(
    readonly document: TextDocument,
    private readonly isMigration: (text: string) => boolean,
  ) {}

  /** Takes new surroundings. Gives back whether they differ from others that answers were made from. */
  setSurroundings(surroundings: Surroundings): boolean {
    const old = this.surroundings;
    if (old !== undefined && sameSurroundings(old, surroundings)) return false;
    this.surroundings = surroundings;
    return old !== undefined;
  }

  /** Undefined until the surroundings are known. */
  read(): Reading | undefined {
    const { surroundings, mentions, forced, last } = this;
    const { version } = this.document;
    if (surroundings === undefined) return undefined;
    if (last?.version === version && last.surroundings === surroundings && last.mentions === mentions && last.forced === forced) return last.reading;
    const reading = this.readNow(surroundings);
    this.last = { version, surroundings, mentions, forced, reading };
    return reading;
  }

  private readNow({ place, settings, target, data, schema, neighbours, statistics, beside, siblings, applied, appliedUnknown }: Surroundings): Reading {
    const base = { settings, target, data, applied, appliedUnknown };
    const text = this.document.getText();
    if (!this.isMigration(text)) return { ...base, state: 'other' };
    if (text.length > MAX_SIZE) return { ...base, state: 'refused', message: 'This file is larger than 10 MB; Lockscope does not analyse it.' };
    if (text.includes('\0')) return { ...base, state: 'refused', message: 'This file holds NUL bytes, so it is not text; Lockscope does not analyse it.' };
    const { options, severities } = settings;
    const { memo, forced } = this;
    const input: AnalysisInput = { path: place.path, text, target, schema, statistics, options, severities, tool: undefined, beside, siblings, ...(neighbours === undefined ? {} : { neighbours }), ...(applied === undefined || forced ? {} : { applied }) };
    const start = performance.now();
    const analysis = withMentions(analyze(input, memo), this.mentions);
    this.cost = performance.now() - start;
    return { ...base, state: 'analysed', analysis, input, memo, version: this.document.version, forced };
  }
}

function sameSurroundings(a: Surroundings, b: Surroundings): boolean {
  return a.settings === b.settings && a.target === b.target && a.schema === b.schema && a.statistics === b.statistics && a.neighbours === b.neighbours && a.beside === b.beside && a.siblings === b.siblings && a.applied?.table === b.applied?.table && a.applied?.on === b.applied?.on && a.appliedUnknown === b.appliedUnknown && a.place.path === b.place.path && sameSource(a.data, b.data);
}

function sameSource(a: DataSource | undefined, b: DataSource | undefined): boolean {
  if (a?.kind === 'connection') return b?.kind === 'connection' && a.database === b.database;
  return a?.snapshot === (b?.kind === 'snapshot' ? b.snapshot : undefined) && a?.kind === b?.kind;
}
