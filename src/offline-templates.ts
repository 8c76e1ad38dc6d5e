// The templates of the offline forms that were built with this program, read once at start. Trusted as the program itself:
// whoever can write there can have answers leak.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type OfflineTemplates, templateLanguage } from './core/offline/offline-form.js'

/** @returns none where only the server was built */
export function builtOfflineTemplates(): OfflineTemplates {
  const folder = fileURLToPath(new URL('../offline', import.meta.url))
  const templates = new Map<string, string>()
  if (!existsSync(folder)) return templates
  for (const name of readdirSync(folder)) {
    const language = templateLanguage(name)
    if (language !== null) templates.set(language, readFileSync(join(folder, name), 'utf8'))
  }
  return templates
}
