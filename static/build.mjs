import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { brotliCompressSync, gzipSync, constants as zlib } from 'node:zlib'
import { build } from 'esbuild'

/**
 * Builds what browsers load into dist/static: a script, one for charts, one for passkeys, one for the sign-in over a page, a
 * style sheet, two fonts, each named after its content so that it can be cached for ever, with ready-made Brotli and gzip
 * copies, and manifest.json that names them.
 */
const here = import.meta.dirname
const out = join(here, '..', 'dist', 'static')

/** Compressed sizes in bytes that the build refuses to exceed. */
const BUDGETS = {
  'app.js': 26 * 1024,
  'charts.js': 60 * 1024,
  'passkeys.js': 4 * 1024,
  'sign-in-dialog.js': 2 * 1024,
  'app.css': 14 * 1024,
}

const result = await build({
  absWorkingDir: here,
  entryPoints: { app: 'js/app.ts', 'app-style': 'css/app.css' },
  bundle: true,
  // What is imported only when it is needed becomes a file of its own.
  splitting: true,
  minify: true,
  format: 'esm',
  target: ['chrome125', 'firefox126', 'safari17.5'],
  outdir: out,
  write: false,
  publicPath: '/assets',
  entryNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  loader: { '.woff2': 'file' },
  metafile: true,
  legalComments: 'none',
  logLevel: 'warning',
})

/** @type {Record<string, {file: string, type: string, hash: string}>} */
const manifest = {}
rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
for (const file of result.outputFiles) {
  const name = basename(file.path)
  const role = roleOf(relative(here, file.path).replaceAll('\\', '/'), name)
  manifest[role] = {
    file: name,
    type: typeOf(name),
    hash: createHash('sha256').update(file.contents).digest('hex').slice(0, 16),
  }
  writeFileSync(join(out, name), file.contents)
  if (name.endsWith('.woff2')) continue
  const brotli = brotliCompressSync(file.contents, { params: { [zlib.BROTLI_PARAM_QUALITY]: 11 } })
  writeFileSync(join(out, `${name}.br`), brotli)
  writeFileSync(join(out, `${name}.gz`), gzipSync(file.contents, { level: 9 }))
  const budget = BUDGETS[/** @type {keyof typeof BUDGETS} */ (role)]
  if (budget && brotli.byteLength > budget) {
    console.error(`${role}: ${brotli.byteLength} bytes compressed, more than the ${budget} allowed`)
    process.exitCode = 1
  }
}
for (const [role, file] of Object.entries({ 'icon.svg': 'icon.svg' })) {
  const contents = readFileSync(join(here, file))
  const hash = createHash('sha256').update(contents).digest('hex').slice(0, 16)
  const name = `${basename(file, '.svg')}-${hash.slice(0, 8).toUpperCase()}.svg`
  manifest[role] = { file: name, type: 'image/svg+xml', hash }
  writeFileSync(join(out, name), contents)
}
writeFileSync(join(out, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)

/** @param {string} path @param {string} name */
function roleOf(path, name) {
  if (/^app-\w+\.js$/.test(name)) return 'app.js'
  if (/^charts-\w+\.js$/.test(name)) return 'charts.js'
  if (/^passkeys-\w+\.js$/.test(name)) return 'passkeys.js'
  if (/^sign-in-dialog-\w+\.js$/.test(name)) return 'sign-in-dialog.js'
  if (name.endsWith('.css')) return 'app.css'
  if (name.startsWith('ibm-plex-sans')) return 'sans.woff2'
  if (name.startsWith('ibm-plex-mono')) return 'mono.woff2'
  throw new Error(`nothing expects ${path}`)
}

/** @param {string} name */
function typeOf(name) {
  if (name.endsWith('.js')) return 'text/javascript; charset=utf-8'
  if (name.endsWith('.css')) return 'text/css; charset=utf-8'
  return 'font/woff2'
}
