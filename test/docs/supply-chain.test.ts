import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

interface Locked {
  readonly version: string
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly dev?: boolean
  readonly optional?: boolean
  readonly os?: readonly string[]
  readonly hasInstallScript?: boolean
  readonly license?: string
}

const root = join(import.meta.dirname, '../..')
const read = <T>(file: string) => JSON.parse(readFileSync(join(root, file), 'utf8')) as T
const { packages } = read<{ packages: Record<string, Locked> }>('package-lock.json')
const locked = Object.entries(packages).filter(([path]) => path !== '')
const ships = locked.filter(([, { dev }]) => dev !== true)
const named = (list: typeof locked) => list.map(([path]) => path)

/** What may run a program while it is installed: SQLite's engine, and two tools of development that fetch their own. */
const MAY_RUN = ['node_modules/@sentry/cli', 'node_modules/better-sqlite3', 'node_modules/esbuild']

const LICENSES = [
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'BSD-0-Clause',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'MPL-2.0',
]
/** Of a choice one that is allowed is enough. */
const isAllowed = (license = ''): boolean =>
  license
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some((one) => LICENSES.includes(one))

test('every package comes from the registry, none from a link, a folder or a repository', () => {
  expect(locked.length).toBeGreaterThan(100)
  const strays = locked.filter(
    ([, { link, resolved, version }]) =>
      link === true ||
      !/^\d+\.\d+\.\d+/.test(version) ||
      (resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/')),
  )
  expect(named(strays)).toEqual([])
})

test('every package that ships is bound to its bytes', () => {
  expect(named(ships.filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? '')))).toEqual([])
  // Of the tools of development, only builds for other systems than the lock file was made on are not.
  const open = locked.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))
  expect(named(open.filter(([, { dev, optional, os }]) => !(dev && optional && os)))).toEqual([])
})

test('direct dependencies are of one exact version, the one in the lock file', () => {
  const { dependencies, devDependencies } =
    read<Record<'dependencies' | 'devDependencies', Record<string, string>>>('package.json')
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
    expect([name, version]).toEqual([name, packages[`node_modules/${name}`]?.version])
})

test('only known packages run something while they are installed', () => {
  expect(named(locked.filter(([, { hasInstallScript }]) => hasInstallScript)).sort()).toEqual(MAY_RUN)
})

test('every package that ships has a licence under which it may', () => {
  expect(ships.filter(([, { license }]) => !isAllowed(license)).map(([path, { license }]) => [path, license])).toEqual(
    [],
  )
})

test.each(['GPL-3.0', '(GPL-2.0 OR AGPL-3.0)', undefined, 'UNLICENSED'])('the licence %s is not allowed', (license) => {
  expect(isAllowed(license)).toBe(false)
})
