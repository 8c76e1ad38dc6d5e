// What the pages draw the questions from while the directory with all its keys is still under way: unsigned, so that it decides
// nothing and holds nothing but what a form says. Pages hold it against the directory before anything is sealed.
import * as z from 'zod'
import { Directory } from './directory.js'
import { Program } from './program.js'

export const ShownProgram = Program.pick({
  id: true,
  names: true,
  valid_from: true,
  valid_until: true,
  languages: true,
  countries: true,
  regions: true,
  form: true,
  words: true,
  promise: true,
  for_whom: true,
  out_of_scope: true,
}).meta({ id: 'ShownProgram', description: 'What a form says of its program' })
export type ShownProgram = z.infer<typeof ShownProgram>

export const DirectoryExcerpt = z
  .strictObject({ demo: Directory.shape.demo, programs: z.array(ShownProgram).max(20) })
  .meta({ id: 'DirectoryExcerpt', description: 'What forms show of a directory, unsigned' })
export type DirectoryExcerpt = z.infer<typeof DirectoryExcerpt>
