// Which addresses exist, and for which methods: tells "nothing here" from "not with that method".
import type { FastifyInstance } from 'fastify'

export interface KnownAddresses {
  /** Methods of the address that this path belongs to; none where there is nothing. */
  methodsOf(path: string): readonly string[]
}

function patternOf(url: string): RegExp {
  const parts = url
    .split('/')
    .map(part =>
      part.startsWith(':') ? '[^/]+' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`),
    )
  return new RegExp(`^${parts.join('/')}$`)
}

/** Call before the first route is added. */
export function knownAddresses(app: FastifyInstance): KnownAddresses {
  const fixed = new Map<string, Set<string>>()
  const patterns = new Map<string, RegExp>()
  app.addHook('onRoute', ({ url, method }) => {
    const methods = fixed.get(url) ?? new Set<string>()
    for (const name of [method].flat()) methods.add(name)
    fixed.set(url, methods)
    if (url.includes('/:')) patterns.set(url, patternOf(url))
  })
  return {
    methodsOf(path) {
      const named = fixed.get(path)
      if (named !== undefined) return [...named]
      for (const [url, pattern] of patterns)
        if (pattern.test(path)) return [...(fixed.get(url) ?? [])]
      return []
    },
  }
}
