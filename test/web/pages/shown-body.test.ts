import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SHOWN_BYTES, shownBody } from '../../../src/web/pages/shown-body.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const pretty = (text: string) => shownBody(bytes(text), 'pretty')

test('JSON is indented without changing big numbers, repeated keys or what strings hold', () => {
  expect(pretty('{"id":12345678901234567890,"a":1,"a":2,"text":"[ ] {,:} \\" x","none":[],"no":{ }}').text).toBe(
    [
      '{',
      '  "id": 12345678901234567890,',
      '  "a": 1,',
      '  "a": 2,',
      '  "text": "[ ] {,:} \\" x",',
      '  "none": [],',
      '  "no": {}',
      '}',
    ].join('\n'),
  )
})

test('any JSON looks as the standard printer would print it', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(pretty(text).text).toBe(JSON.stringify(JSON.parse(text), null, 2))
    }),
    { numRuns: 300 },
  )
})

test('what is not JSON is shown as it came', () => {
  expect(pretty('payload=%7B%7D')).toMatchObject({
    form: 'raw',
    text: 'payload=%7B%7D',
    canBePretty: false,
    cut: false,
  })
  expect(shownBody(new Uint8Array([0xff, 0x41]), 'pretty').text).toBe('\uFFFDA')
})

test('only the beginning of a long body is shown', () => {
  const shown = pretty(`["${'x'.repeat(SHOWN_BYTES)}"]`)
  expect(shown).toMatchObject({ form: 'raw', cut: true, bytes: SHOWN_BYTES + 4 })
  expect(shown.text).toHaveLength(SHOWN_BYTES)
})
