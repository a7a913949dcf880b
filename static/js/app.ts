import htmx from 'htmx.org'
import './security.ts'
import { setClock, startTicking } from './ages.ts'
import { noteTold, tellChanges } from './announce.ts'
import { findCharts } from './chart-loader.ts'
import { startControls } from './controls.ts'
import { noteShown, startFailing } from './failing.ts'
import { startFiring } from './firing.ts'
import { keepFocus, startKeepingPlace } from './keep-place.ts'
import { startKeyboard } from './keyboard.ts'
import { resetLive, startLive } from './live.ts'
import { startPalette } from './palette.ts'
import { offerPasskeys } from './passkey-loader.ts'
import { showTicked, startSelecting } from './selecting.ts'
import { noteNewPage, startSessionEnd } from './session-end.ts'
import { startShorteningLists } from './shorten-list.ts'
import { offerZone } from './zone-offer.ts'

document.documentElement.classList.add('js')
setClock()
startTicking()
startLive()
noteTold()
startKeepingPlace()
startKeyboard()
startControls()
startFailing()
startSessionEnd()
startFiring()
startPalette()
startSelecting()
startShorteningLists()
offerZone()
offerPasskeys()
findCharts()

document.addEventListener('htmx:after:swap', (event) => {
  findCharts()
  offerPasskeys()
  const target = (event as CustomEvent<{ ctx?: { target?: Element } }>).detail?.ctx?.target
  if (target?.id === 'main') {
    showTicked()
    tellChanges()
  }
  keepFocus(target === document.body)
  if (target !== document.body) return
  // A new page: its clock is newer, it is up to date, and the reader of the screen starts at its heading.
  setClock()
  noteTold()
  noteShown()
  noteNewPage()
  resetLive()
  offerZone()
  showTicked()
})

export default htmx
