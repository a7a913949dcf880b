import type { Child } from 'hono/jsx'
import type { ReceivedDelivery } from '../../src/store/inbox/deliveries-queries.ts'
import type { FormProblems } from '../components/form-parts.tsx'
import { CopyCode, PageHead, Tabs } from '../components/page-parts.tsx'
import { ReceivedLine } from './received-line.tsx'
import { type SenderSteps, senderSteps } from './senders.ts'
import {
  cdEventsCurl,
  curlDefect,
  curlDeployment,
  exportToken,
  githubActionsStep,
  hookAddress,
  repairCommand,
} from './snippets.ts'
import { SourceForms, type SourceFormsProps } from './source-forms.tsx'
import { WAYS, type Way, wayPath, wayWords } from './ways.ts'

export interface SetUpPageProps {
  readonly way: Way
  readonly publicUrl: string
  readonly received: ReceivedDelivery | undefined
  readonly now: number
  readonly isAdmin: boolean
  readonly csrfToken: string
  /** Sources of this way that are there, for webhooks. */
  readonly sources: SourceFormsProps['sources']
  /** Just made: the only time the secret can be shown. */
  readonly created: SourceFormsProps['created']
  readonly typedSlug: string | undefined
  readonly typedService?: string | undefined
  readonly problems: FormProblems
}

export function SetUpPage(props: SetUpPageProps) {
  const { way, received, now } = props
  const words = wayWords[way]
  return (
    <>
      <PageHead title={words.title} sub={<span>{words.sentence}</span>} />
      <section class="panel" aria-label="Steps">
        <Tabs
          label="Ways to connect"
          tabs={WAYS.map((one) => ({ text: wayWords[one].name, href: wayPath(one), current: one === way }))}
        />
        <ol class="steps">
          <Steps {...props} />
          <Step n={3} title="Deploy once" done={received !== undefined}>
            <p>This line changes by itself when a delivery arrives.</p>
            <ReceivedLine way={way} received={received} now={now} />
          </Step>
        </ol>
      </section>
    </>
  )
}

function Steps(props: SetUpPageProps) {
  const { way, publicUrl } = props
  switch (way) {
    case 'curl':
      return (
        <>
          <TokenStep {...props}>
            <CopyCode code={exportToken} label="Token variable" />
          </TokenStep>
          <Step n={2} title="Send what happens">
            <p>
              After each deploy. Only service, version and environment are needed; <code>status</code> may also be{' '}
              <code>pending</code>, <code>in-progress</code>, <code>failed</code> or <code>cancelled</code>.
            </p>
            <CopyCode code={curlDeployment(publicUrl)} label="Report a deployment" />
            <p class="mt16">And when something is found to be wrong, from an alert, a tracker or by hand:</p>
            <CopyCode code={curlDefect(publicUrl)} label="Report a defect" />
          </Step>
        </>
      )
    case 'github-actions':
      return (
        <>
          <TokenStep {...props}>
            <p>
              Store it as the repository secret <code>POSTFLIGHT_TOKEN</code>.
            </p>
          </TokenStep>
          <Step n={2} title="Add this step after your deploy step">
            <p>
              It never fails your pipeline, and retries for 30 s when Postflight cannot be reached. The service is named
              after the repository and the version after the tag or branch; change either to your own names.
            </p>
            <CopyCode code={githubActionsStep(publicUrl)} label="Workflow step" />
          </Step>
        </>
      )
    case 'github':
      return (
        <>
          <Step n={1} title="Make a source" done={props.sources.length > 0}>
            <p>It has an address and a secret of its own. GitHub signs every delivery with the secret.</p>
            <SourceForms {...sourceFormsProps(props)} />
          </Step>
          <Step n={2} title="Add the webhook at GitHub">
            <p>In the repository or organisation: Settings, Webhooks, Add webhook. You need admin rights there.</p>
            <dl class="facts">
              <dt>Payload URL</dt>
              <dd>
                <code>{hookAddress(publicUrl, slugOf(props))}</code>
              </dd>
              <dt>Content type</dt>
              <dd>
                <code>application/json</code>
              </dd>
              <dt>Secret</dt>
              <dd>the one from step 1</dd>
              <dt>Events</dt>
              <dd>Let me select: Deployments, Deployment statuses, Releases, Pushes, Issues, Workflow runs</dd>
            </dl>
            <p class="mt16">
              GitHub tries each delivery once. To have those asked for again that fail while this server is down, run
              this here; it asks for a token that may read and write the webhook.
            </p>
            <CopyCode code={repairCommand(slugOf(props))} label="Gap repair" />
          </Step>
        </>
      )
    case 'cdevents':
      return (
        <>
          <Step n={1} title="Make a source" done={props.sources.length > 0}>
            <p>It has an address and a secret of its own, sent along as a bearer token.</p>
            <SourceForms {...sourceFormsProps(props)} />
          </Step>
          <Step n={2} title="Point your sender at it">
            <p>
              The address is <code>{hookAddress(publicUrl, slugOf(props))}</code>; binary, structured and batched
              CloudEvents are taken. An example by hand:
            </p>
            <CopyCode code={cdEventsCurl(publicUrl, slugOf(props))} label="CDEvents example" />
          </Step>
        </>
      )
    default:
      return <AtSender {...props} steps={senderSteps[way]} />
  }
}

