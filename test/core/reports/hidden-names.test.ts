import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HIDDEN, nameHider } from '../../../src/core/reports/hidden-names.ts'

const hide = (text: string, ...names: string[]) => nameHider(names)(text)

describe('names in text', () => {
  test.each([
    ['Ana Roe cannot pay', ['Ana Roe'], '[person] cannot pay'],
    ['asked ana  ROE, who knows', ['Ana Roe'], 'asked [person], who knows'],
    ["Ana Roe's cart is empty", ['Ana Roe'], "[person]'s cart is empty"],
    ['for Ana Roe-Ito and Ana Roe', ['Ana Roe', 'Ana Roe-Ito'], 'for [person] and [person]'],
    ['Ana Roebuck is no Ana Roe', ['Ana Roe'], 'Ana Roebuck is no [person]'],
    ['seen by aroe in prod', ['aroe'], 'seen by [person] in prod'],
    ['it will not end; Will saw it', ['Will'], 'it will not end; [person] saw it'],
    ['Zoë Ångström meldet', ['Zoë Ångström'.normalize('NFD')], '[person] meldet'],
    ['Zoë Ångström meldet'.normalize('NFD'), ['Zoë Ångström'], '[person] meldet'],
    ['報告者は李明です', ['李明'], '報告者は[person]です'],
    ['Жанна Ли не может войти', ['ЖАННА ЛИ'], '[person] не может войти'],
    ['a (b) fails', ['(b) fails', 'a.'], 'a [person]'],
    ['ask Ana Roe <ana@b.example>', ['Ana Roe <ana@b.example>'], 'ask [person] <[person]>'],
  ])('%s', (text, names, hidden) => {
    expect(hide(text, ...names)).toBe(hidden)
  })

  test('that are hardly names stay: too short, or none at all', () => {
    expect(hide('a to b in an L1 cache', 'a', 'to', '', '  ', '12', 'L1', 'person')).toBe('a to b in an L1 cache')
  })
})

test('every e-mail address is hidden, whoever has it, and versions stay', () => {
  expect(hide('mail to ana.roe+test@mail.b.example bounces')).toBe('mail to [person] bounces')
  expect(hide('postgres://db@10.0.0.1 and left-pad@1.3.0')).toBe('postgres://db@10.0.0.1 and left-pad@1.3.0')
})

const word = fc.string({ unit: fc.constantFrom(...'abcdeèéßøжяひ李-.'), minLength: 3, maxLength: 8 })
const name = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' '))
const hasLetters = (text: string) => (text.match(/\p{L}/gu)?.length ?? 0) >= 3

test('a name between other words is gone whatever it is, and so is each of several', () => {
  fc.assert(
    fc.property(fc.array(name.filter(hasLetters), { minLength: 1, maxLength: 6 }), (names) => {
      const text = names.map((one) => `seen by ${one} at noon`).join('; ')
      expect(hide(text, ...names)).toBe(names.map(() => `seen by ${HIDDEN} at noon`).join('; '))
    }),
  )
})

test('what was hidden stays so, and text without names is left as it is', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.array(fc.oneof(name, fc.string({ unit: 'grapheme' }))),
      (text, names) => {
        const hider = nameHider(names)
        expect(hider(hider(text))).toBe(hider(text))
        expect(nameHider([])(text.replaceAll('@', ''))).toBe(text.replaceAll('@', '').normalize('NFC'))
      },
    ),
  )
})
