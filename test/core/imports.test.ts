import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

/**
 * Which part may import which. The core decides and knows nobody; what talks to the world stands around it; only app,
 * main and the commands see everything.
 */
const ALLOWED: Record<string, readonly string[]> = {
  'src/core': ['src/core'],
  'src/sources': ['src/sources', 'src/core'],
  'src/store': ['src/store', 'src/core', 'migrations'],
  'src/outbound': ['src/outbound', 'src/core'],
  migrations: ['migrations', 'src/store', 'src/core'],
  'src/operations': ['src/operations', 'src/store', 'src/sources', 'src/outbound', 'src/core', 'src/config.ts'],
  views: ['views', 'src/core', 'src/store'],
  'src/web': [
    'src/web',
    'views',
    'src/operations',
    'src/store',
    'src/sources',
    'src/core',
    'src/config.ts',
    'src/version.ts',
  ],
}

const root = resolve(import.meta.dirname, '../..')

const filesUnder = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|tsx|mjs)$/.test(entry.name))
    .map((entry) => join(relative(root, entry.parentPath), entry.name))

interface Import {
  readonly from: string
  readonly typeOnly: boolean
}

/** Everything a file imports, relative ones as paths from the top of the repository. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const statements = text.matchAll(/^\s*(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'|import\(\s*'([^']+)'/gm)
  return [...statements].map(([, type, from, dynamic]) => {
    const specifier = from ?? dynamic ?? ''
    return {
      from: specifier.startsWith('.') ? relative(root, resolve(root, dirname(file), specifier)) : specifier,
      typeOnly: type !== undefined,
    }
  })
}

const isLocal = ({ from }: Import) => /^(src|views|migrations|test|bench|static)\b/.test(from)
const isWithin = (path: string, part: string) => path === part || path.startsWith(`${part}/`)

describe('imports point one way', () => {
  test.each(Object.entries(ALLOWED))('%s imports only from %j', (part, allowed) => {
    const strays = filesUnder(part).flatMap((file) =>
      importsOf(file)
        .filter((found) => isLocal(found) && !allowed.some((folder) => isWithin(found.from, folder)))
        .map((found) => `${file} imports ${found.from}`),
    )
    expect(strays).toEqual([])
  })

  test('the core imports no package and nothing of Node', () => {
    const strays = filesUnder('src/core').flatMap((file) =>
      importsOf(file)
        .filter((found) => !isLocal(found))
        .map((found) => `${file} imports ${found.from}`),
    )
    expect(strays).toEqual([])
  })

  test('the core has no clock, no chance and no waiting', () => {
    const impure = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.|\bprocess\.|\bawait\b/
    expect(filesUnder('src/core').filter((file) => impure.test(code(file)))).toEqual([])
  })

  test('views know what the store reads for them by its type alone', () => {
    const strays = filesUnder('views').flatMap((file) =>
      importsOf(file)
        .filter((found) => isWithin(found.from, 'src/store') && !found.typeOnly)
        .map((found) => `${file} imports ${found.from}`),
    )
    expect(strays).toEqual([])
  })

  test('nobody calls out but the outbound room', () => {
    const calling =
      /from '(node:)?(https|http2|tls|dgram|dns|dns\/promises|undici|nodemailer)'|\b(request|get|connect|createConnection|Socket)\b[^}\n]*\} from 'node:(http|net)'|(?<![.\w])fetch\(/
    const rooms = ['src/core', 'src/sources', 'src/store', 'src/operations', 'src/web', 'views']
    expect(rooms.flatMap(filesUnder).filter((file) => calling.test(code(file)))).toEqual([])
    expect(filesUnder('src/outbound').filter((file) => calling.test(code(file)))).not.toEqual([])
  })

  test('no source knows another', () => {
    const shared = ['src/sources/source.ts', 'src/sources/reading/json.ts', 'src/sources/index.ts']
    const listed = importsOf('src/sources/index.ts').map(({ from }) => from)
    const sources = listed.filter((from) => isWithin(from, 'src/sources') && !shared.includes(from))
    expect(sources.length).toBeGreaterThan(1)
    const strays = sources.flatMap((file) =>
      importsOf(file)
        .filter(({ from }) => sources.includes(from))
        .map(({ from }) => `${file} imports ${from}`),
    )
    expect(strays).toEqual([])
  })
})

/** A file without its comments, which may well speak of clocks. */
const code = (file: string): string =>
  readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '')
