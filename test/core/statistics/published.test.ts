import { describe, expect, test } from 'vitest'
import { betaQuantile } from '../../../src/core/statistics/beta.ts'
import { binomialCdf, clopperPearsonInterval, wilsonInterval } from '../../../src/core/statistics/binomial.ts'
import { averageRunLength, cusumReference } from '../../../src/core/statistics/cusum.ts'
import { chiSquaredQuantile } from '../../../src/core/statistics/gamma.ts'
import { kaplanMeier } from '../../../src/core/statistics/kaplan-meier.ts'
import { benjaminiHochberg } from '../../../src/core/statistics/multiple-tests.ts'
import { normalQuantile } from '../../../src/core/statistics/normal.ts'
import { garwoodInterval, poissonCdf } from '../../../src/core/statistics/poisson.ts'
import { compareRates } from '../../../src/core/statistics/rate-comparison.ts'

/** The value rounded to as many decimals as were printed. */
const printed = (value: number, like: string): string => value.toFixed((like.split('.')[1] ?? '').length)

const twoRates = compareRates({ count: 11, exposure: 800 }, { count: 21, exposure: 3011 })
const rateOf137 = garwoodInterval(137)

/** Time to relapse in weeks under 6-MP, + for still in remission: Freireich et al., Blood 21, 1963. */
const MERCAPTOPURINE = '6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+'
const PLACEBO = '1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23'
const remission = (weeks: string) =>
  kaplanMeier(weeks.split(' ').map((text) => ({ duration: Number.parseInt(text, 10), ended: !text.endsWith('+') })))
const treated = remission(MERCAPTOPURINE)
const untreated = remission(PLACEBO)
const atWeek = (week: number) => treated.steps.findLast(({ time }) => time <= week)

describe('equal to what was published, in all digits printed', () => {
  test.each<[string, number, string]>([
    // R, print(…, digits = 14)
    ['qnorm(0.975)', normalQuantile(0.975), '1.9599639845401'],
    ['qchisq(0.95, 1)', chiSquaredQuantile(0.95, 1), '3.8414588206941'],
    ['qchisq(0.95, 10)', chiSquaredQuantile(0.95, 10), '18.307038053275'],
    ['qchisq(0.99, 5)', chiSquaredQuantile(0.99, 5), '15.086272469389'],
    ['qbeta(0.975, 2, 3)', betaQuantile(0.975, 2, 3), '0.8058796'],
    ['ppois(3, 2.5)', poissonCdf(3, 2.5), '0.7575761'],
    ['pbinom(3, 10, 0.3)', binomialCdf(3, 10, 0.3), '0.6496107'],
    // Garwood's limits, as poisson.test prints them
    ['0 events, upper', garwoodInterval(0).high, '3.688879'],
    ['3 events, lower', garwoodInterval(3).low, '0.618672'],
    ['3 events, upper', garwoodInterval(3).high, '8.767273'],
    ['10 events, lower', garwoodInterval(10).low, '4.795389'],
    ['10 events, upper', garwoodInterval(10).high, '18.390356'],
    // ?poisson.test, first example: 137 events in 24.19893 units
    ['137 events, lower', rateOf137.low / 24.19893, '4.753125'],
    ['137 events, upper', rateOf137.high / 24.19893, '6.692709'],
    // ?poisson.test, second example: 11 in 800 against 21 in 3011 person-years
    ['rate ratio', twoRates.ratio, '1.971488'],
    ['rate ratio, p-value', twoRates.twoSided, '0.07967'],
    ['rate ratio, lower', twoRates.interval.low, '0.8584264'],
    ['rate ratio, upper', twoRates.interval.high, '4.277266'],
    // binom.test(10, 100) and prop.test(10, 100, correct = FALSE)
    ['Clopper-Pearson 10 of 100, lower', clopperPearsonInterval(10, 100).low, '0.0490047'],
    ['Clopper-Pearson 10 of 100, upper', clopperPearsonInterval(10, 100).high, '0.1762226'],
    ['Wilson 10 of 100, lower', wilsonInterval(10, 100).low, '0.05522914'],
    ['Wilson 10 of 100, upper', wilsonInterval(10, 100).high, '0.17436566'],
    // p.adjust(c(0.01, 0.04, 0.03, 0.005), "BH")
    ['adjusted 0.01', benjaminiHochberg([0.01, 0.04, 0.03, 0.005])[0] as number, '0.02'],
    ['adjusted 0.04', benjaminiHochberg([0.01, 0.04, 0.03, 0.005])[1] as number, '0.04'],
    ['adjusted 0.03', benjaminiHochberg([0.01, 0.04, 0.03, 0.005])[2] as number, '0.04'],
    ['adjusted 0.005', benjaminiHochberg([0.01, 0.04, 0.03, 0.005])[3] as number, '0.02'],
    // Cox and Oakes, Analysis of Survival Data, 1984, table 4.1; survfit(Surv(weeks, relapse) ~ 1)
    ['6-MP, week 6', atWeek(6)?.survival as number, '0.857'],
    ['6-MP, week 6, standard error', atWeek(6)?.standardError as number, '0.0764'],
    ['6-MP, week 10', atWeek(10)?.survival as number, '0.753'],
    ['6-MP, week 10, standard error', atWeek(10)?.standardError as number, '0.0963'],
    ['6-MP, week 23', atWeek(23)?.survival as number, '0.448'],
    ['6-MP, week 23, standard error', atWeek(23)?.standardError as number, '0.1346'],
    ['6-MP, median', treated.median as number, '23'],
    // Lucas, 1985: the reference value for means of 4 and 7
    ['CUSUM reference', cusumReference(4, 7), '5.3608'],
  ])('%s', (_, value, published) => {
    expect(printed(value, published)).toBe(published)
  })

  test('the medians of both arms with the limits of survfit(conf.type = "log-log")', () => {
    expect(treated.medianInterval).toEqual({ low: 13, high: Number.POSITIVE_INFINITY })
    expect(untreated.median).toBe(8)
    expect(untreated.medianInterval).toEqual({ low: 4, high: 11 })
  })

  test('two rates with no events in one of them', () => {
    // poisson.test(c(5, 0), c(1, 1)): p 0.0625, ratio Inf, interval from 0.9163
    const none = compareRates({ count: 5, exposure: 1 }, { count: 0, exposure: 1 })
    expect(none.ratio).toBe(Number.POSITIVE_INFINITY)
    expect(none.twoSided).toBeCloseTo(0.0625, 12)
    expect(none.interval.low).toBeCloseTo(0.025 ** 0.2 / (1 - 0.025 ** 0.2), 12)
    expect(none.interval.high).toBe(Number.POSITIVE_INFINITY)
  })

  test('run lengths of the CUSUM that were also simulated', () => {
    expect(averageRunLength(4, 5.4, 6)).toBeCloseTo(166, -0.5)
    expect(averageRunLength(2.4, 3, 10)).toBeCloseTo(548, -0.5)
  })
})
