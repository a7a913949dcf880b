import { isIP, Socket } from 'node:net'

/**
 * The tests talk to this machine only: any other connection fails with the address in its message, before a name is
 * looked up. Unix sockets are allowed.
 */
const connect = Socket.prototype.connect as (this: Socket, ...args: unknown[]) => Socket

function connectOnLoopback(this: Socket, ...args: unknown[]) {
  const host = hostOf(args)
  if (host !== undefined && !isLoopbackHost(host)) throw new Error(`tests may only connect to loopback, not to ${host}`)
  return connect.apply(this, args)
}

// Once in a process, which runs many files.
if (connect.name !== connectOnLoopback.name)
  Socket.prototype.connect = connectOnLoopback as typeof Socket.prototype.connect

export const isLoopbackHost = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'))

/** connect(options), connect(port, host), connect(path), or Node's own [options, callback]; undefined: a local path. */
function hostOf(args: readonly unknown[]): string | undefined {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args
  if (typeof first === 'object' && first !== null) {
    const options = first as { path?: string; host?: string }
    return options.path ? undefined : (options.host ?? 'localhost')
  }
  const isPort = typeof first === 'number' || (typeof first === 'string' && /^\d+$/.test(first))
  if (!isPort) return undefined
  return typeof second === 'string' ? second : 'localhost'
}
