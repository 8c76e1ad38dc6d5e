// The commands of a day's work, step 9 to 10 of the path.
import type { Command } from 'commander'
import type { VerbOptions } from '../station/station.js'
import type { AddReaderOptions } from '../verbs/add-reader.js'
import type { CloseOptions } from '../verbs/close.js'
import type { CoverOptions } from '../verbs/cover.js'
import type { ContactedOptions } from '../verbs/contacted.js'
import type { HoldOptions } from '../verbs/hold.js'
import type { InboxOptions } from '../verbs/inbox.js'
import type { NoteOptions } from '../verbs/note.js'
import type { OpenOptions } from '../verbs/open.js'
import type { RerouteOptions } from '../verbs/reroute.js'
import type { ReplyOptions } from '../verbs/reply.js'
import { holdReasons, outcomes, ways } from './choices.js'
import { does, oneOf, type Runner, withExamples, withJson, withPassphrase } from './declare.js'

const idHelp = 'the case: its id, or the first letters of it (4 at least)'

export function declareCaseCommands(program: Command, runner: Runner): void {
  const verb = (name: string, description: string) =>
    withPassphrase(withJson(program.command(name).description(description)))

  withExamples(
    does(
      verb('inbox', 'list cases by due time, with the time left')
        .option('--all', 'closed cases too')
        .option('--mine', 'only the cases that you have claimed')
        .option('--limit <number>', 'lines at most (1 to 200)', '50')
        .option('--after <cursor>', 'go on after a page that ended with this cursor'),
      runner,
      async (station, options: InboxOptions) =>
        (await import('../verbs/inbox.js')).showInbox(station, options),
    ),
    'khancap inbox',
    'khancap inbox --mine --json',
  )

  withExamples(
    does(
      verb('claim', 'take a case on').argument('<id>', idHelp),
      runner,
      async (station, options: VerbOptions, id = '') =>
        (await import('../verbs/claim.js')).claimCase(station, options, id),
    ),
    'khancap claim 3k7m',
  )

  withExamples(
    does(
      verb('release', 'give a claimed case back to the team').argument('<id>', idHelp),
      runner,
      async (station, options: VerbOptions, id = '') =>
        (await import('../verbs/release.js')).releaseCase(station, options, id),
    ),
    'khancap release 3k7m',
  )

  withExamples(
    does(
      verb('open', 'fetch, verify and open a case, or a sealed file that came on a stick')
        .argument('[id]', idHelp)
        .option('--file <file>', 'open this sealed file; needs no network')
        .option('--out <dir>', 'save what was opened into this folder, for your eyes only'),
      runner,
      async (station, options: OpenOptions, id?: string) =>
        (await import('../verbs/open.js')).openCase(station, options, id),
    ),
    'khancap open 3k7m',
    'khancap open 3k7m --json',
    'khancap open --file request.age --out ./opened',
  )

  withExamples(
    does(
      verb('reply', 'seal an answer to the applicant and send it; stops the clock')
        .argument('<id>', idHelp)
        .option('--file <file>', 'take the answer from a file ("-" is stdin)')
        .option('--language <tag>', 'language of the answer, where it is not the one asked for')
        .option('--again', 'send an answer once more that was not confirmed')
        .option('--discard', 'forget an answer that was not confirmed'),
      runner,
      async (station, options: ReplyOptions, id = '') =>
        (await import('../verbs/reply.js')).replyToCase(station, options, id),
    ),
    'khancap reply 3k7m',
    'khancap reply 3k7m --file answer.txt',
    'khancap reply 3k7m < answer.txt',
  )

  withExamples(
    does(
      verb('contacted', 'record an answer that was given outside the system; stops the clock')
        .argument('<id>', idHelp)
        .addOption(oneOf('--via <way>', 'how the applicant was answered', Object.keys(ways))),
      runner,
      async (station, options: ContactedOptions, id = '') =>
        (await import('../verbs/contacted.js')).recordContact(station, options, id),
    ),
    'khancap contacted 3k7m --via phone',
  )

  withExamples(
    does(
      verb('hold', 'let the clock wait: one handler asks, another confirms; the applicant sees it')
        .argument('<id>', idHelp)
        .option('--until <time>', 'its end: 12h, 2d, or an instant like 2026-11-25T08:30Z')
        .addOption(oneOf('--reason <reason>', 'why the answer waits', Object.keys(holdReasons)))
        .option('--confirm', 'confirm what a colleague asked for'),
      runner,
      async (station, options: HoldOptions, id = '') =>
        (await import('../verbs/hold.js')).holdCase(station, options, id),
    ),
    'khancap hold 3k7m --until 12h --reason applicant_asked',
    'khancap hold 3k7m --confirm',
  )

  withExamples(
    does(
      verb('unhold', 'let a held clock run on before its time').argument('<id>', idHelp),
      runner,
      async (station, options: VerbOptions, id = '') =>
        (await import('../verbs/hold.js')).unholdCase(station, options, id),
    ),
    'khancap unhold 3k7m',
  )

  withExamples(
    does(
      verb('note', 'seal a note to the team')
        .argument('<id>', idHelp)
        .option('--file <file>', 'take the note from a file ("-" is stdin)'),
      runner,
      async (station, options: NoteOptions, id = '') =>
        (await import('../verbs/note.js')).addNote(station, options, id),
    ),
    'khancap note 3k7m',
    'echo "asked a lawyer in Hanoi" | khancap note 3k7m',
  )

  withExamples(
    does(
      verb('add-reader', 'let one more colleague open a case, or all cases of somebody who leaves')
        .argument('[id]', idHelp)
        .option('--to <handler>', 'the colleague, as the directory names them')
        .option('--from <handler>', 'all open cases that this handler has claimed')
        .option('--team <team>', 'all open cases of this team')
        .option('--all', 'all open cases that you see')
        .option('--dry-run', 'say which cases these are, and do nothing'),
      runner,
      async (station, options: AddReaderOptions, id?: string) =>
        (await import('../verbs/add-reader.js')).addReader(station, options, id),
    ),
    'khancap add-reader 3k7m --to fr-1',
    'khancap add-reader --from vi-1 --to vi-2',
  )

  withExamples(
    does(
      verb('reroute', 'hand a case over to another team, and let its members in')
        .argument('<id>', idHelp)
        .option('--team <team>', 'the team that shall have it')
        .option('--reason <words>', 'why; sealed to those who work on it')
        .option('--file <file>', 'take the reason from a file ("-" is stdin)'),
      runner,
      async (station, options: RerouteOptions, id = '') =>
        (await import('../verbs/reroute.js')).rerouteCase(station, options, id),
    ),
    'khancap reroute 3k7m --team zh --reason "the hearing is in Guangzhou"',
  )

  withExamples(
    does(
      verb('cover', 'decide that a request is covered, over what its country or language said')
        .argument('<id>', idHelp)
        .option('--not', 'decide that it is not covered')
        .option('--reason <words>', 'why; sealed to those who work on it')
        .option('--file <file>', 'take the reason from a file ("-" is stdin)'),
      runner,
      async (station, options: CoverOptions, id = '') =>
        (await import('../verbs/cover.js')).coverCase(station, options, id),
    ),
    'khancap cover 3k7m --reason "the family lives in Hanoi"',
  )

  withExamples(
    does(
      verb('close', 'end the work on a case; its retention begins')
        .argument('<id>', idHelp)
        .addOption(oneOf('--outcome <outcome>', 'how it ended', Object.keys(outcomes))),
      runner,
      async (station, options: CloseOptions, id = '') =>
        (await import('../verbs/close.js')).closeCase(station, options, id),
    ),
    'khancap close 3k7m --outcome supported',
  )

  withExamples(
    does(
      verb('reopen', 'take up a closed case again').argument('<id>', idHelp),
      runner,
      async (station, options: VerbOptions, id = '') =>
        (await import('../verbs/reopen.js')).reopenCase(station, options, id),
    ),
    'khancap reopen 3k7m',
  )
}
