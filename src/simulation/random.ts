/**
 * Repeatable randomness: the same seed gives the same numbers on every machine.
 * Generator: xoshiro128** seeded by splitmix32 (Blackman and Vigna, public domain, prng.di.unimi.it).
 */
export class Random {
  readonly #seed: number
  readonly #state: Uint32Array

  constructor(seed: number) {
    this.#seed = seed >>> 0
    this.#state = new Uint32Array(4)
    let mixed = this.#seed
    for (let i = 0; i < 4; i++) {
      mixed = (mixed + 0x9e3779b9) >>> 0
      let word = mixed
      word = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
      word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35)
      this.#state[i] = word ^ (word >>> 16)
    }
  }

  /** A stream of its own for a named part, so that drawing more in one part changes nothing in another. */
  fork(name: string): Random {
    let hash = 0x811c9dc5
    for (const char of name) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193)
    return new Random(this.#seed ^ hash)
  }

  /** In [0, 1). */
  uniform(): number {
    const s = this.#state as unknown as [number, number, number, number]
    const times5 = Math.imul(s[1], 5)
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9) >>> 0
    const shifted = s[1] << 9
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= shifted
    s[3] = (s[3] << 11) | (s[3] >>> 21)
    return result / 2 ** 32
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.uniform()
  }

  /** A whole number from low to high, both included. */
  whole(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1))
  }

  chance(probability: number): boolean {
    return this.uniform() < probability
  }

  exponential(mean: number): number {
    return -Math.log(1 - this.uniform()) * mean
  }

  /** Draws by inversion; meant for means of a few dozen at most. */
  poisson(mean: number): number {
    const floor = Math.exp(-mean)
    let count = 0
    for (let product = this.uniform(); product > floor; product *= this.uniform()) count++
    return count
  }

  pick<T>(items: readonly T[]): T {
    return items[this.whole(0, items.length - 1)] as T
  }

  /** One of the keys, each as likely as its weight says. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T {
    const entries = Object.entries(weights) as [T, number][]
    let left = this.uniform() * entries.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [key, weight] of entries) {
      if (left < weight) return key
      left -= weight
    }
    return (entries.at(-1) as [T, number])[0]
  }

  shuffled<T>(items: readonly T[]): T[] {
    const result = [...items]
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.whole(0, i)
      const held = result[i] as T
      result[i] = result[j] as T
      result[j] = held
    }
    return result
  }

  hex(digits: number): string {
    let text = ''
    while (text.length < digits)
      text += Math.floor(this.uniform() * 2 ** 32)
        .toString(16)
        .padStart(8, '0')
    return text.slice(0, digits)
  }
}
