import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { loadGrammarsFor, PARSER_FILE, setGrammarSource } from '../server/src/core/script/code/grammars';

/** Makes the languages of some files readable, from the packages that the build takes them from. */
export async function loadLanguages(...paths: readonly string[]): Promise<void> {
  const require = createRequire(import.meta.url);
  setGrammarSource(async (file) => {
    if (file === PARSER_FILE) return readFile(require.resolve('web-tree-sitter/web-tree-sitter.wasm'));
    if (file === 'tree-sitter-elixir.wasm') return readFile(join(dirname(require.resolve('tree-sitter-elixir/package.json')), file));
    return readFile(join(dirname(require.resolve('@vscode/tree-sitter-wasm')), file));
  });
  await loadGrammarsFor(paths);
}
