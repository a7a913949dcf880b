import { Empty, PageHead } from '../components/page-parts.tsx'
import { defectPath } from '../paths.ts'

interface UnknownDefectProps {
  /** As the address has it. */
  readonly asked: string
  /** Undefined: the address names no number. */
  readonly number: number | undefined
  /** 0: there is no defect at all. */
  readonly highest: number
}

/** For an address that names a defect that is not there. */
export function UnknownDefectPage({ asked, number, highest }: UnknownDefectProps) {
  return (
    <>
      <PageHead title="Defect not found" />
      <section class="panel">
        <Empty icon="search">
          {number === undefined
            ? `‘${asked}’ is no number of a defect; they are written as PF-1284.`
            : `There is no defect PF-${number}.`}
        </Empty>
        <div class="pn-b stack">
          {highest === 0 ? (
            <p class="t2">No defect was reported yet.</p>
          ) : (
            <p class="t2">
              The highest number is <a href={defectPath(highest)}>PF-{highest}</a>. Defects are not removed, and the
              number of one that was merged leads to the one it was merged into: this number was never given.
            </p>
          )}
          <form class="linkish" method="get" action="/search">
            <div class="fld">
              <label for="unknown-q">Search</label>
              <input id="unknown-q" type="search" name="q" maxlength={200} />
            </div>
            <button type="submit" class="btn">
              Search
            </button>
          </form>
          <p>
            <a href="/defects?status=any">All defects</a>
          </p>
        </div>
      </section>
    </>
  )
}
