/**
 * What to paste where. The address is the real one of this server; the token is a variable, so that no secret lands in
 * a shell history or a repository. In CI every value goes through `env:` and `jq --arg`: branch and tag names come from
 * whoever can push, and must never become part of a script.
 */

const TOKEN = '$POSTFLIGHT_TOKEN'

const curl = (address: string, body: string): string =>
  [
    `curl -fsS ${address} \\`,
    `  -H "Authorization: Bearer ${TOKEN}" \\`,
    "  -H 'Content-Type: application/json' \\",
    `  -d '${body}'`,
  ].join('\n')

export const exportToken = 'export POSTFLIGHT_TOKEN=pf_…'

export const curlDeployment = (publicUrl: string): string =>
  curl(
    `${publicUrl}/api/v1/deployments`,
    '{"service":"checkout-api","version":"1.0.0","environment":"production","status":"succeeded"}',
  )

export const curlDefect = (publicUrl: string): string =>
  curl(
    `${publicUrl}/api/v1/defects`,
    '{"service":"checkout-api","title":"Capture fails with 409","severity":"S2","environment":"production","version":"1.0.0"}',
  )

export const githubActionsStep = (publicUrl: string): string => `- name: Tell Postflight
  if: always()
  continue-on-error: true
  env:
    TOKEN: \${{ secrets.POSTFLIGHT_TOKEN }}
    SERVICE: \${{ github.event.repository.name }}
    VERSION: \${{ github.ref_name }}
    STATUS: \${{ job.status == 'success' && 'succeeded' || job.status == 'cancelled' && 'cancelled' || 'failed' }}
    RUN_URL: \${{ github.server_url }}/\${{ github.repository }}/actions/runs/\${{ github.run_id }}
  run: |
    jq -n --arg service "$SERVICE" --arg version "$VERSION" --arg status "$STATUS" \\
      --arg commit "$GITHUB_SHA" --arg url "$RUN_URL" --arg actor "$GITHUB_ACTOR" \\
      --arg id "$GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT-production" \\
      '{$service, $version, environment: "production", $status, $commit, $url, $actor, $id}' |
    curl -fsS --retry 5 --retry-max-time 30 --data-binary @- \\
      -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
      -H "Idempotency-Key: $GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT-production" \\
      ${publicUrl}/api/v1/deployments`

export const hookAddress = (publicUrl: string, slug: string): string => `${publicUrl}/hooks/${slug}`

/** Where a source is delivered to, on this server. */
export const sourcePath = ({ kind, slug, id }: { kind: string; slug: string; id: number }): string => {
  switch (kind) {
    case 'native':
      return '/api/v1'
    case 'sentry-sdk':
      return `/api/${id}/envelope/`
    default:
      return `/hooks/${slug}`
  }
}

export const repairCommand = (slug: string): string =>
  `npm run -s postflight -- source repair ${slug} --hook https://api.github.com/repos/OWNER/REPO/hooks/ID`

export const cdEventsCurl = (publicUrl: string, slug: string): string => `curl -fsS ${hookAddress(publicUrl, slug)} \\
  -H "Authorization: Bearer $POSTFLIGHT_SOURCE_SECRET" \\
  -H 'Content-Type: application/json' \\
  -H 'ce-specversion: 1.0' -H "ce-id: $(uuidgen)" -H 'ce-source: /ci/example' \\
  -H 'ce-type: dev.cdevents.service.deployed.0.2.0' \\
  -d '{
    "context": {
      "version": "0.4.1", "id": "271069a8-fc18-44f1-b38f-9d70a1695819", "source": "/ci/example",
      "type": "dev.cdevents.service.deployed.0.2.0", "timestamp": "'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'"
    },
    "subject": {
      "id": "checkout-api", "type": "service",
      "content": {
        "environment": { "id": "production" },
        "artifactId": "pkg:oci/checkout-api@sha256%3A0b31b1c02ff458ad9b7b81cbdf8f028bd54699fa151f221d1e8de6817db93427?tag=1.0.0"
      }
    }
  }'`
