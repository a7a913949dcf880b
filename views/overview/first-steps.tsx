import { Icon } from '../components/icon.tsx'
import { CopyCode } from '../components/page-parts.tsx'
import { curlDefect, curlDeployment, exportToken } from '../setup/snippets.ts'

/** What a newcomer sees while nothing was ever received; the page turns into the overview by itself. */
export function FirstSteps({ publicUrl }: { publicUrl: string }) {
  return (
    <>
      <div class="ph">
        <div class="grow">
          <h1 tabindex={-1}>Overview</h1>
          <p class="sub">No deployments and no defects yet. Three steps, and this page fills by itself.</p>
        </div>
      </div>
      <section class="panel" aria-label="First steps">
        <ol class="steps">
          <li>
            <span class="n">1</span>
            <div>
              <h2>Have a token at hand</h2>
              <p>
                The server printed one when it first started. A new one is two clicks away on{' '}
                <a href="/setup/curl">Set up</a>. Put it where the commands below find it:
              </p>
              <CopyCode code={exportToken} label="Token variable" />
            </div>
          </li>
          <li>
            <span class="n">2</span>
            <div>
              <h2>Report a deployment</h2>
              <p>Run this after each deploy. Only service, version and environment are needed.</p>
              <CopyCode code={curlDeployment(publicUrl)} label="Report a deployment" />
            </div>
          </li>
          <li>
            <span class="n">3</span>
            <div>
              <h2>Report a defect</h2>
              <p>By hand, from an alert, from a tracker. Postflight finds the release that brought it.</p>
              <CopyCode code={curlDefect(publicUrl)} label="Report a defect" />
            </div>
          </li>
        </ol>
        <div class="pn-f">
          <span class="waiting">
            <Icon name="ring-dashed" />
            <span>Waiting for the first delivery…</span>
          </span>
          <a href="/setup">GitHub, CDEvents and other ways</a>
          <noscript>
            <a href="/">Look again</a>
          </noscript>
        </div>
      </section>
    </>
  )
}
