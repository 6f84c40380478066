import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { installSystemPackages } from '../../scripts/lib/system-packages.mjs';
import { serverUser } from '../postgres/installation';

/** A certificate and its key, as files. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

/** Certificates that openssl makes for a test, in a folder that the server's user may read. */
export class Certificates {
  private constructor(readonly folder: string) {}

  /** Undefined where there is no openssl and none can be installed. */
  static async make(): Promise<Certificates | undefined> {
    const works = (): boolean => spawnSync('openssl', ['version'], { stdio: 'ignore' }).status === 0;
    if (!works() && !((await installSystemPackages(['openssl'], () => undefined)) && works())) return undefined;
    const folder = mkdtempSync(path.join(tmpdir(), 'lockscope-certificates-'));
    chmodSync(folder, 0o755);
    return new Certificates(folder);
  }

  /** A certificate that signs itself. @param days how long it is valid from now; negative: it has expired */
  selfSigned(name: string, host: string): Pair {
    const pair = { certificate: path.join(this.folder, `${name}.crt`), key: path.join(this.folder, `${name}.key`) };
    execFileSync('openssl', ['req', '-new', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30', '-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`, '-out', pair.certificate, '-keyout', pair.key], { stdio: 'ignore' });
    // The server takes a key that nobody else may read.
    chmodSync(pair.key, 0o600);
    const user = serverUser();
    if (user !== undefined) chownSync(pair.key, user.uid, user.gid);
    return pair;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
