import type { Random } from '../../src/simulation/random.ts'

/** Ways to spoil a JSON value. What JSON.stringify cannot write is put in as a mark that `written` replaces. */

type Holder = Record<string, unknown>
interface Place {
  readonly holder: Holder
  readonly key: string
}
type Mutation = (root: unknown, random: Random) => unknown

const RAW = '@raw '
const raw = (token: string) => `${RAW}${token}@`

/** The JSON text, with tokens and repeated keys that no value of JavaScript has. */
export const written = (value: unknown): string =>
  (JSON.stringify(value) ?? '')
    .replaceAll(/"@raw ([^"@]*)@"/g, (_, token: string) => token)
    .replaceAll(/@again@"/g, '"')

const NUMBERS = [
  '1e400',
  '-1e400',
  '1e308',
  '9007199254740993',
  '-0',
  '0.1e-400',
  '9'.repeat(400),
  '1.7976931348623157e308',
]
const TEXTS = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\udfff tail',
  '\u202egnp.exe',
  '\ufeff',
  'constructor',
  '__proto__',
  'toString',
  'null',
  'undefined',
  'NaN',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999999999Z',
  '2026-02-30T25:61:61+99:99',
  '+275760-09-13T00:00:00.001Z',
  '%E0%A4%A',
  'pkg:',
  'pkg:oci/a@%%%?tag=&tag=',
  'refs/tags/',
  'refs/heads/../../',
  'https://[::1',
  'javascript:alert(1)',
  '1\n2\r\n3',
  '{{7*7}}',
  '\u001b[31mred',
  '0'.repeat(40),
  'f'.repeat(40),
]
/** Repeated to a great length, to catch an expression that goes back and forth. */
const PIECES = [
  ' ',
  'a',
  '\n',
  '-',
  '/',
  '@',
  '(',
  '1.',
  'a@',
  '\\',
  '"',
  '#1 ',
  'root cause: ',
  'fixes #',
  '\u00e9',
  '\ud83d\ude80',
  '0',
  ':',
  ', ',
  '<',
]
const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'length',
  '',
  '\u0000',
  'hasOwnProperty',
  '0',
  'then',
]

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'a value swapped': (root, random) => {
    const [a, b] = [placeIn(root, random), placeIn(root, random)]
    if (!a || !b) return root
    // A copy: what holds the other must not come to hold itself.
    const copies = [structuredClone(a.holder[a.key]), structuredClone(b.holder[b.key])]
    set(a, copies[1])
    set(b, copies[0])
    return root
  },
  'a value deleted': (root, random) => {
    const place = placeIn(root, random)
    if (place) delete place.holder[place.key]
    return root
  },
  'a value of another type': (root, random) => replaced(root, random, odd(random)),
  'a strange text': (root, random) => replaced(root, random, random.pick(TEXTS)),
  'a long text': (root, random) => {
    const piece = random.pick(PIECES)
    const length = random.pick([300, 5_000, 60_000, 400_000])
    const text = piece.repeat(Math.ceil(length / piece.length))
    return replaced(root, random, random.chance(0.5) ? text : `${text}!`)
  },
  'bad characters here and there': (root, random) => {
    const bad = random.pick(['\u0000', '\u001b[31m', '\ud800', '\u0085', '\r\n', '\u202e', '\u0008'])
    const share = random.pick([0.1, 0.3, 0.6])
    for (const place of placesIn(root)) {
      const text = place.holder[place.key]
      if (typeof text !== 'string' || !random.chance(share)) continue
      const at = random.whole(0, text.length)
      set(place, `${text.slice(0, at)}${bad}${text.slice(at)}`)
    }
    return root
  },
  'texts too long here and there': (root, random) => {
    for (const place of placesIn(root)) {
      const text = place.holder[place.key]
      if (typeof text === 'string' && random.chance(0.2))
        set(place, text + (text || 'x').repeat(Math.ceil(3_000 / (text.length || 1))))
    }
    return root
  },
  'a huge number': (root, random) => replaced(root, random, raw(random.pick(NUMBERS))),
  'a value nested': (root, random) => {
    const place = placeIn(root, random)
    if (place)
      set(place, nested(structuredClone(place.holder[place.key]), random.pick([1, 2, 10, 60, 70, 5_000]), random))
    return root
  },
  'the whole nested': (root, random) => nested(root, random.pick([1, 2, 60]), random),
  'a key twice': (root, random) => {
    const place = placeIn(root, random)
    if (place && !Array.isArray(place.holder)) set({ ...place, key: `${place.key}@again@` }, odd(random))
    return root
  },
  'a strange key': (root, random) => {
    const place = placeIn(root, random)
    const inner = place?.holder[place.key]
    const holder = typeof inner === 'object' && inner !== null ? (inner as Holder) : place?.holder
    if (holder && !Array.isArray(holder))
      set({ holder, key: random.pick(KEYS) }, random.chance(0.5) ? { polluted: true } : odd(random))
    return root
  },
  'a huge list': (root, random) => {
    const lists = placesIn(root).filter(({ holder, key }) => Array.isArray(holder[key]))
    const place = lists.length > 0 ? random.pick(lists) : placeIn(root, random)
    if (!place) return root
    const old = place.holder[place.key]
    const first = Array.isArray(old) && old.length > 0 && random.chance(0.5) ? (old[0] as unknown) : odd(random)
    const size = JSON.stringify(first)?.length ?? 1
    const length = Math.min(random.pick([101, 1_001, 20_000, 49_000, 200_000]), Math.floor(900_000 / (size + 1)))
    set(place, Array(length).fill(first))
    return root
  },
  'many keys': (root, random) => {
    const count = random.pick([60, 1_000, 30_000])
    return replaced(
      root,
      random,
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, `value ${i}`])),
    )
  },
  'another whole': (_, random) => odd(random),
}

