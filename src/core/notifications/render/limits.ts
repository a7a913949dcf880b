/** What fits everywhere: a header of Slack holds 150 characters, a title of Discord 256 after escaping. */
export const TITLE_MOST = 120
export const LINE_MOST = 300

/** Where a path is found; who reads it is not on this server. */
export const linkOf = (publicUrl: string, path: string): string => new URL(path, `${publicUrl}/`).href

/** The first lines that together have no more than so many characters. */
export function fitting(lines: readonly string[], most: number): string[] {
  let length = 0
  return lines.filter((line) => {
    length += line.length + 1
    return length <= most
  })
}
