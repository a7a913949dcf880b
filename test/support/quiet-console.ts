import { afterEach, beforeEach } from 'vitest'
import { noting, takeOutput } from './console-output.ts'

/**
 * An error or warning nobody expected fails the test that caused it. One that is expected is caught in the test itself
 * with `vi.spyOn(console, 'error').mockImplementation(() => {})` and asserted there.
 */
console.error = noting('error')
console.warn = noting('warn')

beforeEach(() => {
  takeOutput()
})

afterEach(() => {
  const unexpected = takeOutput()
  if (unexpected !== '') throw new Error(`unexpected output:\n${unexpected}`)
})
