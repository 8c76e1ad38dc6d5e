// `khancap templates`: which templates of answers there are, in which languages; or the text of one.
import { findTemplate, listTemplates } from '../templates/find-template.js'
import { languageOf } from '../station/language.js'
import type { Station, VerbOptions } from '../station/station.js'
import { safe, safeLines } from '../terminal/safe.js'
import { table } from '../terminal/table.js'

export interface TemplatesOptions extends VerbOptions {
  readonly language?: string
}

export async function showTemplates(
  station: Station,
  options: TemplatesOptions,
  name?: string,
): Promise<void> {
  const { folder, printer } = station
  if (name !== undefined) {
    const language = options.language ?? languageOf(station, await folder.settings())
    const text = await findTemplate(station, name, language)
    if (options.json === true) printer.json({ name, language, text })
    else printer.out(safeLines(text, '', printer.columns))
    return
  }
  const all = (await listTemplates(station)).filter(
    ({ language }) => options.language === undefined || language === options.language,
  )
  if (options.json === true) return printer.json({ templates: all })
  const names = [...new Set(all.map(one => one.name))]
  const of = (which: string) => all.filter(one => one.name === which)
  printer.out(
    table(
      [safe`NAME`, safe`LANGUAGES`, safe`FROM`],
      names.map(which => [
        safe`${which}`,
        safe`${of(which)
          .map(({ language }) => language)
          .join(', ')}`,
        safe`${of(which).every(({ file }) => file === null) ? 'khancap' : 'your folder'}`,
      ]),
    ),
  )
}
