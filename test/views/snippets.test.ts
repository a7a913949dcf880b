import { expect, test } from 'vitest'
import { cdevents } from '../../src/sources/cdevents.ts'
import { readNativeDefect, readNativeDeployment } from '../../src/sources/native-items.ts'
import { cdEventsCurl, curlDefect, curlDeployment, githubActionsStep } from '../../views/setup/snippets.ts'
import { day } from '../support/factories.ts'

const address = 'https://postflight.example'
const bodyOf = (command: string): unknown => JSON.parse(/-d '(.*)'$/s.exec(command)?.[1] ?? '')

test('the curl lines send what the API takes, to the real address', () => {
  expect(curlDeployment(address)).toContain('https://postflight.example/api/v1/deployments')
  expect(readNativeDeployment(bodyOf(curlDeployment(address)), day(1))).toMatchObject({
    ok: true,
    event: { service: 'checkout-api', version: '1.0.0', environment: 'production', status: 'succeeded' },
  })
  expect(curlDefect(address)).toContain('https://postflight.example/api/v1/defects')
  expect(readNativeDefect(bodyOf(curlDefect(address)), day(1))).toMatchObject({
    ok: true,
    event: { service: 'checkout-api', severity: 'S2', version: '1.0.0' },
  })
})

test('the CDEvents example is read as a deployment', () => {
  const command = cdEventsCurl(address, 'cdevents')
  const headers = Object.fromEntries(
    [...command.matchAll(/-H ['"]([a-zA-Z-]+): ([^'"]*)['"]/g)].map(([, name, value]) => [name?.toLowerCase(), value]),
  )
  const body = (/-d '(.*)'$/s.exec(command)?.[1] ?? '').replace(/'"\$\(date[^)]*\)"'/, '2026-03-02T00:00:00Z')
  const delivery = {
    headers: headers as Record<string, string>,
    body: new TextEncoder().encode(body),
    receivedAt: day(2),
  }
  expect(cdevents.interpret(delivery)).toMatchObject({
    kind: 'events',
    events: [
      { type: 'deployment', service: 'checkout-api', version: '1.0.0', environment: 'production', status: 'succeeded' },
    ],
  })
})

test('nothing that a pusher can name becomes part of the workflow script', () => {
  const [, script = ''] = githubActionsStep(address).split('run: |')
  expect(script).not.toContain('${{')
  expect(script).toContain('https://postflight.example/api/v1/deployments')
})
