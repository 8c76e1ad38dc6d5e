// Sealed to what was in force when the page was loaded, and refused because something newer has been published since.
import { Failed } from '../failed.js'
import type { Page } from '../page.js'

/** How often a newer directory is fetched before the person is asked to try later. */
const maxTries = 3

/**
 * Seals and sends; where the directory has been replaced, or has expired, once more with the one that is published now.
 * @param sealAnew lets go of what was sealed
 * @throws whatever `act` throws, Failed `unavailable` where the directory is never new enough
 */
export async function withNewest<T>(
  page: Page,
  act: () => Promise<T>,
  sealAnew: () => void,
): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      // Each try is about the one before it.
      // oxlint-disable-next-line no-await-in-loop
      return await act()
    } catch (error) {
      if (!(error instanceof Failed)) throw error
      const hasExpired = error.code === 'directory_expired' && tries === 0
      if (error.code !== 'directory_stale' && !hasExpired) throw error
      if (tries >= maxTries) throw new Failed('unavailable', 'directory_stale')
      sealAnew()
      page.forgetSite()
    }
  }
}
