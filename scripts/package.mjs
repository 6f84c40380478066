// npm run package: builds, small, and makes the .vsix. vsce prints what is in it and how large it is.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVSIX } from '@vscode/vsce';
import { run } from './lib/process.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
let made;

/** Gives back the path of the .vsix, which is built once a process. Throws when the build fails. */
export function makePackage() {
	return (made ??= make());
}

async function make() {
	await run(process.execPath, [join(root, 'scripts/build.mjs'), '--minify'], { cwd: root });
	const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
	const packagePath = join(root, `${manifest.name}-${manifest.version}.vsix`);
	// Relative links in the README need a public address to lead to.
	const hasAddress = manifest.repository !== undefined;
	await createVSIX({
		cwd: root,
		packagePath,
		dependencies: false,
		allowMissingRepository: true,
		rewriteRelativeLinks: hasAddress,
	});
	return packagePath;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await makePackage();
