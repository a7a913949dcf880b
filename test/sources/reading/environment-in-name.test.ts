import { expect, it } from 'vitest'
import {
  deployedEnvironment,
  environmentInTitle,
  environmentOfStage,
} from '../../../src/sources/reading/environment-in-name.ts'

it.each([
  ['Deploy to production', 'production'],
  ['deploy-prod-eu', 'prod-eu'],
  ['Deploy the API to uat', 'uat'],
  ['staging deploy', 'staging'],
  ['Build, test and deploy', undefined],
  ['production', undefined],
])('the name "%s" deploys to %s', (name, environment) => {
  expect(deployedEnvironment(name)).toBe(environment)
})

it.each([
  ['Production', 'production'],
  ['prod_eu', 'prod-eu'],
  ['Prod EU', 'prod-eu'],
  ['DeployProd', 'prod'],
  ['Deploy_to_Staging', 'staging'],
  ['Dev', 'dev'],
  ['Test', undefined],
  ['Build', undefined],
  ['Productivity', undefined],
  ['__default', undefined],
])('the stage "%s" deploys to %s', (name, environment) => {
  expect(environmentOfStage(name)).toBe(environment)
})

it('a title names one only where something is deployed to it', () => {
  expect(environmentInTitle('Deploy 4.18.0 to production')).toBe('production')
  expect(environmentInTitle('Fix the release of production handles')).toBeUndefined()
})