/** Where the sender makes the secret, it comes first. */
function AtSender({ steps: { proof, title, Body }, ...props }: SetUpPageProps & { steps: SenderSteps }) {
  const isSenders = wayWords[props.way].secretHint !== undefined
  const secret = secretIn(props.created) ?? (props.way === 'sentry-sdk' ? 'DSN_FROM_STEP_1' : 'SECRET_FROM_STEP_1')
  const atSender = (n: number) => (
    <Step n={n} title={title}>
      <Body publicUrl={props.publicUrl} address={hookAddress(props.publicUrl, slugOf(props))} secret={secret} />
    </Step>
  )
  return (
    <>
      {isSenders ? atSender(1) : null}
      <Step n={isSenders ? 2 : 1} title="Make a source" done={props.sources.length > 0}>
        <p>It has an address and a secret of its own. {proof}</p>
        <SourceForms {...sourceFormsProps(props)} />
      </Step>
      {isSenders ? null : atSender(2)}
    </>
  )
}

/** Of a source just made: what is entered last at the sender. */
const secretIn = (created: SetUpPageProps['created']): string | undefined => created?.settings.at(-1)?.value

const slugOf = ({ created, sources, way }: SetUpPageProps): string => created?.slug ?? sources[0]?.slug ?? way

const sourceFormsProps = ({
  way,
  isAdmin,
  csrfToken,
  sources,
  created,
  typedSlug,
  typedService,
  problems,
  publicUrl,
  now,
}: SetUpPageProps) => ({
  action: wayPath(way),
  suggestedSlug: way,
  secretHint: wayWords[way].secretHint,
  asksService: way === 'sentry-sdk',
  isAdmin,
  csrfToken,
  sources,
  created,
  typedSlug,
  typedService,
  problems,
  publicUrl,
  now,
})

interface StepProps {
  readonly n: number
  readonly title: string
  readonly done?: boolean
  readonly children?: Child
}

function Step({ n, title, done, children }: StepProps) {
  return (
    <li>
      <span class={done ? 'n ok' : 'n'}>
        {n}
        {done ? <span class="vh"> (done)</span> : null}
      </span>
      <div>
        <h2>{title}</h2>
        {children}
      </div>
    </li>
  )
}

function TokenStep({ isAdmin, children }: SetUpPageProps & { children?: Child }) {
  return (
    <Step n={1} title="Have a token at hand">
      <p>
        The server printed one when it first started.{' '}
        {isAdmin ? (
          <>
            Make another one for each system that reports: <a href="/account/tokens">API tokens</a>. It is shown once.
          </>
        ) : (
          'Ask an admin for another one.'
        )}
      </p>
      {children}
    </Step>
  )
}
