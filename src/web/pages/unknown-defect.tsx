import { UnknownDefectPage } from '../../../views/defects/unknown-defect-page.tsx'
import { cleanLine } from '../../core/text/text.ts'
import { findNewestDefectId } from '../../store/defects/defect-queries.ts'
import type { Deps } from '../deps.ts'
import { page } from '../render.tsx'
import type { Ctx } from '../routes.ts'

/** The answer to an address that names a defect that is not there. */
export async function showUnknownDefect(c: Ctx, deps: Deps, number: number | undefined): Promise<Response> {
  return page(
    c,
    deps,
    {
      title: 'Defect not found',
      active: 'defects',
      status: 404,
      crumbs: [{ text: 'Defects', href: '/defects' }, { text: 'Not found' }],
    },
    <UnknownDefectPage
      asked={cleanLine(c.req.param('id') ?? '', 60)}
      number={number}
      highest={await findNewestDefectId(deps.store.reader)}
    />,
  )
}
