import { describe, expect, it } from 'vitest'
import { revealHidden } from '../../views/hidden-characters.ts'

describe('revealing what is hidden', () => {
  it('writes out characters that reorder or take no room, and leaves joined emoji alone', () => {
    expect(revealHidden('admin\u202etxt.exe')).toBe('admin[U+202E]txt.exe')
    expect(revealHidden('pay\u200bpal\u061c')).toBe('pay[U+200B]pal[U+061C]')
    expect(revealHidden('👩\u200d💻')).toBe('👩\u200d💻')
  })
})
