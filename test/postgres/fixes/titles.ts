/** The titles that fixes can have, read from the sources: a fix that somebody adds is seen here before it is ever offered. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const CORE = fileURLToPath(new URL('../../../server/src/core/', import.meta.url));

/** Where fixes and the switches of tools' transactions are written. */
const ROOMS = ['rules', 'rewrites', 'script/tools'];

/** Every title of an object literal that has a title and edits, a gap (`…`) for what is known only later. Sorted. */
export function titlesInSources(): readonly string[] {
  const titles = new Set<string>();
  for (const file of ROOMS.flatMap((room) => sourcesIn(path.join(CORE, room)))) {
    const text = readFileSync(file, 'utf8');
    if (!/\b(?:safety|edits)\b/u.test(text)) continue;
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    visit(source, (node) => {
      if (!ts.isObjectLiteralExpression(node)) return;
      const title = node.properties.find((property) => property.name?.getText() === 'title');
      if (title === undefined || !node.properties.some((property) => /^(?:edits|safety)$/u.test(property.name?.getText() ?? ''))) return;
      const value = ts.isPropertyAssignment(title) ? title.initializer : ts.isShorthandPropertyAssignment(title) ? title.name : undefined;
      for (const text of value === undefined ? [GAP] : textsOf(value, source, 0)) titles.add(text);
    });
  }
  // What a fix takes over from another has been seen there.
  return [...titles].filter((title) => title !== GAP).sort();
}

/** Whether a title may have come from a pattern with gaps. */
export function fits(title: string, pattern: string): boolean {
  return new RegExp(`^${pattern.split(GAP).map((part) => part.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&')).join('.*')}$`, 'su').test(title);
}

const GAP = '…';

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => path.join(folder, name));
}

function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => {
    visit(child, see);
  });
}

/** What an expression may come to, as far as its file says. */
function textsOf(node: ts.Expression, source: ts.SourceFile, depth: number): readonly string[] {
  if (depth > 6) return [GAP];
  const of = (inner: ts.Expression): readonly string[] => textsOf(inner, source, depth + 1);
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node)) return of(node.expression);
  if (ts.isConditionalExpression(node)) return [...of(node.whenTrue), ...of(node.whenFalse)];
  if (ts.isTemplateExpression(node)) {
    return node.templateSpans.reduce<readonly string[]>(
      (heads, span) => {
        const inner = ts.isIdentifier(span.expression) ? of(span.expression) : [GAP];
        return heads.flatMap((head) => inner.map((text) => head + text + span.literal.text));
      },
      [node.head.text],
    );
  }
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) return returnedBy(node.expression.text, source).flatMap(of);
  if (ts.isIdentifier(node)) return declaredAs(node, source).flatMap((declared) => (declared === undefined ? [GAP] : of(declared)));
  return [GAP];
}

/** What a function of the file gives back. */
function returnedBy(name: string, source: ts.SourceFile): readonly ts.Expression[] {
  const found: ts.Expression[] = [];
  visit(source, (node) => {
    if (!ts.isReturnStatement(node) || node.expression === undefined) return;
    const scope = ts.findAncestor(node, ts.isFunctionDeclaration);
    if (scope?.name?.text === name) found.push(node.expression);
  });
  return found;
}

/** What a name stands for: its initial value, or, where it is a parameter or taken out of an object, what callers or objects of the file give for it. */
function declaredAs(name: ts.Identifier, source: ts.SourceFile): readonly (ts.Expression | undefined)[] {
  const found: (ts.Expression | undefined)[] = [];
  const scope = ts.findAncestor(name, ts.isFunctionLike);
  const at = scope?.parameters.findIndex((parameter) => parameter.name.getText() === name.text) ?? -1;
  visit(source, (node) => {
    if (ts.isVariableDeclaration(node) && node.name.getText() === name.text && node.initializer !== undefined && ts.findAncestor(node, ts.isFunctionLike) === scope) found.push(node.initializer);
    const own = scope?.name?.getText();
    if (at >= 0 && ts.isCallExpression(node) && own !== undefined && node.expression.getText() === own) found.push(node.arguments[at]);
  });
  if (found.length > 0) return found;
  visit(source, (node) => {
    if (ts.isPropertyAssignment(node) && node.name.getText() === name.text) {
      const { initializer } = node;
      if (ts.isStringLiteralLike(initializer)) found.push(initializer);
    }
  });
  return found.length === 0 ? [undefined] : found;
}
