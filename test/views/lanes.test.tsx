import { expect, test } from 'vitest'
import { Lanes } from '../../views/releases/lanes.tsx'
import { day } from '../support/factories.ts'

const YEAR = 365

/** What stands on the axis of one lane that is this long. */
async function axisOf(days: number): Promise<{ texts: string[]; onPhone: string[] }> {
  const to = day(0)
  const from = day(-days)
  const bars = [{ version: 'a', from, to: null }]
  const html = String(
    await (<Lanes version="a" from={from} to={to} lanes={[{ environment: 'production', bars }]} now={to} />),
  )
  const found = [...html.matchAll(/<text class="(ax[^"]*)"[^>]*>([^<]*)</g)]
  const texts = found.map(([, , text]) => String(text).trim())
  return { texts, onPhone: texts.filter((_, i) => found[i]?.[1] === 'ax') }
}

test('a lane of many years is told by days, not by hours', async () => {
  for (const years of [3, 9, 20, 60]) {
    const { texts } = await axisOf(years * YEAR)
    expect(texts.length).toBeGreaterThan(0)
    expect(texts.length).toBeLessThanOrEqual(8)
    for (const text of texts) expect(text).toMatch(/^[0-9]{1,2} [A-Z][a-z]{2} [0-9]{4}$/)
  }
})

test('a phone is shown every second of what is short, and every third of what tells its year', async () => {
  const short = await axisOf(1)
  expect(short.onPhone).toHaveLength(Math.ceil(short.texts.length / 2))
  const long = await axisOf(9 * YEAR)
  expect(long.onPhone).toHaveLength(Math.ceil(long.texts.length / 3))
})