const WHOLE = ['the whole nested', 'another whole']
const PARTS = Object.keys(MUTATIONS).filter((name) => !WHOLE.includes(name))
/** One inside the other, or twice in one body, would be more than memory holds. */
const GREAT = ['a huge list', 'many keys', 'a long text', 'a value nested']

/** Spoils it in one way after another, a great one being the last. */
export function spoil(root: unknown, times: number, random: Random): { value: unknown; how: string[] } {
  let value = root
  const how: string[] = []
  for (let i = 0; i < times; i++) {
    // What leaves nothing of the delivery leaves little to try.
    const name = random.pick(random.chance(0.1) ? WHOLE : PARTS)
    value = (MUTATIONS[name] as Mutation)(value, random)
    how.push(name)
    if (GREAT.includes(name)) break
  }
  return { value, how }
}

function replaced(root: unknown, random: Random, value: unknown): unknown {
  const place = placeIn(root, random)
  if (!place) return value
  set(place, value)
  return root
}

const odd = (random: Random): unknown =>
  random.pick<() => unknown>([
    () => null,
    () => true,
    () => 0,
    () => -1,
    () => 1.5,
    () => [],
    () => ({}),
    () => [[]],
    () => [null],
    () => ({ id: {} }),
    () => random.pick(TEXTS),
    () => raw(random.pick(NUMBERS)),
    () => 1_772_445_900_000,
  ])()

function nested(value: unknown, levels: number, random: Random): unknown {
  const inList = random.chance(0.5)
  // As text, because a value this deep can be written by nobody.
  if (levels > 1_000) return raw(`${'['.repeat(levels)}${']'.repeat(levels)}`)
  let outer = value
  for (let i = 0; i < levels; i++) outer = inList ? [outer] : { a: outer }
  return outer
}

function placeIn(root: unknown, random: Random): Place | undefined {
  const places = placesIn(root)
  return places.length > 0 ? random.pick(places) : undefined
}

/** All of them, up to more than any real delivery has. */
function placesIn(root: unknown): Place[] {
  const places: Place[] = []
  const waiting: unknown[] = [root]
  while (waiting.length > 0 && places.length < 5_000) {
    const holder = waiting.pop()
    if (typeof holder !== 'object' || holder === null) continue
    for (const key of Object.keys(holder)) {
      places.push({ holder: holder as Holder, key })
      waiting.push((holder as Holder)[key])
    }
  }
  return places
}

/** An own key, also when it is `__proto__`. */
const set = ({ holder, key }: Place, value: unknown): void => {
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true })
}
