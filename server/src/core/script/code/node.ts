import type { Node, Tree, TreeCursor } from 'web-tree-sitter';

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

/** Takes a whole tree out of the parser's memory. */
export function codeTree(tree: Tree): CodeNode {
  return codeNode(tree.rootNode);
}

function codeNode(root: Node): CodeNode {
  const cursor = root.walk();
  const node = taken(cursor);
  cursor.delete();
  return node;
}

function taken(cursor: TreeCursor): CodeNode {
  const children: CodeNode[] = [];
  const node: CodeNode = {
    type: cursor.nodeType,
    field: cursor.currentFieldName ?? undefined,
    start: cursor.startIndex,
    end: cursor.endIndex,
    named: cursor.nodeIsNamed,
    children,
    parent: undefined,
  };
  if (cursor.gotoFirstChild()) {
    do {
      const child = taken(cursor);
      child.parent = node;
      children.push(child);
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
  }
  return node;
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
