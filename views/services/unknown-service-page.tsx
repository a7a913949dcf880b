import { Empty, PageHead } from '../components/page-parts.tsx'
import { middleCut } from '../format.ts'
import { servicePath } from '../paths.ts'

/** For an address that names a service we never heard of: names near it. */
export function UnknownServicePage({ name, nearest }: { name: string; nearest: readonly string[] }) {
  return (
    <>
      <PageHead title="Service not found" />
      <section class="panel" aria-label="Not found">
        <Empty icon="search">No service {middleCut(name, 60)} is known.</Empty>
        <div class="pn-b">
          {nearest.length > 0 ? (
            <>
              <p class="t2">Services with a name near it:</p>
              <ul class="around">
                {nearest.map((one) => (
                  <li>
                    <a href={servicePath(one)}>{one}</a>
                  </li>
                ))}
              </ul>
            </>
          ) : null}
          <p>
            <a href="/services">All services</a>
          </p>
        </div>
      </section>
    </>
  )
}
