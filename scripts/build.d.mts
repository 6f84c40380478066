/** Builds the language server's bundle into `outdir` (absolute). */
export function buildServer(outdir: string, options?: { readonly minify?: boolean }): Promise<unknown>;
