// What browsers of 2018 lack of the standard library: esbuild lowers syntax, not calls. The build puts this in front of
// every script. BigInt cannot be supplied: without it nothing seals, and the page shows the other safe ways.
function supply(owner: object, name: string, value: unknown): void {
  if (!(name in owner))
    Object.defineProperty(owner, name, { value, writable: true, configurable: true })
}

supply(self, 'globalThis', self)

supply(
  Array.prototype,
  'flatMap',
  function flatMap(
    this: readonly unknown[],
    map: (one: unknown, index: number, all: readonly unknown[]) => unknown,
  ): unknown[] {
    const flat: unknown[] = []
    for (let index = 0; index < this.length; index++) {
      const made = map(this[index], index, this)
      if (Array.isArray(made)) for (const one of made) flat.push(one)
      else flat.push(made)
    }
    return flat
  },
)

supply(
  Object,
  'fromEntries',
  function fromEntries(entries: Iterable<readonly [PropertyKey, unknown]>): object {
    const made = {}
    for (const [name, value] of entries)
      Object.defineProperty(made, name, {
        value,
        writable: true,
        enumerable: true,
        configurable: true,
      })
    return made
  },
)

supply(Object, 'hasOwn', (owner: object, name: PropertyKey) =>
  Object.prototype.hasOwnProperty.call(owner, name),
)
