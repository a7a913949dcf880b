export { revealHidden } from '../src/core/text/hidden-characters.ts'
