/** What is in each of the lists that are there; undefined: none is. */
export function inAll(lists: readonly (readonly number[] | undefined)[]): readonly number[] | undefined {
  const [first, ...others] = lists.filter((list) => list !== undefined)
  const sets = others.map((list) => new Set(list))
  return first?.filter((id) => sets.every((set) => set.has(id)))
}
