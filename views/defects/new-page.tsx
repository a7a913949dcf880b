import type { Evidence } from '../../src/core/attribution/result.ts'
import { Confidence } from '../components/badges.tsx'
import { CsrfField, Field, FormErrors, type FormProblems, Select, TextArea } from '../components/form-parts.tsx'
import { Note, PageHead, ReleaseLink } from '../components/page-parts.tsx'
import { Suggestions } from '../components/suggestions.tsx'
import { useZone } from '../components/zone.tsx'
import { revealHidden } from '../hidden-characters.ts'
import { defectPath } from '../paths.ts'

export interface NewDefectValues {
  readonly title: string
  readonly service: string
  readonly environment: string
  readonly severity: string
  /** As in a datetime-local field, in the zone of the page: `2026-11-22T02:42`. */
  readonly seenAt: string
  readonly version: string
  readonly description: string
  /** Sent back with the form, so that sending it twice makes one defect. */
  readonly key: string
}

/** What a report would be taken for, were it sent as it stands. */
export type Foreseen =
  | { readonly kind: 'joins'; readonly id: number; readonly title: string }
  | { readonly kind: 'new'; readonly suspects: readonly ForeseenSuspect[]; readonly reason: string | undefined }
  | { readonly kind: 'not-known' }

interface ForeseenSuspect {
  readonly service: string
  readonly version: string
  readonly probability: number
  readonly evidence: readonly Evidence[]
}

interface NewDefectProps {
  readonly values: NewDefectValues
  readonly problems: FormProblems
  readonly services: readonly string[]
  readonly environments: readonly string[]
  /** Of the service named so far, newest first. */
  readonly versions: readonly string[]
  /** What it would be taken for; undefined: nobody asked. */
  readonly foreseen: Foreseen | undefined
  readonly csrfToken: string
}

export function NewDefectPage(props: NewDefectProps) {
  const { values, problems, services, environments, versions, foreseen, csrfToken } = props
  return (
    <>
      <PageHead title="New defect" sub="For what people found themselves. Sources report theirs by webhook." />
      <form class="panel narrow" method="post" action="/defects/new" novalidate hx-sync="this:drop">
        <div class="pn-b">
          <FormErrors problems={problems} />
          <CsrfField token={csrfToken} />
          <input type="hidden" name="key" value={values.key} />
          <Field
            name="title"
            label="Title"
            hint="What fails, as short as it can be said."
            value={values.title}
            problems={problems}
            input={{ required: true, maxlength: 500, autocomplete: 'off' }}
          />
          <div class="f2">
            <Field
              name="service"
              label="Service"
              optional
              hint="Needed to find the release that brought it."
              value={values.service}
              problems={problems}
              input={{ list: 'known-services', maxlength: 200, autocomplete: 'off' }}
            />
            <Field
              name="environment"
              label="Environment"
              optional
              value={values.environment}
              problems={problems}
              input={{ list: 'known-environments', maxlength: 200, autocomplete: 'off' }}
            />
            <Select
              name="severity"
              label="Severity"
              value={values.severity}
              problems={problems}
              choices={[
                { value: 'S1', text: 'S1: main function down or data lost' },
                { value: 'S2', text: 'S2: major function broken' },
                { value: 'S3', text: 'S3: minor, or there is a way round' },
                { value: 'S4', text: 'S4: cosmetic' },
              ]}
            />
            <Field
              name="seenAt"
              label={`Seen at (${useZone()})`}
              type="datetime-local"
              value={values.seenAt}
              problems={problems}
            />
            <Field
              name="version"
              label="Version seen"
              optional
              hint="When you know in which version it happened."
              value={values.version}
              problems={problems}
              input={{ list: 'known-versions', maxlength: 200, autocomplete: 'off' }}
            />
          </div>
          <TextArea
            name="description"
            label="Description"
            optional
            rows={6}
            value={values.description}
            problems={problems}
            input={{ maxlength: 20000 }}
          />
          {foreseen ? <ForeseenNote {...foreseen} /> : null}
          <div class="form-foot">
            <button type="submit" class="btn pri">
              Report defect
            </button>
            <button type="submit" class="btn" name="act" value="foresee">
              Which release is suspected?
            </button>
            <a class="btn ghost" href="/defects">
              Cancel
            </a>
          </div>
        </div>
        <Suggestions id="known-services" of={services} />
        <Suggestions id="known-environments" of={environments} />
        <Suggestions id="known-versions" of={versions} />
      </form>
    </>
  )
}

/** As many of a suspect's signals as tell why; all of them stand on the page of the defect. */
const MOST_SIGNALS = 3

function ForeseenNote(foreseen: Foreseen) {
  return (
    <div class="gap" id="foreseen">
      <Note role="status">
        <Words {...foreseen} /> Nothing is saved yet.
      </Note>
    </div>
  )
}

function Words(foreseen: Foreseen) {
  if (foreseen.kind === 'not-known') return <>Which release is suspected could not be worked out in time.</>
  if (foreseen.kind === 'joins')
    return (
      <>
        This is one more report of{' '}
        <a href={defectPath(foreseen.id)}>
          PF-{foreseen.id} {revealHidden(foreseen.title)}
        </a>
        .
      </>
    )
  const [first, ...others] = foreseen.suspects
  if (!first) return <>No release would be suspected. {foreseen.reason}</>
  const telling = [...first.evidence]
    .sort((a, b) => Math.abs(b.points) - Math.abs(a.points))
    .slice(0, MOST_SIGNALS)
    .filter(({ verdict }) => verdict !== 'none')
  return (
    <>
      Suspected would be {first.service} <ReleaseLink service={first.service} version={first.version} />,{' '}
      {Math.round(first.probability * 100)} of 100 <Confidence probability={first.probability} />.
      {telling.length > 0 ? (
        <ul class="why">
          {telling.map(({ title, sentence }) => (
            <li>
              {title}: {sentence}
            </li>
          ))}
        </ul>
      ) : (
        ' '
      )}
      {others.length > 0 ? (
        <>
          Next:{' '}
          {others.map(({ service, version, probability }, i) => (
            <>
              {i > 0 ? '; ' : ''}
              <ReleaseLink service={service} version={version} />, {Math.round(probability * 100)} of 100
            </>
          ))}
          .
        </>
      ) : null}
    </>
  )
}
