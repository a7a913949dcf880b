/** A number that was once given to a defect, and the own key of the report it was given for. */
export interface DefectNumber {
  readonly id: number
  readonly founder: string
}

/** A person merged the one number into the other. */
export interface NumberMerge {
  readonly from: number
  readonly into: number
}

/**
 * Which number each defect goes by: of those whose report it has, the one that a person merged others into, else the
 * lowest that nobody merged away. Undefined where it has none and needs a new one.
 *
 * @param defects the own keys of the reports of each
 */
export function numberDefects(
  defects: readonly (readonly string[])[],
  numbers: readonly DefectNumber[],
  merges: readonly NumberMerge[],
): (number | undefined)[] {
  const byFounder = new Map<string, number[]>()
  for (const { id, founder } of numbers) byFounder.set(founder, [...(byFounder.get(founder) ?? []), id])
  return defects.map((keys) => {
    const ids = keys.flatMap((key) => byFounder.get(key) ?? [])
    const within = merges.filter(({ from, into }) => from !== into && ids.includes(from) && ids.includes(into))
    const lost = new Set(within.map(({ from }) => from))
    const chosen = within.map(({ into }) => into).filter((id) => !lost.has(id))
    const left = ids.filter((id) => !lost.has(id))
    return [chosen, left, ids].map(lowest).find((id) => id !== undefined)
  })
}

const lowest = (ids: readonly number[]): number | undefined =>
  ids.reduce<number | undefined>((least, id) => (least === undefined || id < least ? id : least), undefined)
