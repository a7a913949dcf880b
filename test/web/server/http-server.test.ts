import { expect, onTestFinished, test } from 'vitest'
import { listen } from '../../../src/web/server/http-server.ts'

async function listening() {
  const http = await listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => http.close())
  return http
}

test('a request that comes before there is an application waits for it', async () => {
  const http = await listening()
  const asked = fetch(`http://127.0.0.1:${http.port}/`)
  http.server.once('request', () => http.answerWith(() => new Response('here')))
  expect(await (await asked).text()).toBe('here')
})

test('slow, many-headed and countless clients are held off', async () => {
  const { server } = await listening()
  expect(server).toMatchObject({
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    connectionsCheckingInterval: 5_000,
    maxConnections: 1_000,
    maxHeadersCount: 100,
  })
})
