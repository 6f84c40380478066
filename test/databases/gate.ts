import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** A door before a server: it can be shut (connections are refused), and it can swallow what comes (a server that hangs). */
export class Gate {
  private readonly server = createServer((socket) => {
    this.pass(socket);
  });
  private readonly sockets = new Set<Socket>();
  private isSilent = false;
  port = 0;
  /** How many connections came through so far. */
  passed = 0;

  private constructor(private readonly target: number) {}

  /** Opens a gate on a free port of 127.0.0.1. */
  static async open(target: number): Promise<Gate> {
    const gate = new Gate(target);
    await gate.listen(0);
    return gate;
  }

  /** Ends all connections and refuses others. */
  async shut(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** Lets through again what {@link shut} or {@link silence} kept out, on the same port. */
  async reopen(): Promise<void> {
    this.isSilent = false;
    if (!this.server.listening) await this.listen(this.port);
  }

  /** From now on nobody gets an answer. */
  silence(): void {
    this.isSilent = true;
    for (const socket of this.sockets) socket.pause().unpipe();
  }

  private pass(from: Socket): void {
    this.passed += 1;
    this.keep(from);
    if (this.isSilent) return;
    const to = connect(this.target, '127.0.0.1');
    this.keep(to);
    from.pipe(to).pipe(from);
    from.on('close', () => to.destroy());
    to.on('close', () => from.destroy());
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.sockets.delete(socket));
  }

  private async listen(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }
}
