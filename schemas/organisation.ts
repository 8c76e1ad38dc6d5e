// The source that an organisation edits and signs: its directory without what publishing adds (sequence, the hash of
// the one before, validity). Public like the directory: no secret and no private address stands here.
import * as z from 'zod'
import { Directory, DirectoryHandler } from './directory.js'
import { Day, Slug } from './encoding.js'

const shift = {
  from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
  until: z
    .string()
    .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/)
    .describe('At or before `from`: on the next day'),
  handlers: z.array(Slug).max(100).describe('Empty: nobody is named, the team takes turns'),
}

export const Weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])
export type Weekday = z.infer<typeof Weekday>

/**
 * Who is on duty in a team, by the clock of a place. `org publish` works it out for the life of the directory and signs
 * instants: nobody else needs to know time zones.
 */
export const Calendar = z
  .strictObject({
    team: Slug,
    zone: z.string().min(1).max(60).describe('IANA time zone, for example Asia/Ho_Chi_Minh'),
    weekly: z.array(z.strictObject({ days: z.array(Weekday).min(1).max(7), ...shift })).max(50),
    dated: z
      .array(z.strictObject({ day: Day, shifts: z.array(z.strictObject(shift)).max(20) }))
      .max(366)
      .describe('In the place of the weekly shifts that begin on that day; none: a holiday'),
  })
  .meta({ id: 'Calendar', description: 'Weekly shifts of a team, and days that differ' })
export type Calendar = z.infer<typeof Calendar>

export const OrganisationSource = Directory.omit({
  v: true,
  sequence: true,
  previous: true,
  valid_from: true,
  expires: true,
  duty: true,
})
  .extend({
    // None yet while it is being set up; a directory has at least one.
    handlers: z.array(DirectoryHandler).max(500),
    calendars: z.array(Calendar).max(100).optional(),
  })
  .meta({ id: 'OrganisationSource', description: 'organisation.json of an organisation' })
export type OrganisationSource = z.infer<typeof OrganisationSource>
