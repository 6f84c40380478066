import type { Fix } from '../rules/rule';
import type { BesideEdit } from '../script/script';
import { tokensOf } from '../sql/postgres/scan';
import type { Edit } from '../text';
import { indentAt, lineEndOf } from './edits';

/**
 * Fixes that take no comment away: one that stands in a stretch which is replaced, and nowhere in what the fix writes,
 * is put before what comes in its place.
 * @param text what the edits count in
 */
export function keepingComments(fixes: readonly Fix[], text: string): readonly Fix[] {
  return fixes.map((fix) => {
    const written = plain([...fix.edits.map((edit) => ('beside' in edit ? (edit as BesideEdit).beside.text : edit.text)), ...(fix.files ?? []).map((file) => file.text)].join('\n'));
    const edits = fix.edits.map((edit) => (edit.length === 0 ? edit : withComments(edit, lostIn(text.slice(edit.offset, edit.offset + edit.length), written), text)));
    return edits.every((edit, at) => edit === fix.edits[at]) ? fix : { ...fix, edits };
  });
}

function lostIn(stretch: string, written: string): readonly string[] {
  // Most stretches have none, and need not be read.
  if (!stretch.includes('--') && !stretch.includes('/*')) return [];
  return tokensOf(stretch).flatMap(({ kind, text }) => (kind === 'comment' && !written.includes(plain(text)) ? [text.trimEnd()] : []));
}

function withComments(edit: Edit, comments: readonly string[], text: string): Edit {
  if (comments.length === 0) return edit;
  const eol = lineEndOf(text);
  const stretch = text.slice(edit.offset, edit.offset + edit.length);
  const indent = indentAt(text, edit.offset);
  // Whole lines go, or blanks and then words: the comments take the same shape.
  const lines = edit.text === '' && /[\r\n]$/u.test(stretch);
  const lead = lines ? (/^[ \t]*/u.exec(stretch)?.[0] ?? '') : /^[^\s]/u.test(stretch) && /\s$|^$/u.test(text.slice(0, edit.offset)) ? '' : ' ';
  const kept = comments.map((comment) => lead + comment + (lines ? eol : comment.startsWith('--') ? eol + indent : edit.text === '' || /^\s/u.test(edit.text) ? '' : ' '));
  return { ...edit, text: kept.join('') + edit.text };
}

/** What stays the same where lines are indented anew. */
const plain = (text: string): string => text.replace(/\s+/gu, ' ').trimEnd();
