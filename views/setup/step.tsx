import type { Child } from 'hono/jsx'

interface StepProps {
  readonly n: number
  readonly title: string
  readonly done?: boolean
  readonly children?: Child
}

export function Step({ n, title, done, children }: StepProps) {
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
