import { spawnSync } from 'node:child_process'
import { networkInterfaces } from 'node:os'

/** In a network namespace of its own, which needs no root, has loopback and leads nowhere; all in it ends with the first. */
const NAMESPACE = [
  '--user',
  '--map-root-user',
  '--net',
  '--pid',
  '--fork',
  '--kill-child',
  'sh',
  '-c',
  'ip link set lo up && exec "$@"',
  '-',
]

/** Whether this process could reach anything but itself and others of its namespace. */
export const hasLoopbackAlone = (): boolean =>
  Object.values(networkInterfaces()).every((addresses) => addresses?.every(({ internal }) => internal))

export const canHaveLoopbackAlone = (): boolean => spawnSync('unshare', [...NAMESPACE, 'true']).status === 0

/**
 * Runs this program again, where loopback is all there is: an attacked server does what it is told, and a scanner has
 * addresses of its own.
 * @returns the exit code
 */
export function againWithLoopbackAlone(): number {
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  return spawnSync('unshare', [...NAMESPACE, ...again], { stdio: 'inherit' }).status ?? 1
}
