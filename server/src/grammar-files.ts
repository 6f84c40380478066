import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setGrammarSource } from './core/script/code/grammars';

/** Has the grammars of other languages read from where the build puts them: beside the program. */
export function useGrammarFiles(): void {
  setGrammarSource((file) => readFile(join(__dirname, file)));
}
