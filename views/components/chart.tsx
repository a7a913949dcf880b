import type { Child } from 'hono/jsx'
import type { ChartData } from './chart-data.ts'
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
          <JsonScript data={data} />
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

/** The numbers alone. */
export function ChartTable({ table: { caption, columns, rows } }: { table: DataTable }) {
  return (
    <section class="tw" tabindex={0} aria-label={`${caption}, table`}>
      <table class="t keep">
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ name, number }) => (
              <th scope="col" class={number ? 'num' : ''}>
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
                  <td class={columns[i]?.number ? 'num' : ''}>
                    {cell.href === undefined ? (
                      cell.text
                    ) : (
                      <a class="cnt" href={cell.href}>
                        {cell.text}
                        {/* For who hears the links without their table. */}
                        <span class="vh"> {`${columns[i]?.name}, ${cells[0]?.text}`}</span>
                      </a>
                    )}
                  </td>
                ),
              )}
            </tr>
          ))}
          {rows.length === 0 ? (
            <tr>
              <td colspan={columns.length} class="t3">
                Nothing yet.
              </td>
            </tr>
          ) : null}
        </tbody>
      </table>
    </section>
  )
}
