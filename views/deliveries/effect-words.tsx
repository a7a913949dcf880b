import type { EffectChange, FieldChange } from '../../src/core/inbound/replay-effect.ts'
import { deploymentStatusWord, statusWord } from '../components/badges.tsx'
import { Time } from '../components/time.tsx'
import { counted, middleCut } from '../format.ts'
import { revealHidden } from '../hidden-characters.ts'
import { defectPath, releasePath } from '../paths.ts'

/** One thing that a replay would make or change, as a sentence: `Would change PF-12: status from Fixed to Regressed.` */
export function EffectSentence({ change, now }: { change: EffectChange; now: number }) {
  switch (change.kind) {
    case 'place-changed': {
      const { service, environment, version } = change.place
      return (
        <>
          <b class="b">{service}</b> in {environment} would be shown as running{' '}
          {version === undefined ? 'nothing' : <b class="b">{middleCut(version)}</b>}
          {change.from === undefined ? '' : ` instead of ${middleCut(change.from)}`}.
        </>
      )
    }
    case 'defect-made': {
      const { title, severity, service, environment } = change.defect
      const where = [severity, service, environment].filter(Boolean).join(', ')
      return (
        <>
          Would make the defect “{revealHidden(title)}” ({where}).
        </>
      )
    }
    case 'defect-changed':
      return (
        <>
          Would change <a href={defectPath(change.id)}>PF-{change.id}</a>:{' '}
          <Fields fields={change.fields} now={now} status={statusWord} rest="details of it" />.
        </>
      )
    case 'deployment-made':
      return (
        <>
          Would make the deployment of {nameOf(change.deployment)} to {change.deployment.environment} (
          {deploymentStatusWord(change.deployment.status).toLowerCase()}).
        </>
      )
    case 'deployment-changed':
      return (
        <>
          Would change deployment {change.id} of {nameOf(change.deployment)} to {change.deployment.environment}:{' '}
          <Fields fields={change.fields} now={now} status={deploymentStatusWord} rest="details of it" />.
        </>
      )
    case 'release-made':
      return <>Would make the release {nameOf(change.release)}.</>
    case 'release-changed':
      return (
        <>
          Would change the release{' '}
          <a href={releasePath(change.release.service, change.release.version)}>{nameOf(change.release)}</a>:{' '}
          <Fields fields={change.fields} now={now} rest="what is known of it" />.
        </>
      )
    case 'counted':
      return change.what === 'commits' ? (
        <>
          Would add a push of {counted(change.n, 'commit')} to {change.service}.
        </>
      ) : (
        <>
          Would count {counted(change.n, 'session')} of {change.service}.
        </>
      )
  }
}

const nameOf = ({ service, version }: { service: string; version: string | undefined }): string =>
  version === undefined ? service : `${service} ${middleCut(version)}`

interface FieldsProps<Status> {
  readonly fields: readonly FieldChange[]
  readonly now: number
  /** The word for a status. */
  readonly status?: (status: Status) => string
  /** What changed when nothing of it has a name. */
  readonly rest: string
}

function Fields<Status extends string>({ fields, now, status, rest }: FieldsProps<Status>) {
  if (fields.length === 0) return <>{rest}</>
  const shown = ({ field, isTime }: FieldChange, value: FieldChange['from']) => {
    if (value === undefined) return 'none'
    if (isTime) return <Time at={Number(value)} now={now} />
    return field === 'status' && status ? status(value as Status) : revealHidden(String(value))
  }
  return (
    <>
      {fields.map((change, i) => (
        <>
          {i === 0 ? '' : '; '}
          {change.field} from {shown(change, change.from)} to <b class="b">{shown(change, change.to)}</b>
        </>
      ))}
    </>
  )
}
