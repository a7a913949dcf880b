import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { sameBuild } from './build-mark.ts'

test('a drill notices that what it drills was built anew, or is being', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postflight-build-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'src'))
  writeFileSync(join(folder, 'src/main.js'), 'one')
  const check = sameBuild(folder)
  check()
  check()
  writeFileSync(join(folder, 'src/more.js'), '')
  expect(check).toThrow('built anew')
  rmSync(join(folder, 'src/more.js'))
  check()
  rmSync(folder, { recursive: true })
  expect(check).toThrow('built anew')
})
