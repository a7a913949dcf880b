import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { KeyFileRefused, openSecretBox, SealBroken, SecretBox } from '../../../src/operations/access/secret-box.ts'

const aBox = (fill = 7) => new SecretBox(new Uint8Array(32).fill(fill))
const here = { purpose: 'source_secrets.sealed', row: '1' }

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'postflight-key-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('what was sealed opens again, in any script', () => {
  const box = aBox()
  for (const text of ['', 's3cret', 'schlüssel 🔑', 'x'.repeat(10_000)])
    expect(box.open(here, box.seal(here, text))).toBe(text)
})

test('the sealed text does not hold the text and is never the same twice', () => {
  const box = aBox()
  const [one, two] = [box.seal(here, 'It is a secret to everybody'), box.seal(here, 'It is a secret to everybody')]
  expect(one).not.toBe(two)
  const bytes = Buffer.from(one.split('.').at(-1) ?? '', 'base64url')
  expect(bytes.includes('secret to everybody')).toBe(false)
})

test('a sealed text moved to another row or another column does not open', () => {
  const box = aBox()
  const sealed = box.seal(here, 's3cret')
  expect(() => box.open({ ...here, row: '2' }, sealed)).toThrow(SealBroken)
  expect(() => box.open({ ...here, purpose: 'channels.sealed' }, sealed)).toThrow(SealBroken)
})

test('changed bytes do not open, wherever the change', () => {
  const box = aBox()
  const [format, keyId, nonce = '', sealed = ''] = box.seal(here, 's3cret').split('.')
  const flipped = (text: string, at: number) => {
    const bytes = Buffer.from(text, 'base64url')
    bytes[at] = (bytes[at] ?? 0) ^ 1
    return bytes.toString('base64url')
  }
  const length = Buffer.from(sealed, 'base64url').byteLength
  for (let at = 0; at < length; at++)
    expect(() => box.open(here, [format, keyId, nonce, flipped(sealed, at)].join('.'))).toThrow(SealBroken)
  expect(() => box.open(here, [format, keyId, flipped(nonce, 0), sealed].join('.'))).toThrow(SealBroken)
  // A shortened tag would let one in 256 forgeries through.
  expect(() => box.open(here, [format, keyId, nonce, 'AAAA'].join('.'))).toThrow('cut short')
  expect(() => box.open(here, 'plain text')).toThrow('unknown form')
})

test('with another key the message names both keys and what to do', () => {
  const sealed = aBox(1).seal(here, 's3cret')
  expect(() => aBox(2).open(here, sealed)).toThrow(
    `sealed with key ${aBox(1).keyId}, but KEY_FILE holds key ${aBox(2).keyId}`,
  )
})

test('a missing key file is made, for its owner alone, and found again', () => {
  const keyFile = join(aFolder(), 'deeper', 'key')
  const sealed = openSecretBox(keyFile).seal(here, 's3cret')
  expect(statSync(keyFile).mode & 0o777).toBe(0o600)
  expect(readFileSync(keyFile).byteLength).toBe(32)
  expect(openSecretBox(keyFile).open(here, sealed)).toBe('s3cret')
  expect(readdirSync(join(keyFile, '..'))).toEqual(['key'])
})

test('two new installations have different keys', () => {
  expect(openSecretBox(join(aFolder(), 'key')).keyId).not.toBe(openSecretBox(join(aFolder(), 'key')).keyId)
})

test.each([0o640, 0o604, 0o660, 0o644])('a key file with mode %o is refused, saying how to mend it', (mode) => {
  const keyFile = join(aFolder(), 'key')
  openSecretBox(keyFile)
  chmodSync(keyFile, mode)
  expect(() => openSecretBox(keyFile)).toThrow(KeyFileRefused)
  expect(() => openSecretBox(keyFile)).toThrow(`chmod 600 ${keyFile}`)
})

test.each([0, 31, 33])('a key file of %i bytes is refused and left as it is', (length) => {
  const keyFile = join(aFolder(), 'key')
  writeFileSync(keyFile, Buffer.alloc(length, 1), { mode: 0o600 })
  expect(() => openSecretBox(keyFile)).toThrow(`holds ${length} bytes, not 32`)
  expect(readFileSync(keyFile).byteLength).toBe(length)
})
