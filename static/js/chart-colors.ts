/** The colours of tokens.css as they are now: `light-dark()` is only worked out for a property that takes a colour. */
export class ChartColors {
  readonly #probe: HTMLElement
  #known = new Map<string, string>()

  constructor() {
    this.#probe = document.createElement('span')
    this.#probe.hidden = true
    document.body.append(this.#probe)
  }

  of(token: string): string {
    const known = this.#known.get(token)
    if (known) return known
    if (!this.#probe.isConnected) document.body.append(this.#probe)
    this.#probe.style.color = `var(--${token})`
    const color = getComputedStyle(this.#probe).color
    this.#known.set(token, color)
    return color
  }

  /** The theme is another now. */
  forget(): void {
    this.#known = new Map()
  }
}
