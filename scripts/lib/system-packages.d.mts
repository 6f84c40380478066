/** Installs Debian packages where that takes no questions. Gives back whether it could; never throws. */
export function installSystemPackages(packages: readonly string[], log: (message: string) => void): Promise<boolean>;
