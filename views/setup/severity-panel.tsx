import type { SeverityWord } from '../../src/store/sources/severity-words.ts'
import { CsrfField } from '../components/form-parts.tsx'
import { Empty, Panel, TableBox } from '../components/page-parts.tsx'
import { namesPath } from '../paths.ts'

export interface SeverityPanelProps {
  readonly slug: string
  readonly words: readonly SeverityWord[]
  readonly mayMap: boolean
  readonly csrfToken: string
}

/** What the sender's own words for severities mean here. */
export function SeverityPanel({ slug, words, mayMap, csrfToken }: SeverityPanelProps) {
  return (
    <Panel
      id="severities"
      title="Severity words"
      hint="Words it used, and what they mean here"
      pad={words.length === 0}
    >
      {words.length === 0 ? (
        <Empty>No defect with a severity came from it yet. The words appear here as they come.</Empty>
      ) : (
        <form method="post" action={`${namesPath(slug)}/severities`} hx-sync="this:drop">
          <CsrfField token={csrfToken} />
          <TableBox label="Severity words">
            <table class="t keep">
              <caption>Words for severities and what they mean</caption>
              <thead>
                <tr>
                  <th scope="col">Word</th>
                  <th scope="col">Means</th>
                </tr>
              </thead>
              <tbody>
                {words.map(({ word, readAs, severity }) => (
                  <tr>
                    <td class="wrap">{word}</td>
                    <td>
                      {mayMap ? (
                        <select class="inp" name={`word.${word}`} aria-label={`What ${word} means`}>
                          <option value="">{usual(readAs)}</option>
                          {(['S1', 'S2', 'S3', 'S4'] as const).map((one) => (
                            <option value={one} selected={one === severity}>
                              {one}
                            </option>
                          ))}
                        </select>
                      ) : (
                        (severity ?? usual(readAs))
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableBox>
          {mayMap ? (
            <div class="pn-b">
              <button type="submit" class="btn">
                Save severities
              </button>
            </div>
          ) : null}
        </form>
      )}
    </Panel>
  )
}

const usual = (readAs: SeverityWord['readAs']): string =>
  readAs === null ? 'nothing known (counts as S3)' : `${readAs}, as usual`
