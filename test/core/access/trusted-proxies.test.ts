import { expect, test } from 'vitest'
import { addressBehind, isTrustedProxy, readTrustedProxies } from '../../../src/core/access/trusted-proxies.ts'

const blocksOf = (text: string) => {
  const read = readTrustedProxies(text)
  if (!read.ok) throw new Error(read.problem)
  return read.blocks ?? []
}

test('proxies are named by address or block', () => {
  const blocks = blocksOf('10.0.0.0/8, 192.0.2.7 fd00::/8')
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '192.0.2.7', 'fd00::1'])
    expect(isTrustedProxy(address, blocks)).toBe(true)
  for (const address of ['11.0.0.1', '192.0.2.8', 'fe80::1', 'unknown', ''])
    expect(isTrustedProxy(address, blocks)).toBe(false)
  expect(readTrustedProxies('proxy.example').ok).toBe(false)
  expect(readTrustedProxies(' ')).toEqual({ ok: true, blocks: undefined })
})

test('who stands behind them is the last that is none of them', () => {
  const blocks = blocksOf('10.0.0.0/8')
  expect(addressBehind('10.0.0.1', '203.0.113.9', blocks)).toBe('203.0.113.9')
  expect(addressBehind('10.0.0.1', '198.51.100.1, 203.0.113.9, 10.0.0.2', blocks)).toBe('203.0.113.9')
  // Nobody but a proxy of ours is believed.
  expect(addressBehind('203.0.113.5', '198.51.100.1', blocks)).toBe('203.0.113.5')
  expect(addressBehind('10.0.0.1', undefined, blocks)).toBe('10.0.0.1')
  expect(addressBehind('10.0.0.1', 'nonsense', blocks)).toBe('10.0.0.1')
  expect(addressBehind('10.0.0.1', '198.51.100.1, nonsense', blocks)).toBe('10.0.0.1')
  expect(addressBehind('10.0.0.1', '10.0.0.3, 10.0.0.2', blocks)).toBe('10.0.0.1')
})
