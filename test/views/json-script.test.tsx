import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JsonScript, scriptJson } from '../../views/components/json-script.tsx'

test('data in a script element is read back as it was, whatever is in it', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string({ unit: 'binary' }), hostile)), (data) => {
      const html = String(<JsonScript data={data} />)
      const inner = html.slice('<script type="application/json">'.length, -'</script>'.length)
      // Nothing in it can end the element, or begin a comment in which it would not end.
      expect(inner).not.toMatch(/[<>&\u2028\u2029]/)
      expect(JSON.parse(inner)).toEqual(JSON.parse(JSON.stringify(data)))
    }),
  )
})

const hostile = fc.constantFrom('</script><script>alert(1)</script>', '<!--<script>', '&quot;]', '\u2028', '"}')

test('and is what JSON says', () => {
  expect(scriptJson({ a: '<b>' })).toBe('{"a":"\\u003cb\\u003e"}')
})
