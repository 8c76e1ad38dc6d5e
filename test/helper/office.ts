// An office: a real API on a real store, listening, with the shipped programs, and handlers who work with the tool.
import type { Directory } from '../../schemas/directory.js'
import type { EnvelopeContent } from '../../schemas/sealed.js'
import { shippedPrograms } from '../../schemas/programs/shipped.js'
import type { Program } from '../../schemas/program.js'
import type { HttpDeps } from '../../src/http/deps.js'
import { publishDirectory } from '../../src/app/publish-directory.js'
import { caseInTeam, type TestApi, testApi } from './api.js'
import { type CliMachine, type CliRun, handlerFolder, khancap } from './cli.js'
import { startOnFreePort } from './free-port.js'
import { type Organisation, testOrganisation } from './organisation.js'
import type { Teardown } from './postgres.js'

const teams: Readonly<Record<string, string>> = {
  vi: 'vietnam',
  zh: 'china',
  en: 'intake',
  fr: 'intake',
}

export const promise = 'Somebody answers within 48 hours.'

/** The shipped programs with the teams of the test organisation. */
export function officePrograms(): Program[] {
  return shippedPrograms.map(program => ({
    ...program,
    promise: { ...program.promise, vi: promise },
    routing: program.routing.map(row => ({ ...row, team: teams[row.team] ?? 'intake' })),
    fallback_team: teams[program.fallback_team] ?? 'intake',
  }))
}

/** A first contact as somebody in Vietnam would write it; every answer is given. */
export const vietnamese: EnvelopeContent['answers'] = {
  reply_language: 'vi',
  contact: { kind: 'messenger', address: '+84 912 345 678 (Signal)' },
  contact_caution: 'Chỉ nhắn sau 22 giờ; điện thoại dùng chung với em trai.',
  on_behalf_of: 'family',
  person_agrees: 'cannot_be_asked',
  country: 'VN',
  time_pressure: 'happening_now',
  deadline: { date: '2026-11-25', time: '08:30', zone: 'Asia/Ho_Chi_Minh' },
  what_happened:
    'Sáng nay, khoảng 5 giờ, công an xông vào nhà và bắt chồng tôi. Họ không đưa ra giấy tờ gì, thu giữ máy tính và hai điện thoại. Đến giờ gia đình vẫn không biết anh ấy bị giam ở đâu.',
  situation: ['detained', 'disappeared'],
  defender_link: { way_out: 'later' },
  help_needed: ['lawyer', 'family_visit'],
  alias: 'Hoa',
  referral: 'ask_me_each_time',
  if_unreachable: { kind: 'tell_person', details: 'Chị gái tôi, Lan.' },
}

export interface Office {
  readonly url: string
  readonly organisation: Organisation
  readonly api: TestApi
  /** The config folder of a handler, made on first use. */
  readonly folderOf: (handler: string) => Promise<string>
  readonly run: (
    handler: string,
    args: readonly string[],
    machine?: Partial<CliMachine>,
  ) => Promise<CliRun>
  /** The next directory, published and in use. */
  readonly publish: (change: (before: Directory) => Partial<Directory>) => Promise<void>
  /** A case of the team that its answers lead to. */
  readonly newCase: (answers?: EnvelopeContent['answers']) => ReturnType<typeof caseInTeam>
}

export interface OfficeChanges {
  readonly directory?: Partial<Directory>
  readonly deps?: Partial<HttpDeps>
}

export async function office(t: Teardown, changes: OfficeChanges = {}): Promise<Office> {
  return startOnFreePort(port => officeOn(t, port, changes))
}

async function officeOn(t: Teardown, port: number, changes: OfficeChanges): Promise<Office> {
  const url = `http://127.0.0.1:${port}`
  const organisation = await testOrganisation({
    origin: url,
    addresses: [url],
    programs: officePrograms(),
    ...changes.directory,
  })
  const api = await testApi(t, changes.deps, organisation)
  await api.app.listen({ port, host: '127.0.0.1' })
  const folders = new Map<string, string>()
  async function folderOf(handler: string): Promise<string> {
    const folder = folders.get(handler) ?? (await handlerFolder(t, organisation, handler, url))
    folders.set(handler, folder)
    return folder
  }
  return {
    url,
    organisation,
    api,
    folderOf,
    run: async (handler, args, machine = {}) =>
      khancap(args, { folder: await folderOf(handler), ...machine }),
    async publish(change) {
      const stored = await api.db.store.latestDirectory()
      const before = await organisation.verify(stored?.note ?? organisation.note)
      const note = await organisation.sign(change(before.directory), before)
      await publishDirectory({ ...organisation, store: api.db.store, now: Date.now }, note)
      while ((await api.deps.directories.newest()).directory.sequence === before.directory.sequence)
        await new Promise(resolve => setTimeout(resolve, 100))
    },
    newCase: (answers = vietnamese) => caseInTeam(api, 'vietnam', { answers }),
  }
}
