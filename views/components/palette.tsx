import { Icon } from './icon.tsx'

/** In the top bar: opens the palette; a link to the search page without scripts. */
export const JumpLink = () => (
  <a class="jump" href="/search" data-palette aria-keyshortcuts="Control+K Meta+K">
    <Icon name="search" small />
    <span>Search or jump to</span>
    <kbd>Ctrl K</kbd>
  </a>
)

/** Asks while somebody types; a later question drops the answer to an earlier one. */
export function Palette() {
  return (
    <dialog class="palette" id="palette" aria-label="Search or jump to">
      <form method="get" action="/search" class="palette-in">
        <Icon name="search" />
        <input
          id="palette-q"
          type="text"
          name="q"
          role="combobox"
          aria-label="Search or jump to"
          aria-expanded="false"
          aria-controls="palette-hits"
          aria-autocomplete="list"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          maxlength={200}
          placeholder="Service, version, title or PF-number"
          hx-get="/search/suggest"
          hx-trigger="input delay:100ms"
          hx-target="#palette-hits"
          hx-swap="innerHTML"
          hx-sync="this:replace"
          {...{ 'hx-status:5xx': 'swap:none' }}
        />
      </form>
      <div id="palette-hits" role="listbox" aria-label="Found" class="palette-hits" />
      <p class="palette-foot t3 fs12" aria-hidden="true">
        <kbd>↑</kbd> <kbd>↓</kbd> choose <kbd>Enter</kbd> open <kbd>Esc</kbd> close
      </p>
      <p class="vh" role="status" id="palette-said" />
    </dialog>
  )
}
