/** Characters that reorder the text around them, or take no room at all. Not the joiners, which emoji and scripts need. */
const HIDDEN = /[\u061c\u200b\u200e\u200f\u2060\u202a-\u202e\u2066-\u2069\ufeff]/g

/** `text` with each character that would hide or reorder others written out, as in `admin[U+202E]txt.exe`. */
export const revealHidden = (text: string): string =>
  text.replace(HIDDEN, (hidden) => `[U+${hidden.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`)
