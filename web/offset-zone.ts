// Zones that name no place, but what a clock there is ahead of UTC: UTC+0330. In this spelling every tool can print them.

/** Sign, hours, minutes. */
export const offsetZone = /^UTC([+-])(\d\d)(\d\d)$/

/** @returns null where the zone is that of a place */
export function minutesAhead(zone: string): number | null {
  if (zone === 'UTC') return 0
  const [, sign, hours, minutes] = offsetZone.exec(zone) ?? []
  if (sign === undefined) return null
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}
