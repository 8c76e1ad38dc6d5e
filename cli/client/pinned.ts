// The organisation that is pinned here: its directory, fetched or remembered, verified against the pinned root, and
// never older than one that was seen before.
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { readDirectory, type VerifiedDirectory, verifyDirectory } from '../../keys/directory.js'
import { maxDirectoryBytes } from '../../schemas/directory.js'
import { KhancapError } from '../../schemas/problem.js'
import type { HandlerSettings } from '../../schemas/settings.js'
import { Failure, refused } from '../failure.js'
import type { Station } from '../station/station.js'
import { command, type Safe, safe } from '../terminal/safe.js'
import { clockWords, timeWords } from '../terminal/time-words.js'
import { exchange } from './exchange.js'
import { keepDirectory } from './past-directories.js'
import { failureOf } from './problem.js'
import { rememberedDirectory } from './remembered.js'

/** What this tool understands; a directory may ask for more. */
const clientVersion = 1

export interface Pinned {
  readonly settings: HandlerSettings
  readonly directory: VerifiedDirectory
}

/** @throws Failure where no organisation is pinned */
export async function pinnedSettings(station: Station): Promise<HandlerSettings> {
  const settings = await station.folder.settings()
  if (settings === null)
    throw refused(
      safe`no organisation is pinned in ${station.folder.path}`,
      safe`${command`khancap init --url URL --root FINGERPRINT`} pins one; both stand on paper from the organisation`,
      safe`set KHANCAP_CONFIG_DIR where your settings are kept elsewhere`,
    )
  return settings
}

/**
 * Fetches the directory, verifies it, and remembers it.
 * @param read how it is verified: {@link rememberForWork} takes one that has expired
 * @throws Failure, KhancapError of the directory
 */
export async function fetchDirectory(
  station: Station,
  settings: HandlerSettings,
  read: typeof rememberDirectory = rememberDirectory,
): Promise<Pinned> {
  const known = await station.folder.directoryNote()
  const hash =
    known === null ? null : encodeBase64url(await (await station.primitives()).sha256(known))
  // Over Tor it counts that hundreds of kilobytes are not fetched anew for each command.
  const isKnown = known !== null && hash !== null && hash === settings.highest_sha256
  const answer = await exchange(
    {
      method: 'GET',
      url: `${settings.url}/v1/directory`,
      headers: isKnown ? { 'if-none-match': `"${hash}"` } : {},
      body: null,
      maxBytes: maxDirectoryBytes,
    },
    { proxy: settings.proxy, printer: station.printer },
  )
  if (isKnown && answer.status === 304) return read(station, settings, known)
  if (answer.status !== 200) throw failureOf(answer)
  return read(station, settings, answer.body)
}

/**
 * Verifies a directory that came from anywhere, and remembers it.
 * @throws Failure, KhancapError `directory_invalid`, `directory_expired`
 */
export async function rememberDirectory(
  station: Station,
  settings: HandlerSettings,
  note: Uint8Array,
): Promise<Pinned> {
  const directory = await verifiedNow(station, settings, note)
  return remember(station, settings, note, directory)
}

/** A true directory that is not valid yet tells of a clock that is behind, and of no forgery. */
async function verifiedNow(
  station: Station,
  { root }: HandlerSettings,
  note: Uint8Array,
): Promise<VerifiedDirectory> {
  const now = station.now()
  try {
    return await verifyDirectory(await station.primitives(), note, { root, now })
  } catch (error) {
    const isEarly =
      error instanceof KhancapError && error.faults.some(({ code }) => code === 'not_yet_valid')
    if (!isEarly) throw error
    throw new Failure(
      1,
      safe`the clock of this machine says ${clockWords(now)}, and the organisation's directory holds from ${timeWords(readDirectory(note).valid_from)} on`,
      [
        safe`nothing was sent; set date and time of this machine by a clock that you trust, then try again`,
        safe`if they are right, tell the organisation that its directory has not begun`,
      ],
      { code: error.code, cause: error },
    )
  }
}

/**
 * As {@link rememberDirectory}, for work on what was promised already: a directory that has expired serves for it, with
 * a warning. Nothing new is sealed with it.
 * @throws Failure, KhancapError `directory_invalid`
 */
export async function rememberForWork(
  station: Station,
  settings: HandlerSettings,
  note: Uint8Array,
): Promise<Pinned> {
  try {
    return await rememberDirectory(station, settings, note)
  } catch (error) {
    if (!(error instanceof KhancapError) || error.code !== 'directory_expired') throw error
    const p = await station.primitives()
    const directory = await verifyDirectory(p, note, { root: settings.root, now: null })
    const remembered = await remember(station, settings, note, directory)
    station.printer.say(
      safe`warning: THE DIRECTORY HAS EXPIRED (${directory.directory.expires}). No new request is taken in, and nobody can be let into a case. Cases can still be opened, answered and closed; who has left since may be among those to whom notes are sealed.`,
    )
    station.printer.say(
      safe`the organisation must publish a new directory today: khancap org publish`,
    )
    return remembered
  }
}

async function remember(
  station: Station,
  settings: HandlerSettings,
  note: Uint8Array,
  directory: VerifiedDirectory,
): Promise<Pinned> {
  expectSuccessor(settings, directory)
  const { origin, sequence, minimum_client } = directory.directory
  if (minimum_client > clientVersion)
    throw refused(
      safe`the organisation asks for a newer khancap (client version ${minimum_client}, this is ${clientVersion})`,
      safe`update khancap, then try again`,
    )
  const remembered = {
    ...settings,
    origin,
    highest_sequence: sequence,
    highest_sha256: encodeBase64url(directory.sha256),
  }
  if (settings.highest_sequence !== sequence || settings.origin !== origin) {
    await keepReplaced(station, settings, directory)
    // The note first: settings that remember a directory which is not there would only be slower, never looser.
    await station.folder.saveDirectoryNote(note)
    await station.folder.saveSettings(remembered)
  }
  return { settings: remembered, directory }
}

/** What was remembered until now is wanted again, to check what was signed under it. */
async function keepReplaced(
  station: Station,
  settings: HandlerSettings,
  next: VerifiedDirectory,
): Promise<void> {
  const before = await rememberedDirectory(station, settings).catch(() => null)
  if (before !== null && before.directory.sequence < next.directory.sequence)
    await keepDirectory(station, before)
}

/** No rollback, no fork, no other deployment. */
function expectSuccessor(settings: HandlerSettings, next: VerifiedDirectory): void {
  const { sequence, previous, origin } = next.directory
  if (settings.origin !== null && settings.origin !== origin)
    throw untrusted(
      safe`the directory is for another deployment (${origin}) than the one that is pinned here (${settings.origin})`,
    )
  if (sequence < settings.highest_sequence)
    throw untrusted(
      safe`the server sent an old directory: number ${sequence}, although number ${settings.highest_sequence} was seen before`,
    )
  const isFork =
    settings.highest_sha256 !== null &&
    ((sequence === settings.highest_sequence &&
      settings.highest_sha256 !== encodeBase64url(next.sha256)) ||
      (sequence === settings.highest_sequence + 1 && settings.highest_sha256 !== previous))
  if (isFork)
    throw untrusted(
      safe`the server sent a directory (number ${sequence}) that does not follow the one that was seen before`,
    )
}

function untrusted(sentence: Safe): Failure {
  return refused(
    sentence,
    safe`nothing was sent; do not work with this server until the organisation has told you why`,
  )
}
