import { expect, test } from 'vitest'
import { CI_TRIGGERS } from '../../src/outbound/ci/index.ts'
import { day } from '../support/factories.ts'
import { deployed, openHistory } from '../support/history-pages.ts'
import { describeOnEachEngine, type OpenTestStore } from '../support/stores.ts'

const PLACE = { service: 'checkout-api', environment: 'production' }

async function openSettings(openTestStore: OpenTestStore) {
  const pages = await openHistory(openTestStore, { role: 'admin' })
  await pages.tell('deployments', deployed('a', day(1)))
  return pages
}

const idsIn = (html: string) => [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)

describeOnEachEngine('the settings of emergency releases', (openTestStore) => {
  test('show the form of one kind of CI, with its fields and no name twice', async () => {
    const pages = await openSettings(openTestStore)
    for (const { kind, label, fields } of CI_TRIGGERS) {
      const html = await pages.read(`/emergency/settings?kind=${kind}`)
      expect(html).toContain(`Set a target: ${label}`)
      for (const { name } of fields) expect(html).toContain(`id="f-${name}"`)
      const ours = ['kind', 'service', 'secret', ...fields.map(({ name }) => name)].map((name) => `f-${name}`)
      const shown = idsIn(html).filter((id) => ours.includes(id as string))
      expect(new Set(shown).size).toBe(shown.length)
      const forms = html.match(/action="\/emergency\/settings\/targets"/g)
      expect(forms).toHaveLength(1)
    }
    expect(await pages.read('/emergency/settings?kind=nothing')).toContain(`Set a target: ${CI_TRIGGERS[0]?.label}`)
  })

  test('keep what was typed in the form that was refused, and save it when it is right', async () => {
    const pages = await openSettings(openTestStore)
    const wish = { ...PLACE, kind: 'gitlab', project: 'shop', ref: '', url: '', secret: 'glpat-secret' }
    const refused = await pages.submit('/emergency/settings/targets', wish)
    expect(refused.status).toBe(422)
    const html = await refused.text()
    expect(html).toContain('Set a target: GitLab CI')
    expect(html).toContain('value="shop"')
    expect(html).not.toContain('glpat-secret')
    const saved = await pages.submit('/emergency/settings/targets', { ...wish, project: 'shop/checkout-api' })
    expect(saved.status).toBe(303)
    const after = await pages.read('/emergency/settings')
    expect(after).toContain('GitLab CI, pipeline of shop/checkout-api on main')
    expect(after).not.toContain('glpat-secret')
  })

  test('save no system without its token', async () => {
    const pages = await openSettings(openTestStore)
    const wish = { ...PLACE, kind: 'jenkins', jobUrl: 'https://jenkins.example/job/rollback', secret: '' }
    expect((await pages.submit('/emergency/settings/targets', wish)).status).toBe(422)
  })
})
