// `khancap org add handler --page`: the page with which a new handler begins, before they have keys. It takes nothing but the
// organisation's source, and writes nothing but that page.
import { resolve } from 'node:path'
import { rootFingerprint } from '../../keys/root.js'
import { Slug } from '../../schemas/encoding.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { misused } from '../failure.js'
import { joiningLanguages, joiningPage, joiningWordsOf } from '../joining/page.js'
import { english } from '../joining/en.js'
import { expectNewHandler } from '../organisation/changes.js'
import type { EditOptions } from '../organisation/edit.js'
import { expectNoFile, readSource } from '../organisation/folder.js'
import { announce, orgCommand } from '../organisation/steps.js'
import { writeNew } from '../station/disk.js'
import { inFours } from '../station/identity.js'
import { languageOfLocale } from '../station/language.js'
import type { Station } from '../station/station.js'
import { safe } from '../terminal/safe.js'
import { visible } from '../terminal/visible.js'

export interface JoiningOptions extends EditOptions {
  readonly page: string
  /** Of the handler: the page is in the first one. */
  readonly language?: readonly string[]
}

/** @throws Failure */
export async function writeJoiningPage(
  station: Station,
  options: JoiningOptions,
  handler: string,
): Promise<void> {
  if (!Slug.safeParse(handler).success)
    throw misused(
      safe`"${handler}" is not the name of a handler`,
      safe`with --page it is their name in the directory, such as vi-1; it is public, so choose a pseudonym`,
    )
  const folder = resolve(options.dir)
  const source = await readSource(folder)
  expectNewHandler(source, handler)
  const { addresses, name, root } = source
  const words = wordsFor(station, options.language?.[0])
  const fingerprint = await rootFingerprint(await station.primitives(), root)
  const what = safe`page for ${handler} (${words.language}) in ${options.page}`
  await expectNoFile(options.page)
  const isDone = announce(station, options, what)
  if (isDone)
    await writeNew(
      options.page,
      joiningPage(words, {
        organisation: visible(name),
        handler,
        addresses,
        root: fingerprint,
        day: formatTimestamp(station.now()).slice(0, 10),
      }),
    )
  const { printer } = station
  if (options.json === true) printer.json({ folder, written: isDone, change: what.text })
  else if (isDone) printer.sentence(safe`done: ${what}`)
  if (!isDone) return
  printer.say(safe`root fingerprint  ${inFours(Buffer.from(fingerprint, 'hex'))}`)
  printer.say(
    safe`next: print it, compare the four rows with your paper, write your telephone number at its foot, and hand it over yourself`,
  )
  const [given, ...others] = options.language ?? []
  const languages = given === undefined ? [] : [words.language, ...others]
  const spoken = languages.flatMap(language => ['--language', language])
  const added = ['add', 'handler', `${handler}.json`, '--team', 'TEAM', ...spoken]
  printer.say(
    safe`next: they read the fingerprint to you, and with what they send back: ${orgCommand(options, ...added)}`,
  )
  printer.say(
    safe`to take it back: delete ${options.page}; nothing else was written, and a page that was handed over opens nothing`,
  )
}

/** That of the handler, else the system's, else English. */
function wordsFor(station: Station, given: string | undefined) {
  if (given === undefined)
    return joiningWordsOf(languageOfLocale(station.environment.locale)) ?? english
  const words = joiningWordsOf(given)
  if (words !== null) return words
  throw misused(
    safe`there is no page in "${given}"`,
    safe`there is one in ${joiningLanguages.map(({ language }) => language).join(', ')}`,
  )
}
