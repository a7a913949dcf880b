/** An age in days as addresses have it, `2.5` or `1e-7`; NaN for anything else. */
export const daysIn = (text: string): number =>
  /^\d{1,6}(\.\d{1,20})?(e-\d{1,2})?$/.test(text) ? Number(text) : Number.NaN
