// npm run package: builds, small, and makes the .vsix. Prints what is in it.
import { readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVSIX, listFiles } from '@vscode/vsce';
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

async function main() {
	const file = await makePackage();
	const files = await listFiles({ cwd: root, dependencies: false });
	const rows = files
		.map((name) => ({ name, bytes: statSync(join(root, name)).size }))
		.sort((a, b) => b.bytes - a.bytes);
	for (const { name, bytes } of rows) console.log(`${kilobytes(bytes)}  ${name}`);
	const total = rows.reduce((sum, { bytes }) => sum + bytes, 0);
	console.log(`${kilobytes(total)}  in ${rows.length} files`);
	console.log(`${kilobytes(statSync(file).size)}  ${relative(process.cwd(), file)}`);
}

const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1).padStart(9)} KB`;

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
