import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, onTestFinished, test } from 'vitest'
import { readFixtures } from '../sources/fixtures.ts'
import { startBareServer } from '../support/running-server.ts'
import type { Example } from './example.ts'
import { readFolder } from './folder.ts'
import { tryExamples } from './try-examples.ts'

/** `npm run examples`: what it takes for an example, and that it notices what should not be. */

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(inject('runFolder'), 'examples-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

test('a folder gives bodies by their source and whole requests by their address', () => {
  const head =
    'POST /hooks/cdevents-1 HTTP/1.1\r\nHost: 127.0.0.1\r\nCe-Type: dev.cdevents.service.deployed.0.1.0\r\n\r\n'
  const folder = folderOf({
    'README.md': 'no example',
    'bitbucket/repo-commit-status-created.json': '{}',
    'bitbucket/pull-request-comment-created.json': '{}',
    'github/release.published.json': '{}',
    'sentry-examples/an-issue.json': '{"data":{"issue":{}}}',
    'sentry-examples/installation.0.json': '{"data":{}}',
    'cdevents/schemas/deployed.json': '{"$schema":"https://json-schema.org/draft/2020-12/schema"}',
    'sent/001.http': `${head}{"context":{}}`,
    'sent/001.body': '{"context":{}}',
    'sent/001.json': '{"headers":[]}',
    'sent/002.http': 'PUT /api/0/releases/ HTTP/1.1\nHost: 127.0.0.1\n\n{}',
  })
  const { examples, passedOver } = readFolder(folder)
  const shown = examples.map(({ kind, name, headers: { 'content-type': _, host: __, ...told }, body }) => [
    name,
    kind,
    told,
    Buffer.from(body).toString('utf8'),
  ])
  expect(shown).toEqual([
    [
      'bitbucket/pull-request-comment-created.json',
      'bitbucket',
      { 'x-event-key': 'pullrequest:comment_created' },
      '{}',
    ],
    ['bitbucket/repo-commit-status-created.json', 'bitbucket', { 'x-event-key': 'repo:commit_status_created' }, '{}'],
    ['github/release.published.json', 'github', { 'x-github-event': 'release' }, '{}'],
    ['sent/001.http', 'cdevents', { 'ce-type': 'dev.cdevents.service.deployed.0.1.0' }, '{"context":{}}'],
    ['sentry-examples/an-issue.json', 'sentry', { 'sentry-hook-resource': 'issue' }, '{"data":{"issue":{}}}'],
    ['sentry-examples/installation.0.json', 'sentry', { 'sentry-hook-resource': 'installation' }, '{"data":{}}'],
  ])
  expect(passedOver).toEqual([
    { name: 'cdevents/schemas/deployed.json', why: 'is a schema' },
    { name: 'sent/002.http', why: 'PUT /api/0/releases/ is for no source' },
  ])
})

test('every example is tried on the server, and what should not be is found', async () => {
  const server = await startBareServer()
  onTestFinished(() => server.stop())
  const kinds = ['github', 'gitlab', 'standard-webhooks', 'sentry', 'alertmanager']
  const fixtures = kinds.flatMap((kind) =>
    readFixtures(kind).map(({ name, delivery }): Example => ({ kind, name, ...delivery })),
  )
  const [sample] = fixtures as [Example]
  const odd: Example[] = [
    { ...sample, name: 'a type that nobody takes', headers: { ...sample.headers, 'content-type': 'text/csv' } },
    { ...sample, name: 'too large', body: Buffer.alloc(2_000_000, 0x20) },
    {
      ...sample,
      name: 'half of it',
      body: sample.body.slice(0, 20),
      headers: { ...sample.headers, 'x-github-delivery': 'half' },
    },
  ]
  const tried = await tryExamples(server, [...fixtures, ...odd])
  expect(
    tried.filter(({ findings }) => findings.length > 0).map(({ example, findings }) => [example.name, ...findings]),
  ).toEqual([
    ['a type that nobody takes', 'was answered 415'],
    ['too large', 'was answered 413'],
  ])
  expect(tried.at(-1)?.made.kind).toBe('unreadable')
  expect(server.errors).toEqual([])
})
