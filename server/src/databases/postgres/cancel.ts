import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import type { Address } from './url';

/** What a server tells a session about itself, so that a second connection may end what the session runs. */
export interface BackendKey {
  readonly processID: number;
  readonly secretKey: number;
}

/** Codes of requests that come in the place of a start-up message (src/include/libpq/pqcomm.h). */
const CANCEL_REQUEST = 80_877_102;
const SSL_REQUEST = 80_877_103;

/** How long a server may take to take the request, in ms. */
const PATIENCE = 2000;

/**
 * Asks a server to end what a session runs now (CancelRequest, PostgreSQL manual, "Canceling Requests in Progress"). It needs neither a
 * free connection nor a password. Resolves when the request was delivered, or when that does not work; never rejects.
 * @param secure whether the session itself is encrypted: then the request is, too
 */
export async function cancelBackend({ processID, secretKey }: BackendKey, address: Pick<Address, 'host' | 'port' | 'tls'>, secure: boolean): Promise<void> {
  const { host, port } = address;
  const socket = host.startsWith('/') ? connectPlain(`${host}/.s.PGSQL.${String(port)}`) : connectPlain(port, host);
  const request = Buffer.alloc(16);
  for (const [at, number] of [16, CANCEL_REQUEST].entries()) request.writeInt32BE(number, at * 4);
  request.writeInt32BE(processID, 8);
  request.writeInt32BE(secretKey | 0, 12);
  await new Promise<void>((resolve) => {
    // The server hangs up once it has read the request.
    socket.setTimeout(PATIENCE, () => socket.destroy());
    socket.on('error', () => socket.destroy()).on('close', () => {
      resolve();
    });
    if (secure) encrypted(socket, address, (channel) => channel.write(request));
    else socket.on('connect', () => socket.write(request));
  });
}

function encrypted(socket: Socket, { tls }: Pick<Address, 'tls'>, ready: (channel: Socket) => void): void {
  socket.on('connect', () => {
    const request = Buffer.alloc(8);
    request.writeInt32BE(8, 0);
    request.writeInt32BE(SSL_REQUEST, 4);
    socket.write(request);
  });
  socket.once('data', (answer) => {
    if (String(answer) !== 'S') {
      socket.destroy();
      return;
    }
    const channel = connectSecurely({ ...tls, socket }, () => {
      ready(channel);
    });
    channel.on('error', () => socket.destroy());
  });
}
