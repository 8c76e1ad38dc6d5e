// The source that an organisation edits and signs: its directory without what publishing adds (sequence, the hash of
// the one before, validity). Public like the directory: no secret and no private address stands here.
import * as z from 'zod'
import { Directory, DirectoryHandler } from './directory.js'

export const OrganisationSource = Directory.omit({
  v: true,
  sequence: true,
  previous: true,
  valid_from: true,
  expires: true,
})
  .extend({
    // None yet while it is being set up; a directory has at least one.
    handlers: z.array(DirectoryHandler).max(500),
  })
  .meta({ id: 'OrganisationSource', description: 'organisation.json of an organisation' })
export type OrganisationSource = z.infer<typeof OrganisationSource>
