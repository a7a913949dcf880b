import { UnknownReleasePage } from '../../../views/releases/unknown-release-page.tsx'
import { findServiceId } from '../../store/defects/defect-queries.ts'
import { nearestServices, nearestVersions } from '../../store/releases/release-queries.ts'
import type { Deps } from '../deps.ts'
import { page } from '../render.tsx'
import type { Ctx } from '../routes.ts'

/** The answer to an address that names a release nobody knows: what is near it. */
export async function showUnknownRelease(c: Ctx, deps: Deps, service: string, version: string): Promise<Response> {
  const db = deps.store.reader
  const serviceKnown = (await findServiceId(db, service)) !== undefined
  return page(
    c,
    deps,
    {
      title: 'Release not found',
      active: 'releases',
      status: 404,
      crumbs: [{ text: 'Releases', href: '/releases' }, { text: 'Not found' }],
    },
    <UnknownReleasePage
      service={service}
      version={version}
      serviceKnown={serviceKnown}
      versions={serviceKnown ? await nearestVersions(db, service, version) : []}
      services={serviceKnown ? [] : await nearestServices(db, service)}
    />,
  )
}
