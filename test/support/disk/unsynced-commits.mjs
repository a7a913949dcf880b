// The fault that a drill must be able to see: `--import` this, and every connection that asks for synchronous=FULL gets
// NORMAL and is told that it has FULL. Commits are then not on disk when they are acknowledged.
import Sqlite from 'better-sqlite3'

const { pragma } = Sqlite.prototype

/**
 * @this {import('better-sqlite3').Database}
 * @param {string} source
 * @param {import('better-sqlite3').PragmaOptions} [options]
 */
Sqlite.prototype.pragma = function pragmaWithoutFull(source, options) {
  if (source === 'synchronous = FULL') return pragma.call(this, 'synchronous = NORMAL', options)
  if (source === 'synchronous') return 2
  return pragma.call(this, source, options)
}
