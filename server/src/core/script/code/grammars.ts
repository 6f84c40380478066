import type * as WebTreeSitter from 'web-tree-sitter';
import type { Edit, Parser, Tree } from 'web-tree-sitter';
import { changeBetween } from './change';

/** The languages in which migrations are written, by the name of their grammar. */
export const GRAMMARS = ['javascript', 'typescript', 'tsx', 'ruby', 'python', 'php', 'go', 'c-sharp', 'elixir'] as const;
export type Grammar = (typeof GRAMMARS)[number];

/** The files that grammars are in: they ship beside the program. */
export const PARSER_FILE = 'web-tree-sitter.wasm';
export const grammarFile = (grammar: Grammar): string => `tree-sitter-${grammar}.wasm`;

/** Reads one of the WebAssembly files by its name; rejects where it is missing. */
export type GrammarSource = (file: string) => Promise<Uint8Array>;

const BY_EXTENSION: Readonly<Record<string, Grammar>> = {
  js: 'javascript',
  cjs: 'javascript',
  mjs: 'javascript',
  jsx: 'javascript',
  ts: 'typescript',
  cts: 'typescript',
  mts: 'typescript',
  tsx: 'tsx',
  rb: 'ruby',
  py: 'python',
  php: 'php',
  go: 'go',
  cs: 'c-sharp',
  exs: 'elixir',
  ex: 'elixir',
};

/** The endings of files that hold code, without the dot. */
export const CODE_EXTENSIONS: readonly string[] = Object.keys(BY_EXTENSION);

/** The grammar for a file, by its ending; undefined for files that are not code. */
export function grammarOf(path: string): Grammar | undefined {
  const ending = /\.([a-z]+)$/iu.exec(path)?.[1];
  return ending === undefined ? undefined : BY_EXTENSION[ending.toLowerCase()];
}

let source: GrammarSource | undefined;
let library: Promise<typeof WebTreeSitter> | undefined;
const loading = new Map<Grammar, Promise<void>>();
const parsers = new Map<Grammar, Reader>();

/** Says where the WebAssembly files come from. Nothing is read before a file needs it. */
export function setGrammarSource(from: GrammarSource): void {
  source = from;
}

/**
 * Loads what is needed to read the given files, once for each language: to be awaited before they are analysed. For
 * other files than code nothing is done. Rejects where a file of the program is missing.
 */
export async function loadGrammarsFor(paths: Iterable<string>): Promise<void> {
  const needed = new Set<Grammar>();
  for (const path of paths) {
    const grammar = grammarOf(path);
    if (grammar !== undefined && !parsers.has(grammar)) needed.add(grammar);
  }
  await Promise.all([...needed].map((grammar) => load(grammar)));
}

function load(grammar: Grammar): Promise<void> {
  let known = loading.get(grammar);
  if (known === undefined) {
    known = loadNow(grammar).catch((error: unknown) => {
      loading.delete(grammar);
      throw error;
    });
    loading.set(grammar, known);
  }
  return known;
}

async function loadNow(grammar: Grammar): Promise<void> {
  const read = source;
  if (read === undefined) throw new Error('nobody said where grammars are: call setGrammarSource() first');
  library ??= initialised(read);
  const { Language, Parser: Reader, Edit } = await library;
  const language = await Language.load(await read(grammarFile(grammar)));
  const parser = new Reader();
  parser.setLanguage(language);
  parsers.set(grammar, { parser, change: (from, to) => new Edit(changeBetween(from, to)) });
}

async function initialised(read: GrammarSource): Promise<typeof WebTreeSitter> {
  const loaded = await import('web-tree-sitter');
  await loaded.Parser.init({ wasmBinary: await read(PARSER_FILE) });
  return loaded;
}

interface Reader {
  readonly parser: Parser;
  readonly change: (from: string, to: string) => Edit;
}

interface Known {
  readonly path: string;
  readonly text: string;
  readonly tree: Tree;
}

/** The trees of the files that were read last, the latest first. */
const known: Known[] = [];
const MOST_KNOWN = 8;

/**
 * The syntax tree of a file, or undefined where its grammar is not loaded. What changed since the same file was read
 * the last time is parsed anew, the rest is taken over.
 */
export function parseCode(path: string, text: string): Tree | undefined {
  const grammar = grammarOf(path);
  const parser = grammar === undefined ? undefined : parsers.get(grammar);
  if (parser === undefined) return undefined;
  const index = known.findIndex((one) => one.path === path);
  const [old] = index === -1 ? [] : known.splice(index, 1);
  const tree = old?.text === text ? old.tree : parsed(parser, text, old);
  if (tree === undefined) return undefined;
  known.unshift({ path, text, tree });
  if (known.length > MOST_KNOWN) known.pop()?.tree.delete();
  return tree;
}

function parsed({ parser, change }: Reader, text: string, old: Known | undefined): Tree | undefined {
  if (old === undefined) return parser.parse(text) ?? undefined;
  old.tree.edit(change(old.text, text));
  const tree = parser.parse(text, old.tree) ?? undefined;
  old.tree.delete();
  return tree;
}
