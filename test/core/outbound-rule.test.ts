import { describe, expect, test } from 'vitest'
import { readAddress } from '../../src/core/network-address.ts'
import {
  judgeAddress,
  judgeUrl,
  NOTHING_MORE,
  type OutboundAllow,
  reachOf,
  readAllow,
  refusalSentence,
} from '../../src/core/outbound-rule.ts'

const allowing = (text: string): OutboundAllow => {
  const read = readAllow(text)
  if (!read.ok) throw new Error(read.problem)
  return read.allow
}

describe('how far an address lies', () => {
  test.each([
    ['140.82.112.6', 'public'],
    ['8.8.8.8', 'public'],
    ['2606:50c0:8000::154', 'public'],
    ['::ffff:8.8.8.8', 'public'],
    ['64:ff9b::808:808', 'public'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['172.32.0.1', 'public'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['100.128.0.1', 'public'],
    ['192.0.2.1', 'private'],
    ['198.18.0.1', 'private'],
    ['198.51.100.1', 'private'],
    ['203.0.113.1', 'private'],
    ['fd12:3456::1', 'private'],
    ['fec0::1', 'private'],
    ['4000::1', 'private'],
    ['2001:db8::1', 'private'],
    ['3fff::1', 'private'],
    ['64:ff9b::a00:1', 'private'],
    ['127.0.0.1', 'guarded'],
    ['127.255.255.254', 'guarded'],
    ['::1', 'guarded'],
    ['::ffff:127.0.0.1', 'guarded'],
    ['64:ff9b::7f00:1', 'guarded'],
    ['169.254.169.254', 'guarded'],
    ['169.254.0.1', 'guarded'],
    ['::ffff:a9fe:a9fe', 'guarded'],
    ['64:ff9b::a9fe:a9fe', 'guarded'],
    ['fe80::1', 'guarded'],
    ['febf::1', 'guarded'],
    ['fd00:ec2::254', 'guarded'],
    ['100.100.100.200', 'guarded'],
    ['168.63.129.16', 'guarded'],
    ['0.0.0.0', 'never'],
    ['0.1.2.3', 'never'],
    ['224.0.0.1', 'never'],
    ['240.0.0.1', 'never'],
    ['255.255.255.255', 'never'],
    ['::', 'never'],
    ['::127.0.0.1', 'never'],
    ['::ffff:0:127.0.0.1', 'never'],
    ['64:ff9b:1::7f00:1', 'never'],
    ['2002:7f00:1::', 'never'],
    ['2001:0:7f00:1::', 'never'],
    ['ff02::1', 'never'],
  ])('%s is %s', (text, reach) => {
    expect(reachOf(readAddress(text) ?? [])).toBe(reach)
  })
})

describe('OUTBOUND_ALLOW', () => {
  test('holds host names, addresses and blocks', () => {
    const allow = allowing('GHES.corp.example., 10.1.2.3 [::1],172.16.0.0/12')
    expect(allow.names).toEqual(['ghes.corp.example'])
    expect(allow.addresses).toHaveLength(2)
    expect(allow.blocks).toHaveLength(1)
    expect(allowing(' ')).toEqual(NOTHING_MORE)
  })

  test.each([
    '127.0.0.0/8',
    '127.0.0.1/32',
    '169.254.169.254/32',
    '169.254.0.0/16',
    'fe80::/64',
    '::1/128',
    '100.100.100.200/32',
  ])('%s must be named address by address', (block) => {
    expect(readAllow(block)).toMatchObject({ ok: false, problem: expect.stringContaining('name each address') })
  })

  test.each(['https://ghes.example', 'ghes.example:8443', '10.0.0.0/99', '*.example', '127.1', '2130706433', '0x7f.1'])(
    '%s is refused',
    (entry) => {
      expect(readAllow(entry)).toMatchObject({ ok: false, problem: expect.stringContaining(entry) })
    },
  )

  test('a host on it may have a private address, and no guarded one', () => {
    const allow = allowing('ghes.example')
    expect(judgeAddress('ghes.example', '10.0.0.5', allow)).toBeUndefined()
    expect(judgeAddress('other.example', '10.0.0.5', allow)).toMatchObject({ why: 'address', reach: 'private' })
    for (const address of ['127.0.0.1', '169.254.169.254', 'fe80::1%eth0', 'fd00:ec2::254', '0.0.0.0', 'rubbish'])
      expect(judgeAddress('ghes.example', address, allow)).toMatchObject({ why: 'address' })
  })

  test('a block on it opens what is private in it, and nothing guarded', () => {
    const everything = allowing('0.0.0.0/0, ::/0')
    expect(judgeAddress('any.example', '10.0.0.5', everything)).toBeUndefined()
    expect(judgeAddress('any.example', 'fd12::1', everything)).toBeUndefined()
    for (const address of ['127.0.0.1', '::1', '169.254.169.254', 'fe80::1', '100.100.100.200', 'fd00:ec2::254', '::'])
      expect(judgeAddress('any.example', address, everything)).toMatchObject({ why: 'address' })
  })

  test('a guarded address on it is open, its neighbours are not', () => {
    const allow = allowing('127.0.0.1, 169.254.169.254')
    expect(judgeAddress('any.example', '127.0.0.1', allow)).toBeUndefined()
    expect(judgeAddress('any.example', '::ffff:127.0.0.1', allow)).toBeUndefined()
    expect(judgeAddress('169.254.169.254', '169.254.169.254', allow)).toBeUndefined()
    expect(judgeAddress('any.example', '127.0.0.2', allow)).toMatchObject({ reach: 'guarded' })
  })

  test('localhost by name is this machine, and only localhost is', () => {
    const allow = allowing('localhost, sneaky.example')
    expect(judgeAddress('localhost', '127.0.0.1', allow)).toBeUndefined()
    expect(judgeAddress('localhost', '::1', allow)).toBeUndefined()
    expect(judgeAddress('localhost', '169.254.169.254', allow)).toMatchObject({ reach: 'guarded' })
    expect(judgeAddress('sneaky.example', '127.0.0.1', allow)).toMatchObject({ reach: 'guarded' })
    expect(judgeAddress('localhost', '127.0.0.1', NOTHING_MORE)).toMatchObject({ reach: 'guarded' })
  })
})

describe('an address to call', () => {
  const why = (url: string, allow = NOTHING_MORE) => {
    const target = judgeUrl(url, allow)
    return target.ok ? undefined : target.refusal.why
  }

  test.each([
    ['https://api.github.com/repos/acme/shop/hooks/1', undefined],
    ['https://ghes.example:8443/api/v3', undefined],
    ['http://api.github.com/', 'plain-http'],
    ['https://ana:secret@api.github.com/', 'credentials'],
    ['https://ana@api.github.com/', 'credentials'],
    ['https://api.github.com:22/', 'port'],
    ['https://api.github.com:6379/', 'port'],
    ['ftp://api.github.com/', 'scheme'],
    ['file:///etc/passwd', 'scheme'],
    ['javascript:alert(1)', 'scheme'],
    ['data:text/plain,hi', 'scheme'],
    ['//api.github.com/', 'unreadable'],
    ['api.github.com', 'unreadable'],
    ['https://', 'unreadable'],
    ['https://[::1', 'unreadable'],
    ['https://256.1.1.1/', 'unreadable'],
    ['', 'unreadable'],
  ])('%s: %s', (url, refused) => {
    expect(why(url)).toBe(refused)
  })

  test('a host that was named may be called by plain http and on any port', () => {
    const allow = allowing('ghes.example, 10.0.0.0/8, ::1')
    for (const url of ['http://GHES.example.:9000/', 'http://10.1.1.1:9000/', 'http://[::1]:9000/'])
      expect(why(url, allow)).toBeUndefined()
    for (const url of ['http://a.ghes.example/', 'http://11.1.1.1/', 'http://127.0.0.1/'])
      expect(why(url, allow)).toBe('plain-http')
  })

  test('every refusal has its sentence, with what can be done', () => {
    const refusal = judgeAddress('ghes.example', '10.0.0.5', NOTHING_MORE)
    expect(refusal && refusalSentence(refusal)).toBe(
      'ghes.example (10.0.0.5) is not on the public internet. If it is meant, name the host in OUTBOUND_ALLOW.',
    )
    const port = judgeUrl('https://ghes.example:9/', NOTHING_MORE)
    expect(!port.ok && refusalSentence(port.refusal)).toContain('name ghes.example in OUTBOUND_ALLOW')
    for (const url of ['x', 'ftp://a/', 'http://a.example/', 'https://a@b.example/']) {
      const judged = judgeUrl(url, NOTHING_MORE)
      expect(!judged.ok && refusalSentence(judged.refusal)).toMatch(/^[A-Z].*\.$/)
    }
  })
})
