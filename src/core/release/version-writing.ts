/** How one version may be written: as it is, and with or without the `v` that people put in front of a number. */
export function writtenAs(version: string): string[] {
  const bare = /^v(?=\d)/i.test(version) ? version.slice(1) : version
  return /^\d/.test(bare) ? [...new Set([version, bare, `v${bare}`])] : [version]
}
