import { CsrfField } from '../components/form-parts.tsx'
import { Empty, Note, PageHead, TableBox } from '../components/page-parts.tsx'

export interface ViewRow {
  readonly id: number
  readonly name: string
  readonly href: string
  /** Of whom, when it is somebody else's. */
  readonly owner: string | undefined
  readonly shared: boolean
  readonly mayDelete: boolean
  /** The reader begins with it. */
  readonly first: boolean
}

export interface ViewsPageProps {
  readonly views: readonly ViewRow[]
  readonly mayShare: boolean
  readonly refused: string | undefined
  readonly csrfToken: string
}

/** One's own views and those that others share: names, who sees them, and which one to begin with. */
export function ViewsPage({ views, mayShare, refused, csrfToken }: ViewsPageProps) {
  return (
    <>
      <PageHead
        title="Views of defects"
        sub={<span>A view is a filter under a name. Save one from the list of defects.</span>}
      />
      {refused ? (
        <div class="gap">
          <Note tone="bad" role="alert">
            Nothing was changed. {refused}
          </Note>
        </div>
      ) : null}
      <section class="panel" aria-label="Views">
        {views.length === 0 ? (
          <Empty
            icon="search"
            action={
              <a class="btn sm" href="/defects">
                Defects
              </a>
            }
          >
            No saved views yet.
          </Empty>
        ) : (
          <TableBox label="Views">
            <table class="t keep">
              <caption>Views</caption>
              <thead>
                <tr>
                  <th scope="col">View</th>
                  <th scope="col">Whose</th>
                  <th scope="col">Name and sharing</th>
                  <th scope="col">To begin with</th>
                  <th scope="col">
                    <span class="vh">Delete</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {views.map((view) => (
                  <Row view={view} mayShare={mayShare} csrfToken={csrfToken} />
                ))}
              </tbody>
            </table>
          </TableBox>
        )}
      </section>
    </>
  )
}

function Row({ view, mayShare, csrfToken }: { view: ViewRow; mayShare: boolean; csrfToken: string }) {
  const { id, name, href, owner, shared, first, mayDelete } = view
  const act = (what: string) => (
    <>
      <CsrfField token={csrfToken} />
      <input type="hidden" name="id" value={id} />
      <input type="hidden" name="do" value={what} />
    </>
  )
  return (
    <tr>
      <td>
        <a class="ttl" href={href}>
          {name}
        </a>
      </td>
      <td>{owner ?? 'Yours'}</td>
      <td>
        {owner === undefined ? (
          <form method="post" action="/defects/views/change" class="row">
            {act('edit')}
            <div class="fld">
              <input type="text" name="name" value={name} required maxlength={60} aria-label={`New name of ${name}`} />
            </div>
            {mayShare ? (
              <label class="check">
                <input type="checkbox" name="shared" value="yes" checked={shared} />
                Shared
              </label>
            ) : null}
            <button type="submit" class="btn sm">
              Save<span class="vh"> {name}</span>
            </button>
          </form>
        ) : (
          <span class="t3">Shared with everybody</span>
        )}
      </td>
      <td>
        <form method="post" action="/defects/views/change">
          {act(first ? 'begin-with-open' : 'begin-with')}
          <button type="submit" class="btn sm" aria-pressed={first ? 'true' : 'false'}>
            {first ? 'Begins with this' : 'Begin with this'}
            <span class="vh">: {name}</span>
          </button>
        </form>
      </td>
      <td>
        {mayDelete ? (
          <form method="post" action="/defects/views/change">
            {act('delete')}
            <button type="submit" class="btn sm ghost">
              Delete<span class="vh"> {name}</span>
            </button>
          </form>
        ) : null}
      </td>
    </tr>
  )
}
