/** Ways out of where a text may stand. */
const WAYS_OUT = [
  '',
  '">',
  "'>",
  '</script>',
  '</textarea>',
  '</title>',
  '-->',
  ']]>',
  '</option></select>',
  '</a></td>',
]
/** What runs once it is out; `xss` is ours. */
const PROGRAMS = [
  '<script>xss(N)</script>',
  '<img src=x onerror=xss(N)>',
  '<svg/onload=xss(N)>',
  '<details open ontoggle=xss(N)>x</details>',
  '<iframe srcdoc="<script>parent.xss(N)</script>"></iframe>',
  '<input autofocus onfocus=xss(N)>',
  '<a href="javascript:xss(N)">x</a>',
  '" onmouseover=xss(N) x="',
  '<div hx-on:load="xss(N)" hx-get="/" hx-trigger="load"></div>',
  '<math><mtext><mglyph><svg onload=xss(N)></mglyph></mtext></math>',
  '<video><source onerror=xss(N)></video>',
  '<object data="javascript:xss(N)"></object>',
]

/** Texts that try to be a program; which one ran is told by the number it calls `xss` with. */
export const HOSTILE_TEXTS: readonly string[] = WAYS_OUT.flatMap((out) => PROGRAMS.map((program) => out + program)).map(
  (text, n) => text.replaceAll('N', String(n)),
)

/** The one at this place, beginning anew after the last. */
export const at = <T>(list: readonly T[], n: number): T => list[n % list.length] as T
