import type { RelationName } from './names';

/** How large a relation is, as the catalogue of a live database or a snapshot tells it. */
export interface RelationSize {
  /** Estimated rows; undefined where the server does not know (never analysed). */
  readonly rows: number | undefined;
  /** Bytes of the heap, without indexes and TOAST. */
  readonly bytes: number | undefined;
}

/** What is known about sizes. Rooms that judge by size take this; without a database it is {@link NO_STATISTICS}. */
export interface Statistics {
  sizeOf(relation: RelationName): RelationSize | undefined;
}

export const NO_STATISTICS: Statistics = { sizeOf: () => undefined };
