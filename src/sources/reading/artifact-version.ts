import { cleanLine } from '../../core/text/text.ts'

/**
 * The version in an artifact's id; undefined when it names none. Of a package URL the `tag` qualifier counts before the
 * version, because the version of an image there is its digest, and people speak of tags:
 * `pkg:oci/app@sha256%3A0b31…?tag=4.18.0` is 4.18.0, `pkg:npm/%40acme/app@4.18.0` too. Of an image reference the tag
 * counts before the digest: `registry.example:5000/app:4.18.0@sha256:0b31…`.
 * (github.com/package-url/purl-spec)
 */
export function artifactVersion(artifactId: string): string | undefined {
  const version = artifactId.startsWith('pkg:') ? purlVersion(artifactId) : imageVersion(artifactId)
  return version === undefined ? undefined : cleanLine(version, 200) || undefined
}

function purlVersion(purl: string): string | undefined {
  const [beforeSubpath = ''] = purl.split('#')
  const [name = '', qualifiers = ''] = beforeSubpath.split('?')
  const tag = new URLSearchParams(qualifiers).get('tag')
  if (tag) return tag
  const at = name.lastIndexOf('@')
  // `@` after a slash begins a namespace that should have been written `%40`.
  return at > 0 && name[at - 1] !== '/' ? decoded(name.slice(at + 1)) : undefined
}

function imageVersion(reference: string): string | undefined {
  const [name = '', digest] = reference.split('@')
  const tag = /:([^/:]+)$/.exec(name)?.[1]
  return tag ?? digest
}

/** As it stands when it is not properly encoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
