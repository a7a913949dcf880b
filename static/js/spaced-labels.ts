/** Between two labels, at least. */
const GAP_PX = 10

/** Where a label has its middle, and how wide it is. */
interface Place {
  readonly at: number
  readonly width: number
}

/** Every how manieth of these labels is written, so that none comes near another: 1 for all of them. */
export function everyOf(places: readonly Place[], most: number): number {
  for (let every = Math.max(1, Math.ceil(places.length / most)); every < places.length; every++)
    if (areApart(places.filter((_, i) => i % every === 0))) return every
  return Math.max(1, places.length)
}

const areApart = (places: readonly Place[]): boolean =>
  places.every(({ at, width }, i) => {
    const before = places[i - 1]
    return before === undefined || at - width / 2 >= before.at + before.width / 2 + GAP_PX
  })
