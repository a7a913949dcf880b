import { describe, expect, it } from 'vitest'
import { artifactVersion } from '../../../src/sources/reading/artifact-version.ts'

describe('the version in an artifact id', () => {
  it.each([
    ['pkg:oci/app@sha256%3A0b31b1c0', 'sha256:0b31b1c0'],
    ['pkg:oci/app@sha256:0b31b1c0?repository_url=registry.example/acme', 'sha256:0b31b1c0'],
    ['pkg:oci/app@sha256%3A0b31b1c0?repository_url=x&tag=4.18.0', '4.18.0'],
    ['pkg:oci/app?tag=v4.18.0%2Bbuild.7', 'v4.18.0+build.7'],
    ['pkg:npm/%40acme/app@4.18.0', '4.18.0'],
    ['pkg:npm/@acme/app@4.18.0', '4.18.0'],
    ['pkg:npm/@acme/app', undefined],
    ['pkg:maven/org.acme/app@4.18.0?type=jar#META-INF/x@y', '4.18.0'],
    ['pkg:golang/git.example/acme/app@234fd47e07d1004f0aed9c', '234fd47e07d1004f0aed9c'],
    ['pkg:generic/app@1%2', '1%2'],
    ['pkg:generic/app', undefined],
    ['pkg:generic/app@', undefined],
    ['registry.example:5000/acme/app:4.18.0', '4.18.0'],
    ['registry.example:5000/acme/app', undefined],
    ['registry.example:5000/acme/app:4.18.0@sha256:0b31', '4.18.0'],
    ['registry.example:5000/acme/app@sha256:0b31', 'sha256:0b31'],
    ['', undefined],
  ])('%s is %s', (artifactId, version) => {
    expect(artifactVersion(artifactId)).toBe(version)
  })
})
