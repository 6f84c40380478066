import { loadModule, parseSync } from 'libpg-query';
import type { Node } from '@pgsql/types';
import type { Parsed, Statement } from '../statement';

/** Loads the server's parser (WebAssembly); to be awaited once before anything is parsed. */
export async function loadPostgresParser(): Promise<void> {
  await loadModule();
}

/** Parse results by text. */
export interface PostgresParseMemo {
  readonly byText: Map<string, Parsed>;
}

/** A memo that knows nothing yet. */
export function createParseMemo(): PostgresParseMemo {
  return { byText: new Map() };
}

/** The statements of a SQL text, each parsed by itself. */
export function statementsOf(text: string, memo: PostgresParseMemo): readonly Statement[] {
  void memo;
  const out: Statement[] = [];
  for (const raw of parseSync(text).stmts ?? []) {
    const start = raw.stmt_location ?? 0;
    const length = raw.stmt_len ?? text.length - start;
    const node = raw.stmt as Node;
    out.push({
      span: { offset: start, length },
      parsed: { ok: true, text: text.slice(start, start + length), node, nodeKind: Object.keys(node)[0] ?? '', offsetOf: (location) => location - start },
    });
  }
  return out;
}
