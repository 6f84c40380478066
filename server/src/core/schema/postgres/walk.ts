import type { Node } from '@pgsql/types';

/** The body of a tree node: the object under its wrapper's name. */
export type NodeBody = Readonly<Record<string, unknown>>;

/**
 * Visits every wrapped node of a parse tree, parents before children and in the order they are written.
 * @param root a node, or a part of one (a list of nodes, an unwrapped clause)
 * @param visit takes the wrapper's name and its body; `false` keeps the walk out of the node
 */
export function walk(root: unknown, visit: (kind: string, body: NodeBody) => boolean | undefined): void {
  // A stack of its own: the depth of an expression is up to whoever wrote it.
  const pending: unknown[] = [root];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (Array.isArray(next)) {
      for (let i = next.length - 1; i >= 0; i--) pending.push(next[i] as unknown);
      continue;
    }
    const fields = next as NodeBody;
    const keys = Object.keys(fields);
    for (let i = keys.length - 1; i >= 0; i--) {
      const key = keys[i] ?? '';
      const value = fields[key];
      if (typeof value !== 'object' || value === null) continue;
      if (!isNodeKind(key) || visit(key, value as NodeBody) !== false) pending.push(value);
    }
  }
}

/** Whether some wrapped node of the tree satisfies a test. */
export function some(root: unknown, test: (kind: string, body: NodeBody) => boolean): boolean {
  let found = false;
  walk(root, (kind, body) => {
    found ||= test(kind, body);
    return !found;
  });
  return found;
}

/** Wrappers start with a capital letter, fields of a node with a small one. */
export function isNodeKind(key: string): boolean {
  const first = key.charCodeAt(0);
  return first >= 65 && first <= 90;
}

/** The text of a list of `String` nodes, such as the parts of a name. */
export function strings(nodes: readonly Node[] | undefined): readonly string[] {
  const out: string[] = [];
  for (const node of nodes ?? []) {
    if ('String' in node) out.push(node.String.sval ?? '');
  }
  return out;
}

/** A copy of a tree in which wrapped nodes are replaced; what is not replaced keeps its identity. */
export function replaceNodes<T>(root: T, replace: (kind: string, body: NodeBody) => NodeBody | undefined): T {
  if (typeof root !== 'object' || root === null) return root;
  if (Array.isArray(root)) {
    const items = root.map((item: unknown) => replaceNodes(item, replace));
    return items.some((item, i) => item !== root[i]) ? (items as T) : root;
  }
  let copy: Record<string, unknown> | undefined;
  for (const [key, value] of Object.entries(root)) {
    const body = isNodeKind(key) ? (replace(key, value as NodeBody) ?? (value as unknown)) : (value as unknown);
    const replaced = replaceNodes(body, replace);
    if (replaced === value) continue;
    copy ??= { ...(root as Record<string, unknown>) };
    copy[key] = replaced;
  }
  return copy === undefined ? root : (copy as T);
}

/**
 * Whether two trees say the same, wherever in the text they stand.
 * Locations and the forms of spelling that the grammar notes are left out of the comparison.
 */
export function sameTree(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => sameTree(item, b[i]));
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    if (SPELLING.has(key)) continue;
    if (!sameTree(left[key], right[key])) return false;
  }
  return true;
}

const SPELLING = new Set(['location', 'rexpr_list_start', 'rexpr_list_end', 'list_start', 'list_end', 'funcformat']);
