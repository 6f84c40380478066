/** The package has no types of its own. */
declare module 'pgpass' {
  /** Calls back with what the password file says, or undefined where it has no line for the connection. */
  export default function pgpass(connection: { readonly host: string; readonly port: number; readonly database: string; readonly user: string }, found: (password: string | undefined) => void): void;
}
