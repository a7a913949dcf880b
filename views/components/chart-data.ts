/** What a chart is drawn from, as it stands beside its canvas. All words are made by the server. */
export interface ChartData {
  /** One for each place on the x axis; titles of the tooltips. */
  readonly labels: readonly string[]
  /** Lines of the tooltip at each place. */
  readonly tips: readonly (readonly string[])[]
  /** Where the places lie on the x axis, in order, when they are not evenly spaced. */
  readonly positions?: readonly number[] | undefined
  /** Where an axis of positions ends; it begins at 0. */
  readonly until?: number | undefined
  /** Where and how the x axis is labelled, by place or position; only every other where there is little room. */
  readonly ticks: readonly { readonly at: number; readonly text: string }[]
  /** What a click on a place leads to. */
  readonly links?: readonly (string | null)[] | undefined
  /** After each number on the y axis. */
  readonly unit?: string | undefined
  /** Each power of ten takes as much room as the next. */
  readonly logarithmic?: boolean | undefined
  readonly xTitle?: string | undefined
  /** Columns stand on each other. */
  readonly series: readonly ChartSeries[]
  readonly markers?: readonly ChartMarker[] | undefined
}

/** The same on the page. A number: a place leads where that column of the table beside it leads, in the row that is as far down. */
export interface WrittenChart extends Omit<ChartData, 'links'> {
  readonly links?: ChartData['links'] | number
}

export interface ChartSeries {
  readonly label: string
  readonly kind: 'columns' | 'line' | 'dots'
  readonly values: readonly (number | null)[]
  /** A token of tokens.css, without its dashes. */
  readonly color: string
  readonly stroke?: string | undefined
  readonly dashed?: boolean | undefined
  /** Stays at a value until the next place, as counts do. */
  readonly stepped?: boolean | undefined
  /** Filled down to the series before it: with that one, a band. */
  readonly filled?: boolean | undefined
  readonly width?: number | undefined
  /** A dot at each value of a line. */
  readonly dots?: boolean | undefined
  /** Places whose dot is hollow: they rest on little. */
  readonly hollow?: readonly number[] | undefined
  /** Stands at the end of a line. */
  readonly end?: string | undefined
}

export interface ChartMarker {
  readonly at: number
  readonly kind: 'deploy' | 'rollback' | 'emergency' | 'suspect' | 'tick'
  readonly label?: string | undefined
}
