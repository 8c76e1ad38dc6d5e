// `npm run migrate`: brings the database's schema up to date and gives the roles of API and workers their rights, then
// ends. For whoever owns the tables; nothing that runs all day needs to.
import { migrate } from './adapters/postgres/migrate.js'
import { loadConfiguration } from './config.js'
import { startSentences } from './start-failure.js'

try {
  const { secrets } = loadConfiguration(process.env, 'migrate')
  await migrate(secrets.databaseUrl ?? '')
  process.stderr.write('khancap: the database is up to date\n')
} catch (error) {
  for (const sentence of startSentences(error)) process.stderr.write(`khancap: ${sentence}\n`)
  process.exitCode = 1
}
