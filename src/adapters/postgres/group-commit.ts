// Lets concurrent writes of one kind share a transaction: what one turn of the event loop brings makes one group, and
// while too many groups are under way, later callers gather into the next one. A lone caller waits for nobody.
export interface GroupLimits<In> {
  readonly maxMembers: number
  readonly maxBytes: number
  readonly groupsInFlight: number
  /** So many are a group at once, whatever else the turn may bring: while it is written, the next one gathers. */
  readonly fullAt: number
  readonly bytesOf: (member: In) => number
}

/** @param write settles each member of a group by position; where it rejects, every member is rejected */
export function groupCommit<In, Out>(
  write: (group: readonly In[]) => Promise<readonly PromiseSettledResult<Out>[]>,
  limits: GroupLimits<In>,
): (member: In) => Promise<Out> {
  interface Waiting {
    readonly member: In
    readonly resolve: (out: Out) => void
    readonly reject: (reason: unknown) => void
  }
  const waiting: Waiting[] = []
  let inFlight = 0
  /** Whether this turn of the event loop may still bring more. */
  let gathering = false

  function nextGroup(): Waiting[] {
    let members = 0
    let bytes = 0
    for (const { member } of waiting) {
      bytes += limits.bytesOf(member)
      if (members > 0 && (members === limits.maxMembers || bytes > limits.maxBytes)) break
      members += 1
    }
    return waiting.splice(0, members)
  }

  async function commit(group: readonly Waiting[]): Promise<void> {
    try {
      const results = await write(group.map(each => each.member))
      for (const [index, each] of group.entries()) {
        const result = results[index]
        if (result?.status === 'fulfilled') each.resolve(result.value)
        else each.reject(result?.reason ?? new Error('group commit gave no result'))
      }
    } catch (error) {
      for (const each of group) each.reject(error)
    } finally {
      inFlight -= 1
      startGroups()
    }
  }

  function startGroups(): void {
    const enough = gathering ? limits.fullAt : 1
    while (inFlight < limits.groupsInFlight && waiting.length >= enough) {
      inFlight += 1
      void commit(nextGroup())
    }
  }

  return member =>
    new Promise((resolve, reject) => {
      waiting.push({ member, resolve, reject })
      if (!gathering) {
        gathering = true
        // After everything that the loop has read by then: under load that is a group, and for a lone caller it is now.
        setImmediate(() => {
          gathering = false
          startGroups()
        })
      }
      startGroups()
    })
}
