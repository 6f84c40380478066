import load, { type PgQueryModule } from 'libpg-query/wasm/libpg-query.js';

/** A refusal in the server's words. `position` counts characters (code points) from 0; -1 where none is known. */
export interface Refusal {
  readonly ok: false;
  readonly message: string;
  readonly position: number;
}

export type Answer = { readonly ok: true; readonly json: string } | Refusal;

let loaded: PgQueryModule | undefined;
let loading: Promise<void> | undefined;

/** Loads the server's parser (WebAssembly, some 30 ms); to be awaited once before anything is parsed. Rejects where the .wasm file is missing. */
export async function loadPostgresParser(): Promise<void> {
  if (loaded === undefined) await (loading ??= renew());
}

async function renew(): Promise<void> {
  try {
    loaded = await load();
  } finally {
    loading = undefined;
  }
}

/** Has the server parse a text. Never throws but when the parser was not loaded. */
export function askParser(sql: string): Answer {
  return ask(sql, (module, query) => {
    const result = module._wasm_parse_query_raw(query);
    if (result === 0) return OUT_OF_MEMORY;
    try {
      const heap = module.HEAPU32;
      const tree = heap[result >> 2] ?? 0;
      const error = heap[(result >> 2) + 2] ?? 0;
      if (error === 0) return { ok: true, json: module.UTF8ToString(tree) };
      // PgQueryError: message, funcname, filename, lineno, cursorpos (from 1; 0 for none), context.
      const message = heap[error >> 2] ?? 0;
      return { ok: false, message: module.UTF8ToString(message), position: (heap[(error >> 2) + 4] ?? 0) - 1 };
    } finally {
      module._wasm_free_parse_result(result);
    }
  });
}

/** Has the server's PL/pgSQL compiler read the functions and DO blocks of a text. */
export function askPlpgsql(sql: string): Answer {
  return ask(sql, (module, query) => {
    const result = module._wasm_parse_plpgsql(query);
    if (result === 0) return OUT_OF_MEMORY;
    try {
      const answer = module.UTF8ToString(result);
      return answer.startsWith('{') ? { ok: true, json: answer } : { ok: false, message: answer, position: -1 };
    } finally {
      module._wasm_free_string(result);
    }
  });
}

/** The server's message where bison's stack is full. */
const OUT_OF_MEMORY: Refusal = { ok: false, message: 'memory exhausted', position: -1 };

const TOO_DEEP: Refusal = { ok: false, message: 'the statement is nested too deeply to be analysed', position: -1 };

function ask(sql: string, call: (module: PgQueryModule, query: number) => Answer): Answer {
  const module = loaded;
  if (module === undefined) throw new Error('the parser is not loaded: await loadPostgresParser() first');
  try {
    const bytes = module.lengthBytesUTF8(sql) + 1;
    const query = module._malloc(bytes);
    if (query === 0) return OUT_OF_MEMORY;
    module.stringToUTF8(sql, query, bytes);
    const answer = call(module, query);
    module._free(query);
    return answer;
  } catch {
    // The parser overflowed a stack: what it held then is lost for good, and after some dozens of times it would not
    // answer at all. It goes on until a fresh one is there, which takes a moment.
    loading ??= renew().catch(() => undefined);
    return TOO_DEEP;
  }
}
