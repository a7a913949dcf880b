/** Choices of filter menus, where the names are what stands in the address. */
interface NameChoice {
  readonly value: string
  readonly text: string
}

export const namesOf = (choices: readonly { readonly name: string }[]): NameChoice[] =>
  choices.map(({ name }) => ({ value: name, text: name }))

/** A menu holds some hundred names at most; the one asked for is always among them. */
export const withAsked = (choices: readonly NameChoice[], asked: string): readonly NameChoice[] =>
  asked === '' || choices.some(({ value }) => value === asked) ? choices : [{ value: asked, text: asked }, ...choices]
