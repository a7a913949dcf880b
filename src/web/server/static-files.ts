import { existsSync, readFileSync } from 'node:fs'

/** What the client build left in dist/static, read once. */

/** One file as it is served; the encoded copies are absent for fonts, which are compressed already. */
export interface StaticFile {
  readonly name: string
  readonly type: string
  readonly etag: string
  readonly body: Uint8Array<ArrayBuffer>
  readonly brotli: Uint8Array<ArrayBuffer> | undefined
  readonly gzip: Uint8Array<ArrayBuffer> | undefined
}

export type StaticRole = 'app.js' | 'charts.js' | 'passkeys.js' | 'app.css' | 'sans.woff2' | 'mono.woff2' | 'icon.svg'

export interface StaticFiles {
  /** By the name in the URL. */
  readonly byName: ReadonlyMap<string, StaticFile>
  url(role: StaticRole): string | undefined
}

/** From the build (dist/src/web) and from the sources (src/web). */
const PLACES = ['../../../static/', '../../../dist/static/']

let loaded: StaticFiles | undefined

/** Empty when the client was never built; then the pages work without looks, and /assets says what to run. */
export function staticFiles(): StaticFiles {
  loaded ??= load()
  return loaded
}

function load(): StaticFiles {
  const folder = PLACES.map((place) => new URL(place, import.meta.url)).find((url) =>
    existsSync(new URL('manifest.json', url)),
  )
  if (!folder) return { byName: new Map(), url: () => undefined }
  const manifest = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as Record<
    string,
    { file: string; type: string; hash: string }
  >
  const optional = (name: string) => {
    const url = new URL(name, folder)
    return existsSync(url) ? readBytes(url) : undefined
  }
  const byName = new Map<string, StaticFile>()
  for (const { file, type, hash } of Object.values(manifest))
    byName.set(file, {
      name: file,
      type,
      etag: `"${hash}"`,
      body: readBytes(new URL(file, folder)),
      brotli: optional(`${file}.br`),
      gzip: optional(`${file}.gz`),
    })
  return {
    byName,
    url: (role) => (manifest[role] ? `/assets/${manifest[role].file}` : undefined),
  }
}

const readBytes = (url: URL): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(url))
