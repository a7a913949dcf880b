import { expect, test } from 'vitest'
import { argocd } from '../../src/sources/argocd/index.ts'
import { cdevents } from '../../src/sources/cdevents/index.ts'
import { datadog } from '../../src/sources/datadog/index.ts'
import { jenkins } from '../../src/sources/jenkins/index.ts'
import { readNativeDefect, readNativeDeployment } from '../../src/sources/native-items.ts'
import { notifications } from '../../views/setup/senders/argocd.tsx'
import { payload } from '../../views/setup/senders/datadog.tsx'
import { post } from '../../views/setup/senders/jenkins.tsx'
import { cdEventsCurl, curlDefect, curlDeployment, githubActionsStep } from '../../views/setup/snippets.ts'
import { readFixtures } from '../sources/conformance.ts'
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

test('nothing that a pusher can name becomes part of the Jenkinsfile’s script', () => {
  const [, script = ''] = post('https://postflight.example/hooks/jenkins').split("sh '''")
  // What Groovy would fill in; the shell fills in $NAME, within quotes.
  expect(script).not.toContain('${')
  expect(script).toContain('https://postflight.example/hooks/jenkins')
  // As jq makes it of the names above.
  const notes = 'environment=uat version=1'
  const made = { name: 'shop', build: { number: '7', phase: 'FINALIZED', status: 'SUCCESS', notes } }
  const body = Buffer.from(JSON.stringify(made))
  expect(jenkins.interpret({ headers: {}, body, receivedAt: day(1) })).toMatchObject({
    events: [{ environment: 'uat', version: '1', status: 'succeeded' }],
  })
})

test('Datadog’s payload is read as a defect once its variables are filled in', () => {
  const values: Readonly<Record<string, string>> = {
    $ID: '7',
    $ALERT_ID: '1234',
    $ALERT_TRANSITION: 'Triggered',
    $EVENT_TITLE: '[Triggered] Slow',
    $TAGS: 'service:checkout-api,env:production,version:1.0.0',
    $DATE: String(day(1)),
  }
  const body = Buffer.from(payload.replace(/\$[A-Z_]+/g, (name) => values[name] ?? name))
  expect(datadog.interpret({ headers: {}, body, receivedAt: day(2) })).toMatchObject({
    events: [{ title: 'Slow', service: 'checkout-api', environment: 'production', version: '1.0.0', at: day(1) }],
  })
})

test('Argo CD’s template is read as the application it sends', () => {
  const text = notifications('https://postflight.example/hooks/argocd')
  expect(text).toContain('url: https://postflight.example/hooks/argocd\n')
  const sample = readFixtures('argocd').find(({ name }) => name === 'deployed.image')
  const { app, context } = JSON.parse(Buffer.from(sample?.delivery.body ?? []).toString())
  const body = (/^ *(\{"app": .*\})$/m.exec(text)?.[1] ?? '')
    .replace('{{toJson .app}}', JSON.stringify(app))
    .replace('{{toJson .context}}', JSON.stringify(context))
  const delivery = { headers: {}, body: Buffer.from(body), receivedAt: sample?.delivery.receivedAt ?? 0 }
  expect(argocd.interpret(delivery)).toEqual(sample?.expected)
})
