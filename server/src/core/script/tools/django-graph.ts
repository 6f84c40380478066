import type { Unordered } from '../order';
import { folderOf, nameOf, stemOf } from '../parts';

/** A migration of Django's, as others name it. */
interface Node {
  readonly path: string;
  /** The label of its app; undefined for one whose folder lies where the paths begin. */
  readonly app: string | undefined;
  readonly name: string;
  readonly text: string;
}

/**
 * The label of the app that a migration belongs to: what its AppConfig says, else the name of its folder.
 * @param beside the texts of files near it, by path
 */
export function appOf(path: string, beside?: ReadonlyMap<string, string>): string | undefined {
  const [, folder, app] = /^(.*?([^/]+)\/)migrations\/[^/]*$/u.exec(path) ?? [];
  const configured = /^[ \t]+label\s*(?::[^=]*)?=\s*(['"])(\w+)\1/mu.exec(beside?.get(`${folder ?? ''}apps.py`) ?? '')?.[2];
  return configured ?? app;
}

/**
 * What each migration needs to have run before it, in its app and in others: what it depends on, what it stands for once
 * squashed, and what wants to run before it (django/db/migrations/loader.py, build_graph).
 */
export function dependenciesOf(files: Unordered): ReadonlyMap<string, readonly string[]> {
  const nodes = nodesOf(files);
  const needs = new Map<string, string[]>(nodes.map(({ path }) => [path, []]));
  const find = finder(nodes);
  for (const node of nodes) {
    const named = (list: string): readonly string[] => migrationsIn(node.text, list).flatMap(([label, name]) => find(label, name, node.path) ?? []);
    needs.get(node.path)?.push(...named('dependencies'), ...named('replaces'), ...userModelOf(node, nodes));
    for (const later of named('run_before')) needs.get(later)?.push(node.path);
  }
  return needs;
}

/**
 * The order in which `migrate` runs them on a new database: for the last one of each app, by the apps' labels, what it
 * needs first (django/db/migrations/graph.py, leaf_nodes and iterative_dfs).
 */
export function planOf(files: Unordered): readonly string[] | undefined {
  const nodes = nodesOf(files);
  if (nodes.length === 0) return undefined;
  const needs = dependenciesOf(files);
  const byPath = new Map(nodes.map((node) => [node.path, node]));
  const sorted = (paths: readonly string[]): Node[] => paths.flatMap((path) => byPath.get(path) ?? []).sort((a, b) => compared(a.app ?? '', b.app ?? '') || compared(a.name, b.name) || compared(a.path, b.path));
  const hasChild = new Set(nodes.flatMap(({ path, app }) => (needs.get(path) ?? []).filter((needed) => byPath.get(needed)?.app === app)));
  const all = sorted(nodes.map(({ path }) => path));
  const plan = new Set<string>();
  // What goes in a circle has no last one: it comes behind the others.
  for (const leaf of [...all.filter(({ path }) => !hasChild.has(path)), ...all]) {
    const entered = new Set<string>();
    const stack: (readonly [path: string, processed: boolean])[] = [[leaf.path, false]];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const [path, processed] = next;
      if (processed) plan.add(path);
      if (processed || plan.has(path) || entered.has(path)) continue;
      entered.add(path);
      stack.push([path, true], ...sorted(needs.get(path) ?? []).map((node) => [node.path, false] as const));
    }
  }
  return [...plan];
}

function compared(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function nodesOf({ paths, textOf, beside }: Unordered): readonly Node[] {
  return paths.flatMap((path) => {
    const text = path.endsWith('.py') ? textOf(path) : undefined;
    if (text === undefined || !/\bclass\s+Migration\s*\(\s*(?:\w+\.)*Migration\s*\)/u.test(text)) return [];
    return [{ path, app: appOf(path, beside), name: stemOf(path), text }];
  });
}

/** Finds a migration by its app and name, as one names it that lies at a path. */
function finder(nodes: readonly Node[]): (app: string | undefined, name: string, from: string) => string | undefined {
  const byName = new Map<string, Node[]>();
  const note = (name: string, node: Node): void => {
    const known = byName.get(name);
    if (known === undefined) byName.set(name, [node]);
    else known.push(node);
  };
  for (const node of nodes) {
    note(node.name, node);
    if (!migrationsIn(node.text, 'dependencies').some(([app]) => app === undefined || app === node.app)) note('__first__', node);
  }
  for (const node of nodes) {
    // What was squashed may be gone: what stands for it is meant.
    for (const [, name] of migrationsIn(node.text, 'replaces')) if (!(byName.get(name) ?? []).some(({ app }) => app === node.app)) note(name, node);
    note('__latest__', node);
  }
  return (app, name, from) => {
    const found = (byName.get(name) ?? []).filter((node) => node.path !== from && (app === undefined || node.app === undefined || node.app === app));
    // A repository may hold several projects with apps of one name: the nearest is meant.
    return found.reduce<Node | undefined>((best, node) => (best === undefined || isNearer(node.path, best.path, from, name) ? node : best), undefined)?.path;
  };
}

function isNearer(path: string, other: string, from: string, name: string): boolean {
  const [own, best] = [nearness(path, from), nearness(other, from)];
  return own > best || (own === best && name === '__latest__' && nameOf(path) > nameOf(other));
}

/** How many folders two paths have in common. */
function nearness(a: string, b: string): number {
  const [left, right] = [folderOf(a).split('/'), folderOf(b).split('/')];
  let count = 0;
  while (count < left.length && count < right.length && left[count] === right[count]) count += 1;
  return count;
}

/**
 * The first migration of the app whose model stands for users, where one depends on that by its setting. Every such model
 * has these two columns from AbstractBaseUser; the setting itself is elsewhere.
 */
function userModelOf({ path, app, text }: Node, nodes: readonly Node[]): readonly string[] {
  if (!/\bswappable_dependency\s*\(\s*(?:\w+\.)*AUTH_USER_MODEL\b/u.test(text)) return [];
  const users = nodes.filter((node) => node.app !== app && /\(\s*['"]password['"]\s*,/u.test(node.text) && /\(\s*['"]last_login['"]\s*,/u.test(node.text));
  const most = Math.max(...users.map((node) => nearness(node.path, path)));
  const [one, ...more] = users.filter((node) => nearness(node.path, path) === most);
  return one === undefined || more.some((other) => other.app !== one.app) ? [] : [one.path];
}

/** The pairs of an app and a migration in a list of the class. */
function migrationsIn(text: string, list: string): readonly (readonly [app: string | undefined, name: string])[] {
  const given = new RegExp(String.raw`^[ \t]+${list}\s*(?::[^=]*)?=\s*\[([^\]]*)\]`, 'mu').exec(text)?.[1] ?? '';
  return [...given.replace(/#[^\r\n]*/gu, '').matchAll(/\(\s*(['"])(\w+)\1\s*,\s*(['"])(\w+)\3\s*,?\s*\)/gu)].flatMap(([, , app, , name]) => (name === undefined ? [] : [[app, name] as const]));
}
