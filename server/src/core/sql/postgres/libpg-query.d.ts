/** The WebAssembly module of libpg-query beneath its JavaScript: the part of it that Lockscope calls. */
declare module 'libpg-query/wasm/libpg-query.js' {
  export interface PgQueryModule {
    readonly HEAPU32: Uint32Array;
    lengthBytesUTF8(text: string): number;
    stringToUTF8(text: string, pointer: number, capacity: number): void;
    UTF8ToString(pointer: number): string;
    _malloc(bytes: number): number;
    _free(pointer: number): void;
    /** Gives a PgQueryParseResult: parse tree (JSON), stderr, error (pg_query.h). */
    _wasm_parse_query_raw(query: number): number;
    _wasm_free_parse_result(result: number): void;
    /** Gives JSON, or an error message that does not start with a brace. */
    _wasm_parse_plpgsql(query: number): number;
    /** Gives JSON, or an error message that does not start with a brace. */
    _wasm_scan(query: number): number;
    _wasm_free_string(pointer: number): void;
  }
  export default function load(): Promise<PgQueryModule>;
}
