import type { Adjacency } from './neighbourhood';

/** What hangs on what, as pairs of oids in two columns: a list for each of tens of thousands of relations would take many times as much. */
export class Pairs implements Adjacency {
  private readonly from: Uint32Array;
  private readonly to: Uint32Array;

  /** What a relation has several of keeps its order. */
  constructor(from: ArrayLike<number>, to: ArrayLike<number>) {
    const order = Uint32Array.from({ length: from.length }, (_value, index) => index).sort((a, b) => (from[a] ?? 0) - (from[b] ?? 0) || a - b);
    this.from = order.map((index) => from[index] ?? 0);
    this.to = order.map((index) => to[index] ?? 0);
  }

  get(oid: number): readonly number[] | undefined {
    const { from, to } = this;
    let low = 0;
    for (let high = from.length; low < high; ) {
      const middle = (low + high) >> 1;
      if ((from[middle] ?? 0) >= oid) high = middle;
      else low = middle + 1;
    }
    let end = low;
    while (from[end] === oid) end++;
    return end === low ? undefined : [...to.subarray(low, end)];
  }

  /** The other direction. */
  reversed(): Pairs {
    return new Pairs(this.to, this.from);
  }
}
