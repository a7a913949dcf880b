import type { Child } from 'hono/jsx'
import type { ChartData, WrittenChart } from './chart-data.ts'
import { Icon } from './icon.tsx'
import { JsonScript } from './json-script.tsx'
import { CsvLink } from './page-parts.tsx'

/** A table of the numbers of a chart: for readers, for pages without scripts, and as CSV. */
export interface DataTable {
  readonly caption: string
  readonly columns: readonly DataColumn[]
  readonly rows: readonly { readonly cells: readonly DataCell[]; readonly href?: string | undefined }[]
}

export interface DataColumn {
  readonly name: string
  readonly number?: boolean
  /** Of the values in the CSV, where the texts bring their own. */
  readonly unit?: string
}

/** As people read it, and as a program does; null: there is none. */
export interface DataCell {
  readonly text: string
  readonly value: string | number | null
  /** The rows that it counts. */
  readonly href?: string | undefined
}

interface ChartProps {
  /** One sentence: what the chart shows. */
  readonly conclusion: string
  readonly size: 'large' | 'medium' | 'small'
  /** Undefined: too little to draw. */
  readonly data: ChartData | undefined
  readonly table: DataTable
  /** Address of the same as CSV. */
  readonly csv: string
  readonly note?: Child
}

/**
 * A canvas that a script draws on when it is near to being seen (static/js/charts.ts), and the table of its numbers. In a
 * browser without scripts the table stands open in its place; with too little to draw the conclusion does.
 */
export function Chart({ conclusion, size, data, table, csv, note }: ChartProps) {
  return (
    <>
      {data ? (
        <figure class={`chart chart-${size}`} data-chart aria-label={`${table.caption}, chart`}>
          <div>
            <canvas role="img" aria-label={conclusion} />
          </div>
          <JsonScript data={withoutRepeats(data, table)} />
        </figure>
      ) : (
        <p class="t2">{conclusion}</p>
      )}
      {note ? <p class="t3 fs12 mt8">{note}</p> : null}
      <div class="chart-foot mt8">
        <details class="data chart-data" open>
          <summary>
            <Icon name="table" small />
            Show data as table
          </summary>
          <ChartTable table={table} />
        </details>
        <CsvLink href={csv} of={table.caption} />
      </div>
    </>
  )
}

/** Where the places lead to what a column of the table leads to, their addresses are said once. Nothing is behind a 0. */
function withoutRepeats(data: ChartData, { columns, rows }: DataTable): WrittenChart {
  const { links } = data
  if (!links) return data
  const hrefAt = (row: number, column: number) => (column === 0 ? rows[row]?.href : rows[row]?.cells[column]?.href)
  const column = columns.findIndex(
    (_, at) =>
      rows.some((__, row) => hrefAt(row, at) !== undefined) &&
      links.every((link, row) => [link ?? undefined, undefined].includes(hrefAt(row, at))),
  )
  return column === -1 ? data : { ...data, links: column }
}

/**
 * The numbers alone. Their cells are many, so the table says what its columns hold once, by classes of its own; a script
 * names the links for who hears them without their table (static/js/chart-loader.ts).
 */
export function ChartTable({ table: { caption, columns, rows } }: { table: DataTable }) {
  return (
    <section class="tw" tabindex={0} aria-label={`${caption}, table`}>
      <table class="t keep figures">
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ name, number }) => (
              <th scope="col" class={number ? undefined : 'words'}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ cells, href }) => (
            <tr>
              {cells.map((cell, i) =>
                i === 0 ? (
                  <th scope="row">{href ? <a href={href}>{cell.text}</a> : cell.text}</th>
                ) : (
                  <td class={columns[i]?.number ? undefined : 'words'}>
                    {cell.href === undefined ? cell.text : <a href={cell.href}>{cell.text}</a>}
                  </td>
                ),
              )}
            </tr>
          ))}
          {rows.length === 0 ? (
            <tr>
              <td colspan={columns.length} class="t3 words">
                Nothing yet.
              </td>
            </tr>
          ) : null}
        </tbody>
      </table>
    </section>
  )
}
