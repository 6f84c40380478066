import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Analysis } from '../core/analysis';
import { analyze, type AnalysisInput } from '../core/analyze';
import { createMemo, type AnalysisMemo } from '../core/memo';
import type { Schema } from '../core/schema/schema';
import type { Statistics } from '../core/schema/statistics';
import { MAX_SIZE } from './disk';
import type { Place } from './place';
import type { DocumentSettings } from './settings';

/** What a document's analysis depends on besides its text. */
export interface Surroundings {
  readonly place: Place;
  readonly settings: DocumentSettings;
  /** What exists before it. */
  readonly schema: Schema;
  readonly statistics: Statistics;
}

/** What there is to say of a document. The same text in the same surroundings gives the same object. */
export type Reading =
  | {
      readonly state: 'analysed';
      readonly analysis: Analysis;
      /** What it was made from, and what it left in memory, for those who ask what other texts would give. */
      readonly input: AnalysisInput;
      readonly memo: AnalysisMemo;
      readonly settings: DocumentSettings;
      readonly version: number;
      readonly forced: boolean;
    }
  /** It does not look like a migration. */
  | { readonly state: 'other'; readonly settings: DocumentSettings }
  /** It cannot be analysed; why, as a sentence. */
  | { readonly state: 'refused'; readonly settings: DocumentSettings; readonly message: string };

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
  private last: { readonly version: number; readonly surroundings: Surroundings; readonly forced: boolean; readonly reading: Reading } | undefined;

  constructor(
    readonly document: TextDocument,
    private readonly isMigration: (text: string) => boolean,
  ) {}

  /** Takes new surroundings. Gives back whether they differ from others that answers were made from. */
  setSurroundings(surroundings: Surroundings): boolean {
    const old = this.surroundings;
    if (old?.settings === surroundings.settings && old.schema === surroundings.schema && old.place.path === surroundings.place.path) return false;
    this.surroundings = surroundings;
    return old !== undefined;
  }

  /** Undefined until the surroundings are known. */
  read(): Reading | undefined {
    const { surroundings, forced, last } = this;
    const { version } = this.document;
    if (surroundings === undefined) return undefined;
    if (last?.version === version && last.surroundings === surroundings && last.forced === forced) return last.reading;
    const reading = this.readNow(surroundings);
    this.last = { version, surroundings, forced, reading };
    return reading;
  }

  private readNow({ place, settings, schema, statistics }: Surroundings): Reading {
    const text = this.document.getText();
    if (!this.isMigration(text)) return { state: 'other', settings };
    if (text.length > MAX_SIZE) return { state: 'refused', settings, message: 'This file is larger than 10 MB; Lockscope does not analyse it.' };
    if (text.includes('\0')) return { state: 'refused', settings, message: 'This file holds NUL bytes, so it is not text; Lockscope does not analyse it.' };
    const { target, options, severities } = settings;
    const { memo, forced } = this;
    const input: AnalysisInput = { path: place.path, text, target, schema, statistics, options, severities, tool: undefined };
    const start = performance.now();
    const analysis = analyze(input, memo);
    this.cost = performance.now() - start;
    return { state: 'analysed', analysis, input, memo, settings, version: this.document.version, forced };
  }
}
