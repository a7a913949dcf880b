import { Empty, PageHead } from '../components/page-parts.tsx'
import { middleCut } from '../format.ts'
import { releasePath, servicePath } from '../paths.ts'

interface UnknownReleaseProps {
  readonly service: string
  readonly version: string
  /** The service is known; only the version is not. */
  readonly serviceKnown: boolean
  /** The nearest of the service; none when the service is unknown. */
  readonly versions: readonly string[]
  /** Services with a name like it, when the service is unknown. */
  readonly services: readonly string[]
}

/** For an address that names a release we never heard of: what is near it. */
export function UnknownReleasePage({ service, version, serviceKnown, versions, services }: UnknownReleaseProps) {
  return (
    <>
      <PageHead title="Release not found" />
      <section class="panel">
        <Empty icon="search">
          {serviceKnown
            ? `No release ${middleCut(version, 60)} of ${middleCut(service, 60)} is known.`
            : `No service ${middleCut(service, 60)} is known.`}
        </Empty>
        <div class="pn-b">
          {versions.length > 0 ? (
            <>
              <p class="t2">Nearest to it:</p>
              <ul class="around">
                {versions.map((one) => (
                  <li>
                    <a href={releasePath(service, one)}>
                      {service} {middleCut(one, 40)}
                    </a>
                  </li>
                ))}
              </ul>
            </>
          ) : null}
          {services.length > 0 ? (
            <>
              <p class="t2">Services with a name near it:</p>
              <ul class="around">
                {services.map((one) => (
                  <li>
                    <a href={servicePath(one)}>{one}</a>
                  </li>
                ))}
              </ul>
            </>
          ) : null}
          <p>
            <a href="/releases">All releases</a>
          </p>
        </div>
      </section>
    </>
  )
}
