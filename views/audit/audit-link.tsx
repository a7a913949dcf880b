/** To the entries of the audit log about something; nothing for who may not read them. */
export const AuditLink = ({ href }: { href: string | undefined }) =>
  href === undefined ? null : (
    <a class="btn sm" href={href}>
      Audit log
    </a>
  )
