import { grammarOf, type Grammar } from '../grammars';
import type { Language } from '../language';
import { csharp } from './csharp';
import { elixir } from './elixir';
import { go } from './go';
import { javascript } from './javascript';
import { php } from './php';
import { python } from './python';
import { ruby } from './ruby';

const LANGUAGES: Readonly<Record<Grammar, Language>> = {
  javascript,
  typescript: javascript,
  tsx: javascript,
  ruby,
  python,
  php,
  go,
  'c-sharp': csharp,
  elixir,
};

/** The language that a file is written in, by its ending; undefined where it is not code. */
export function languageFor(path: string): Language | undefined {
  const grammar = grammarOf(path);
  return grammar === undefined ? undefined : LANGUAGES[grammar];
}
