import { encode } from 'uqr'

/** Modules of light around the code, which cameras need (ISO/IEC 18004 asks for four). */
const BORDER = 4

/** Dark on light whatever the theme: many cameras do not read the inverse. `label` says what it holds. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { size, data } = encode(text, { ecc: 'M', border: BORDER })
  return (
    <svg class="signin-qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <rect class="signin-qr-light" width={size} height={size} />
      <path class="signin-qr-dark" d={runs(data)} />
    </svg>
  )
}

/** One rectangle for every run of dark modules in a row: a tenth of what one for each module takes. */
function runs(data: readonly (readonly boolean[])[]): string {
  let path = ''
  data.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue
      const start = x
      while (row[x + 1]) x++
      path += `M${start} ${y}h${x - start + 1}v1h-${x - start + 1}z`
    }
  })
  return path
}
