import type { Tree, TreeCursor } from 'web-tree-sitter';

/** A node of a syntax tree, taken out of the parser's memory. Offsets are UTF-16 units of the file. */
export interface CodeNode {
  readonly type: string;
  /** The name of the field of its parent that it is, e.g. `arguments`. */
  readonly field: string | undefined;
  readonly start: number;
  readonly end: number;
  /** Whether the grammar names it: key words and punctuation are not named. */
  readonly named: boolean;
  readonly children: readonly CodeNode[];
  parent: CodeNode | undefined;
}

/** The statements of the tree that was taken last, by their text: most are there again after a keystroke. */
let known: ReadonlyMap<string, CodeNode> = new Map();

/** Takes a whole tree out of the parser's memory. Statements that the last tree had are taken over. */
export function codeTree(tree: Tree, text: string): CodeNode {
  const cursor = tree.rootNode.walk();
  const statements = new Map<string, CodeNode>();
  const node = taken(cursor, text, statements);
  cursor.delete();
  known = statements;
  return node;
}

/** What is shorter is taken at once; what is longer changes too often. In UTF-16 units. */
const SHORTEST = 16;
const LONGEST = 2000;

function taken(cursor: TreeCursor, text: string, statements: Map<string, CodeNode>): CodeNode {
  const { nodeType: type, startIndex: start, endIndex: end } = cursor;
  const length = end - start;
  const isKept = length >= SHORTEST && length <= LONGEST && STATEMENT.test(type);
  const key = isKept ? `${type} ${text.slice(start, end)}` : '';
  const old = isKept ? (statements.get(key) ?? known.get(key)) : undefined;
  if (old !== undefined) {
    const node = moved(old, start - old.start, cursor.currentFieldName ?? undefined);
    statements.set(key, node);
    return node;
  }
  const children: CodeNode[] = [];
  const node: CodeNode = { type, field: cursor.currentFieldName ?? undefined, start, end, named: cursor.nodeIsNamed, children, parent: undefined };
  if (cursor.gotoFirstChild()) {
    do {
      const child = taken(cursor, text, statements);
      child.parent = node;
      children.push(child);
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
  }
  if (isKept) statements.set(key, node);
  return node;
}

const STATEMENT = /(?:_statement|^call)$/u;

/** The same node elsewhere; the node itself where it has not moved, as all before an edit. */
function moved(node: CodeNode, by: number, own: string | undefined): CodeNode {
  if (by === 0 && node.field === own) return node;
  const children = node.children.map((child) => moved(child, by, child.field));
  const copy: CodeNode = { type: node.type, field: own, start: node.start + by, end: node.end + by, named: node.named, children, parent: undefined };
  for (const child of children) child.parent = copy;
  return copy;
}

/** The child that is a field of its parent. */
export function field(node: CodeNode, name: string): CodeNode | undefined {
  return node.children.find((child) => child.field === name);
}

/** The children that the grammar names, comments left out. */
export function namedChildren(node: CodeNode): readonly CodeNode[] {
  return node.children.filter(({ named, type }) => named && type !== 'comment');
}

/** The node and all below it, in the order of the file. */
export function* descendants(node: CodeNode): Generator<CodeNode> {
  yield node;
  for (const child of node.children) yield* descendants(child);
}
