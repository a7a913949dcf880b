import { isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isWithin, readAddress, readBlock } from '../../src/core/network-address.ts'

const lastFour = (text: string) => readAddress(text)?.slice(12)

describe('reading an address', () => {
  test('IPv4 and the same mapped into IPv6 are one', () => {
    const mapped = readAddress('::ffff:192.0.2.7')
    expect(readAddress('192.0.2.7')).toEqual(mapped)
    expect(readAddress('::ffff:c000:207')).toEqual(mapped)
    expect(readAddress('0:0:0:0:0:FFFF:C000:0207')).toEqual(mapped)
    expect(lastFour('192.0.2.7')).toEqual([192, 0, 2, 7])
  })

  test('a zone belongs to this machine, not to the address', () => {
    expect(readAddress('fe80::1%eth0')).toEqual(readAddress('fe80::1'))
  })

  test.each([
    '127.1',
    '2130706433',
    '0x7f000001',
    '017.0.0.1',
    '127.0.0.01',
    '256.0.0.1',
    '1.2.3.4.5',
    '1.2.3.4 ',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '1::2::3',
    ':1:2:3:4:5:6:7',
    '12345::',
    '::g',
    '::1.2.3',
    '1.2.3.4::',
    '::v4',
    '',
    'localhost',
  ])('%j is none', (text) => {
    expect(readAddress(text)).toBeUndefined()
  })

  test('everything the platform takes for an address is read, and nothing else', () => {
    const pieces = fc.constantFrom('0', '1', 'ff', '255', 'fe80', '::', ':', '.', '127.0.0.1', 'abcd', '00')
    const text = fc.array(pieces, { maxLength: 12 }).map((all) => all.join(''))
    const address = fc.oneof(fc.ipV4(), fc.ipV6(), text)
    fc.assert(
      fc.property(address, (one) => {
        expect(readAddress(one) !== undefined).toBe(isIP(one) !== 0)
      }),
      { numRuns: 2_000 },
    )
  })

  test('and is the same address as the platform makes of it', () => {
    fc.assert(
      fc.property(fc.ipV6(), (one) => {
        const canonical = new URL(`http://[${one}]/`).hostname.slice(1, -1)
        expect(readAddress(one)).toEqual(readAddress(canonical))
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('a block', () => {
  const holds = (block: string, address: string) => {
    const [read, one] = [readBlock(block), readAddress(address)]
    if (!read || !one) throw new Error('unreadable')
    return isWithin(one, read)
  }

  test.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.0.0.0/8', '::ffff:10.1.1.1', true],
    ['172.16.0.0/12', '172.31.255.255', true],
    ['172.16.0.0/12', '172.32.0.0', false],
    ['192.0.2.7/32', '192.0.2.7', true],
    ['192.0.2.7/32', '192.0.2.6', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '127.0.0.1', true],
    ['fe80::/10', 'febf::1', true],
    ['fe80::/10', 'fec0::1', false],
    ['2001:db8::/33', '2001:db8:7fff::', true],
    ['2001:db8::/33', '2001:db8:8000::', false],
  ])('%s holds %s: %s', (block, address, held) => {
    expect(holds(block, address)).toBe(held)
  })

  test.each(['10.0.0.0', '10.0.0.0/33', '::/129', '10.0.0.0/', '/8', '10.0.0/8', 'host/8', '10.0.0.0/8/8'])(
    '%j is none',
    (text) => {
      expect(readBlock(text)).toBeUndefined()
    },
  )
})
