import type { Terminal } from './terminal.ts'

const BAR_CELLS = 24
const REDRAW_MS = 100

/** One line that is redrawn in place; silent when nobody looks (no terminal). */
export class ProgressLine {
  readonly #terminal: Terminal
  readonly #startedAt: number
  #drawnAt = 0

  constructor(terminal: Terminal) {
    this.#terminal = terminal
    this.#startedAt = terminal.clock()
  }

  /** @param share how much is done, 0 to 1; undefined when the end is not known */
  show(share: number | undefined, rows: number): void {
    const now = this.#terminal.clock()
    if (!this.#terminal.stderr.isTTY || now - this.#drawnAt < REDRAW_MS) return
    this.#drawnAt = now
    const seconds = Math.max(0.001, (now - this.#startedAt) / 1000)
    const bar = share === undefined ? '' : `${barOf(share)} ${String(Math.floor(share * 100)).padStart(3)} %  `
    this.#draw(`${bar}${rows.toLocaleString('en')} rows, ${Math.round(rows / seconds).toLocaleString('en')} per second`)
  }

  /** Leaves the line free for what comes next. */
  clear(): void {
    if (this.#drawnAt > 0) this.#draw('')
  }

  #draw(text: string): void {
    this.#terminal.stderr.write(`\r${text.slice(0, (this.#terminal.stderr.columns ?? 80) - 1)}\u001b[K`)
  }
}

function barOf(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * BAR_CELLS)
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_CELLS - full)}]`
}
