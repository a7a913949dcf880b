import { describe, expect, test } from 'vitest'
import type { ReleaseKind } from '../../../src/core/event.ts'
import {
  kindByContent,
  kindByOrder,
  kindOf,
  type VersionChange,
  versionChange,
} from '../../../src/core/release/release-kind.ts'
import { readVersion } from '../../../src/core/release/version.ts'

const read = (text: string) => readVersion(text)

describe('what a deployment changes', () => {
  test.each<[string | undefined, string, VersionChange]>([
    ['1.2.3', '2.0.0', 'major'],
    ['1.2.3', '1.3.0', 'minor'],
    ['1.2.3', '1.2.4', 'patch'],
    ['1.2.3', '1.2.3.1', 'patch'],
    ['1.2.4', '1.2.3', 'rollback'],
    ['1.2.3', '1.2.3', 'redeploy'],
    ['v1.2.3', '1.2.3', 'redeploy'],
    ['1.2.3', '1.3.0-rc.1', 'pre-release'],
    ['1.3.0-rc.1', '1.3.0', 'minor'],
    ['2024.01.31', '2024.02.01', 'calendar'],
    ['41', '42', 'build'],
    ['a1b2c3d', 'b2c3d4e', 'build'],
    ['2.0.1', '1.9.9', 'backport'],
    ['1.2.3', 'blue', 'unknown'],
    [undefined, '1.0.0', 'unknown'],
    [undefined, '1.0.0-rc.1', 'pre-release'],
  ])('%s to %s is %s', (previous, next, change) => {
    expect(versionChange(previous === undefined ? undefined : read(previous), read(next))).toBe(change)
  })

  test('a lower number on another line is a rollback when it ran there before', () => {
    expect(versionChange(read('2.0.1'), read('1.9.9'), true)).toBe('rollback')
  })
})

describe('the kind of a release', () => {
  test.each<[string, string[], ReleaseKind | undefined]>([
    ['4.18.1', ['4.16.0'], 'minor'],
    ['2.0.0', ['2.0.0-rc.2', '2.0.0-rc.1', '1.9.0'], 'major'],
    ['2.0.0', ['c0ffee1', '1.9.0'], 'major'],
    ['2.0.0', ['2026.1', '1.9.0'], 'major'],
    ['2.0.0-rc.1', [], 'pre-release'],
    ['1.9.9', ['2.0.1', '1.9.8'], undefined],
    ['2.0.0', [], undefined],
    ['2026.2', ['2026.1'], undefined],
    ['4712', ['4711'], undefined],
    ['c0ffee1', ['1.0.0'], undefined],
  ])('%s after %j in its environment is %s', (version, ranBefore, kind) => {
    expect(kindByContent(read(version), ranBefore.map(read))).toBe(kind)
  })

  test.each<[string, string | undefined, ReleaseKind]>([
    ['2.0.0', '1.9.3', 'major'],
    ['1.5.2', '1.4.9', 'minor'],
    ['1.4.3', '1.4.2', 'patch'],
    ['1.4.3.1', '1.4.3', 'patch'],
    ['2.0.0-rc.1', '1.9.0', 'pre-release'],
    ['4.0.0', undefined, 'major'],
    ['4.18.0', undefined, 'minor'],
    ['4.18.2', undefined, 'patch'],
    ['4711', '4710', 'unknown'],
    ['2026.2.0', '2026.1.0', 'unknown'],
    ['bookworm', '1.0.0', 'unknown'],
    ['1.2.0', '1.2', 'unknown'],
  ])('%s above %s in the order is %s', (version, below, kind) => {
    expect(kindByOrder(read(version), below === undefined ? undefined : read(below))).toBe(kind)
  })

  test('is what a sender states, then an emergency, then what it replaced, then its place in the order', () => {
    const all = { stated: 'minor', isEmergency: true, byContent: 'major', byOrder: 'patch' } as const
    expect(kindOf(all)).toBe('minor')
    expect(kindOf({ ...all, stated: undefined })).toBe('emergency')
    expect(kindOf({ ...all, stated: undefined, isEmergency: false })).toBe('major')
    expect(kindOf({ ...all, stated: undefined, isEmergency: false, byContent: undefined })).toBe('patch')
  })
})
