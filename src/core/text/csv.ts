/** Lines of CSV as RFC 4180 has them, safe to open in a spreadsheet. */

export type Cell = string | number | undefined

/** Marks the text as UTF-8 for spreadsheets that would take it for something else. */
export const CSV_BEGINNING = '\ufeff'

export const csvLine = (cells: readonly Cell[]): string => `${cells.map(csvCell).join(',')}\r\n`

function csvCell(cell: Cell): string {
  if (cell === undefined) return ''
  if (typeof cell === 'number') return String(cell)
  const text = withoutFormula(cell)
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * A cell that begins like a formula would be run by whoever opens the file, and titles come from outside: an apostrophe
 * before it makes it text. White space before it does not help, spreadsheets pass over it.
 */
const withoutFormula = (text: string): string => (/^[\s\0]*[=+\-@＝＋－＠]|^[\t\r\n]/.test(text) ? `'${text}` : text)
