/** The pictograms, 16 × 16 with a 1.5 px line. Beside text they are decoration; alone they need a `label`. */
const shapes = {
  home: () => <path d="M2.5 8.5 8 3l5.5 5.5M4 7.2V13h8V7.2" />,
  release: () => (
    <>
      <path d="M8.6 2.5H13v4.4L7.3 12.6a1 1 0 0 1-1.4 0L2.9 9.6a1 1 0 0 1 0-1.4z" />
      <circle cx="10.6" cy="4.9" r=".9" />
    </>
  ),
  defect: () => (
    <path d="M5.5 5.5a2.5 2.5 0 0 1 5 0M4.5 6.5h7v3a3.5 3.5 0 0 1-7 0zM2 5.5l2.5 1.6M14 5.5l-2.5 1.6M2 9h2.4M14 9h-2.4M3 13.2l2-1.8M13 13.2l-2-1.8M8 6.5V13" />
  ),
  emergency: () => <path d="M8.8 1.8 3.2 9H8l-.8 5.2L12.8 7H8z" />,
  chart: () => <path d="M2.5 2.5v11h11M5 10l2.7-3 2.1 1.8L13.2 5" />,
  report: () => <path d="M4 2.5h5.5L12.5 5.5v8H4zM9.2 2.5v3.3h3.3M6 8.5h4.5M6 11h4.5" />,
  rule: () => <path d="M2.5 4.5 4 6l2.6-3.4M8.6 4.5h5M2.5 10.7l1.5 1.5 2.6-3.4M8.6 10.7h5" />,
  inbox: () => <path d="M2.5 9.5 4.3 3.6h7.4l1.8 5.9v3.4h-11zM2.5 9.5h3.2l.8 1.6h3l.8-1.6h3.2" />,
  terminal: () => <path d="M2.5 3.5h11v9h-11zM5 6.5 7 8.3 5 10M8.5 10.2H11" />,
  branch: () => (
    <>
      <circle cx="4" cy="4" r="1.6" />
      <circle cx="4" cy="12" r="1.6" />
      <circle cx="12" cy="8" r="1.6" />
      <path d="M4 5.6v4.8M5.5 4.6c3 .4 3.5 1.6 5 2.8" />
    </>
  ),
  search: () => (
    <>
      <circle cx="7" cy="7" r="4.2" />
      <path d="m10.2 10.2 3.3 3.3" />
    </>
  ),
  'chevron-down': () => <path d="m4.5 6.5 3.5 3.5 3.5-3.5" />,
  person: () => (
    <>
      <circle cx="8" cy="5.4" r="2.6" />
      <path d="M2.8 13.4c.7-2.6 2.6-3.9 5.2-3.9s4.5 1.3 5.2 3.9" />
    </>
  ),
  check: () => <path d="m3.5 8.5 3 3 6-7" />,
  close: () => <path d="m4 4 8 8M12 4l-8 8" />,
  board: () => <path d="M2.5 3h4.5v4.5H2.5zM9 3h4.5v4.5H9zM2.5 9.5h4.5v3.5H2.5zM9 9.5h4.5v3.5H9z" />,
  calendar: () => <path d="M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2.2V5M10.5 2.2V5M5.5 9.7h.01M8 9.7h.01M10.5 9.7h.01" />,
  snowflake: () => <path d="M8 2v12M2.8 5l10.4 6M13.2 5 2.8 11M6.5 3 8 4.5 9.5 3M6.5 13 8 11.5 9.5 13" />,
  table: () => <path d="M2.5 3.5h11v9h-11zM2.5 6.5h11M6.5 6.5v6" />,
  rollback: () => <path d="M6 3 2.8 6.2 6 9.4M3 6.2h6.5a3.6 3.6 0 0 1 0 7.2H7" />,
  external: () => <path d="M6.5 3.5h-3v9h9v-3M9 3h4v4M13 3 7.5 8.5" />,
  scales: () => <path d="M2.5 4h11M5 4 3 9h4zM11 4 9 9h4zM8 2.5v11M5.5 13.5h5" />,
  warning: () => <path d="M8 2.3 14.2 13H1.8zM8 6.5v3M8 11.2h.01" />,
  'warning-solid': () => (
    <>
      <path class="solid" d="M8 2.3 14.2 13H1.8z" />
      <path class="cut" d="M8 6.5v3M8 11.2h.01" />
    </>
  ),
  more: () => <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" stroke-width="2.2" />,
  download: () => <path d="M8 2.5v7.3M4.8 7 8 10.2 11.2 7M3 13.3h10" />,
  'check-ring': () => (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="m5.4 8.2 1.8 1.8 3.4-3.8" />
    </>
  ),
  'check-solid': () => (
    <>
      <circle class="solid" cx="8" cy="8" r="6" />
      <path class="cut" d="m5.3 8.2 1.8 1.8 3.6-3.9" />
    </>
  ),
  'cross-ring': () => (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="m6 6 4 4M10 6l-4 4" />
    </>
  ),
  ring: () => <circle cx="8" cy="8" r="5.4" />,
  'ring-dashed': () => <circle cx="8" cy="8" r="5.6" stroke-dasharray="2.4 2" />,
  'ring-quarter': () => (
    <>
      <circle cx="8" cy="8" r="5.4" />
      <path d="M8 8V4.6A3.4 3.4 0 0 1 11.4 8z" fill="currentColor" stroke="none" />
    </>
  ),
  'ring-half': () => (
    <>
      <circle cx="8" cy="8" r="5.4" />
      <path d="M8 4.6a3.4 3.4 0 0 1 0 6.8z" fill="currentColor" stroke="none" />
    </>
  ),
  'ring-slash': () => (
    <>
      <circle cx="8" cy="8" r="5.6" />
      <path d="m4.2 4.2 7.6 7.6" />
    </>
  ),
  copy: () => <path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3" />,
  pulse: () => <path d="M1.8 8.5h3L6.6 3.8l3 8.4 1.6-3.7h3" />,
  redo: () => <path d="M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3" />,
  eye: () => (
    <>
      <path d="M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8z" />
      <circle cx="8" cy="8" r="1.8" />
    </>
  ),
  deploy: () => <path d="M8 12.8V5M4.8 8 8 4.8 11.2 8M3 2.8h10" />,
  down: () => <path d="M8 3.5v9M5 9.8 8 12.8l3-3" />,
  up: () => <path d="M8 12.5v-9M5 6.2 8 3.2l3 3" />,
  clock: () => (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M8 4.8V8l2.2 1.6" />
    </>
  ),
  arrow: () => <path d="M3 8h10M9.5 4.5 13 8l-3.5 3.5" />,
  commit: () => (
    <>
      <circle cx="8" cy="8" r="2.4" />
      <path d="M1.8 8h3.8M10.4 8h3.8" />
    </>
  ),
  comment: () => <path d="M2.5 3.5h11v7.5H8l-3 2.5V11H2.5z" />,
  plus: () => <path d="M8 3v10M3 8h10" />,
  remove: () => <path d="M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9" />,
  key: () => (
    <>
      <circle cx="5" cy="11" r="2.5" />
      <path d="m6.8 9.2 6-6M10.5 5.5l2 2" />
    </>
  ),
  info: () => (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M8 7.4v3.4M8 5.2h.01" />
    </>
  ),
  'sign-out': () => <path d="M9.5 3h-6v10h6M6.5 8h7M11 5.5 13.5 8 11 10.5" />,
} as const

export type IconName = keyof typeof shapes

interface IconProps {
  readonly name: IconName
  readonly small?: boolean
  /** Further classes, such as `gl` or `roll`. */
  readonly class?: string
  /** Said by screen readers when no text stands beside it. */
  readonly label?: string
}

export function Icon({ name, small, class: extra, label }: IconProps) {
  const classes = ['ic', small ? 'ic-s' : '', extra ?? ''].filter(Boolean).join(' ')
  return label ? (
    <svg class={classes} viewBox="0 0 16 16" role="img" aria-label={label}>
      {shapes[name]()}
    </svg>
  ) : (
    <svg class={classes} viewBox="0 0 16 16" aria-hidden="true">
      {shapes[name]()}
    </svg>
  )
}

/** The product's mark. */
export const Mark = () => (
  <svg viewBox="0 0 24 24" aria-hidden="true">
    <rect class="mark-bg" width="24" height="24" rx="6" />
    <path class="mark-path" d="M4.5 7.5c3 .2 5.2 1.2 7.3 4s4 4.5 7.7 4.6" />
    <path class="mark-ground" d="M4.5 18.5h15" />
    <circle class="mark-dot" cx="17.6" cy="16" r="2.4" />
  </svg>
)
