import { CopyCode } from '../../components/page-parts.tsx'
import type { SenderSteps } from '../senders.ts'

/** Every value goes through the environment and `jq --arg`: whoever can push names branches and tags. */
export const post = (address: string): string => `post {
  always {
    withCredentials([string(credentialsId: 'postflight', variable: 'POSTFLIGHT')]) {
      withEnv(["RESULT=\${currentBuild.currentResult}", 'DEPLOYED_TO=production']) {
        sh '''
          jq -n --arg name "$JOB_NAME" --arg number "$BUILD_NUMBER" --arg status "$RESULT" \\
            --arg url "$BUILD_URL" --arg remote "$GIT_URL" --arg branch "$GIT_BRANCH" --arg commit "$GIT_COMMIT" \\
            --arg notes "environment=$DEPLOYED_TO version=$VERSION" \\
            '{$name, build: {$number, phase: "FINALIZED", $status, full_url: $url, $notes,
              scm: {url: $remote, $branch, $commit}}}' |
          curl -fsS --retry 5 --retry-max-time 30 --data-binary @- \\
            -H "Authorization: Bearer $POSTFLIGHT" -H "Content-Type: application/json" \\
            ${address} || true
        '''
      }
    }
  }
}`

export const jenkins: SenderSteps = {
  proof: 'Jenkins sends the secret as the password in the address, or as a token.',
  title: 'Let the job that deploys report',
  Body: ({ address }) => (
    <>
      <p>
        In a Jenkinsfile, with the password from step 1 as the secret text <code>postflight</code> in Jenkins’
        credentials. It never fails your pipeline. <code>VERSION</code> may be left out; then the release is named by
        its commit.
      </p>
      <CopyCode code={post(address)} label="Post section" />
      <p class="mt16">
        Or with the Notification plugin, for freestyle jobs: Job notifications, Add endpoint. Keep the address as a
        secret text too, because it holds the password.
      </p>
      <dl class="facts">
        <dt>Format, protocol</dt>
        <dd>JSON, HTTP</dd>
        <dt>Event</dt>
        <dd>All events</dd>
        <dt>URL</dt>
        <dd>
          <code>{address.replace('://', '://postflight:PASSWORD@')}</code>
        </dd>
      </dl>
      <p class="mt16">
        A job counts when its name says where it deploys, as in “Deploy to production”, or when it has “deploy” in its
        name and a parameter <code>ENVIRONMENT</code>.
      </p>
    </>
  ),
}
