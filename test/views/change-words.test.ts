import { expect, test } from 'vitest'
import { changeWords } from '../../views/audit/change-words.ts'

test.each([
  ['{}', []],
  ['{"from":"S3","to":"S1"}', ['S3 → S1']],
  ['{"from":"requested","to":"approved","step":"approve"}', ['requested → approved', 'step: approve']],
  ['{"to":"requested"}', ['to: requested']],
  [
    '{"from":{"quietMinutes":10,"breakGlass":true},"to":{"quietMinutes":5,"breakGlass":true}}',
    ['quiet minutes: 10 → 5'],
  ],
  [
    '{"rule":{"field":"repository","service":"shop"},"forAllSources":false}',
    ['rule: field repository, service shop', 'for all sources: no'],
  ],
  ['{"burst":null,"hosts":["a","b"],"none":[]}', ['burst: none', 'hosts: a, b', 'none: none']],
  ['{"overlapHours":24,"expiresAt":1827307830837}', ['overlap hours: 24', 'expires at: 2027-11-27 09:30 UTC']],
  ['not JSON', ['not JSON']],
])('%s reads as %j', (json, lines) => {
  expect(changeWords(json)).toEqual(lines)
})
