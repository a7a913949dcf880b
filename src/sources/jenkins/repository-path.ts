/**
 * `acme/checkout-api` of a git remote, as code hosts call it: of `https://host/acme/checkout-api.git`,
 * `git@host:acme/checkout-api.git`, `ssh://git@host:7999/acme/checkout-api.git`, `https://host/scm/acme/checkout-api.git`.
 */
export function repositoryPath(remote: string | null | undefined): string | undefined {
  const [, path] =
    /^(?:[a-z+]{2,10}:\/\/[^/\s]+\/|[\w.-]+@[\w.-]+:)(?:scm\/)?([^\s?#]+?)(?:\.git)?\/?$/.exec(remote ?? '') ?? []
  return path !== undefined && path.length <= 200 && path.includes('/') ? path : undefined
}
