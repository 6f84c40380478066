/** Builds entry points, by name, into `outdir` (absolute), with assets of the parser beside them. */
export function buildInto(
  outdir: string,
  options: { readonly entries: Readonly<Record<string, string>>; readonly external?: readonly string[]; readonly assets?: readonly string[]; readonly minify?: boolean },
): Promise<unknown>;

/** The WebAssembly files that a program of ours reads from beside it. */
export const webAssembly: readonly string[];
