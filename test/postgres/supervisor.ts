/**
 * The program that stands between a test run and its PostgreSQL server, run with `node -e`.
 * It ends the server and removes its data when its standard input ends, which happens
 * when the test run asks for it and also when the test run is killed.
 */
export const supervisorSource = `
const { spawn } = require('node:child_process')
const { rmSync } = require('node:fs')
const { postgres, args, home, user } = JSON.parse(process.argv[1])
const server = spawn(postgres, args, { cwd: home, stdio: ['ignore', 'inherit', 'inherit'], ...user })
// SIGQUIT is an immediate shutdown; the data is thrown away, so nothing is lost.
const end = () => server.kill(process.platform === 'win32' ? 'SIGKILL' : 'SIGQUIT')
const clear = () => { rmSync(home, { recursive: true, force: true, maxRetries: 5 }); process.exit() }
server.on('error', (error) => { process.stderr.write(String(error)); clear() })
server.on('exit', clear)
process.stdin.on('end', end).on('error', end).resume()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end)
`;
