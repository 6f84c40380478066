import { byLetters, type Unordered } from '../order';
import { folderOf, nameOf } from '../parts';

const STEMS = ['db.changelog-master', 'changelog-master', 'master-changelog', 'db.changelog', 'changelog', 'master'];
const ENDINGS = ['xml', 'yaml', 'yml', 'json'];
const MASTERS: ReadonlySet<string> = new Set(STEMS.flatMap((stem) => ENDINGS.map((ending) => `${stem}.${ending}`)));

/** Where the changelog lies that names the others, as tools look beside their migrations. */
export const MASTER_CHANGELOGS: readonly string[] = [...MASTERS].map((name) => `.../${name}`);

/**
 * The files in the order in which a changelog in XML, YAML or JSON includes them: one by one, or all of a folder by
 * their names (liquibase, DatabaseChangeLog.include and includeAll).
 */
export function includedOrder({ paths, beside }: Unordered): readonly string[] | undefined {
  for (const [master, text] of beside) {
    if (!MASTERS.has(nameOf(master)) || !text.includes('databaseChangeLog')) continue;
    const included = [...new Set(includesOf(text).flatMap(({ target, all }) => matching(paths, folderOf(master), target, all)))];
    if (included.length > 0) return included;
  }
  return undefined;
}

interface Include {
  readonly target: string;
  readonly all: boolean;
}

const INCLUDE = /<include(All)?\b([^>]*)>|\binclude(All)?"?[ \t]*:([^]*?)(?=\n[ \t]*-[ \t]|\}|$)/gu;

function includesOf(text: string): readonly Include[] {
  return [...text.replace(/<!--[^]*?-->/gu, '').matchAll(INCLUDE)].flatMap(([, inXml, attributes, inYaml, lines]) => {
    const target = /\b(?:file|path)"?\s*[:=]\s*["']?([^"'\s>,}]+)/u.exec(attributes ?? lines ?? '')?.[1];
    return target === undefined ? [] : [{ target: target.replace(/^(?:classpath:)?(?:\.?\/)*/u, '').replace(/\/$/u, ''), all: (inXml ?? inYaml) !== undefined }];
  });
}

/** A path counts from the changelog's folder or from a root that only the tool knows. */
function matching(paths: readonly string[], folder: string, target: string, all: boolean): readonly string[] {
  const isAt = (path: string): boolean => path === folder + target || path === target || path.endsWith(`/${target}`);
  return all ? byLetters(paths.filter((path) => isAt(folderOf(path).slice(0, -1)))) : paths.filter(isAt);
}
