/** Text on a terminal: how wide it is, how it breaks into lines, and nothing in it that could command the terminal. */

/** Breaks prose into lines of at most `width` columns, at blanks. A longer word stands alone. */
export function wrap(prose: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const paragraph of harmless(prose, '\n').split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > width) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines;
}

/** How many columns a text takes: two for East Asian wide characters and emoji, none for combining marks. */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  graphemes ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** The text with tabs as two blanks and every other control character made visible. */
export function harmless(text: string, except = ''): string {
  return text.replaceAll('\t', '  ').replace(CONTROL, (unit) => (except.includes(unit) ? unit : '\u{FFFD}'));
}

const PLAIN = /^[\x20-\x7e]*$/u;
const CONTROL = /[\p{Cc}\u{2028}\u{2029}\u{202A}-\u{202E}\u{2066}-\u{2069}\u{FEFF}]/gu;
const WIDE =
  /\p{Emoji_Presentation}|\p{Extended_Pictographic}\u{FE0F}|[\u{1100}-\u{115F}\u{2E80}-\u{303E}\u{3041}-\u{33FF}\u{3400}-\u{4DBF}\u{4E00}-\u{9FFF}\u{A000}-\u{A4CF}\u{AC00}-\u{D7A3}\u{F900}-\u{FAFF}\u{FE30}-\u{FE4F}\u{FF00}-\u{FF60}\u{FFE0}-\u{FFE6}\u{20000}-\u{3FFFD}]/u;

/** Made when first needed: it takes as long as reading a small file. */
let graphemes: Intl.Segmenter | undefined;
