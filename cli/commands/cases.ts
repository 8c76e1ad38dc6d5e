// The commands of a day's work, step 9 to 10 of the path.
import type { Command } from 'commander'
import type { VerbOptions } from '../station/station.js'
import type { AddReaderOptions } from '../verbs/add-reader.js'
import type { BundleOptions } from '../verbs/bundle.js'
import type { CloseOptions } from '../verbs/close.js'
import type { CoverOptions } from '../verbs/cover.js'
import type { ContactedOptions } from '../verbs/contacted.js'
import type { HoldOptions } from '../verbs/hold.js'
import type { InboxOptions } from '../verbs/inbox.js'
import type { NoteOptions } from '../verbs/note.js'
import type { OpenOptions } from '../verbs/open.js'
import type { RerouteOptions } from '../verbs/reroute.js'
import type { ReplyOptions } from '../verbs/reply.js'
import type { TemplatesOptions } from '../verbs/templates.js'
import type { WatchOptions } from '../verbs/watch.js'
import { holdReasons, inboxLimit, outcomes, ways } from './choices.js'
import { does, oneOf, type Runner, withExamples, withJson, withPassphrase } from './declare.js'

const idHelp = 'the case: its id, or the first letters of it (4 at least)'

const filtered = (command: Command) =>
  command
    .option('--mine', 'only the cases that you have claimed')
    .option('--team <id>', 'only cases of this team')
    .option('--program <id>', 'only cases of this program')
    .option('--due <span>', 'only what is due within hours or days (4h, 2d), or overdue')

export function declareCaseCommands(program: Command, runner: Runner): void {
  const verb = (name: string, description: string) =>
    withPassphrase(withJson(program.command(name).description(description)))
  const offline = (name: string, description: string) =>
    verb(name, description).option(
      '--bundle <file>',
      'work in this bundle, without network: khancap import sends it later',
    )

  withExamples(
    does(
      filtered(
        offline('inbox', 'list cases by due time, with the time left').option(
          '--all',
          'closed cases too',
        ),
      )
        .option('--limit <number>', 'lines at most (1 to 200)', inboxLimit)
        .option('--after <cursor>', 'go on after a page that ended with this cursor'),
      runner,
      async (station, options: InboxOptions) =>
        (await import('../verbs/inbox.js')).showInbox(station, options),
    ),
    'khancap inbox',
    'khancap inbox --mine --json',
    'khancap inbox --team vi --due 24h',
  )

  withExamples(
    does(
      filtered(verb('watch', 'show the inbox live, with countdowns and a bell'))
        .option('--every <seconds>', 'how often the server is asked (5 to 3600)', '20')
        .option('--quiet', 'no bell'),
      runner,
      async (station, options: WatchOptions) =>
        (await import('../verbs/watch.js')).watchInbox(station, options),
    ),
    'khancap watch',
    'khancap watch --mine --quiet',
    'khancap watch --json --every 60',
  )

  withExamples(
    does(
      offline('claim', 'take a case on').argument('<id>', idHelp),
      runner,
      async (station, options: VerbOptions, id = '') =>
        (await import('../verbs/claim.js')).claimCase(station, options, id),
    ),
    'khancap claim 3k7m',
  )

  withExamples(
    does(
      offline('release', 'give a claimed case back to the team').argument('<id>', idHelp),
      runner,
      async (station, options: VerbOptions, id = '') =>
        (await import('../verbs/release.js')).releaseCase(station, options, id),
    ),
    'khancap release 3k7m',
  )

  withExamples(
    does(
      offline('open', 'fetch, verify and open a case, or a sealed file that came on a stick')
        .argument('[id]', idHelp)
        .option('--file <files...>', 'open this sealed file, or several; needs no network')
        .option('--out <dir>', 'save what was opened into this folder, for your eyes only')
        .option('--raw <file>', 'save what was sealed, byte for byte, in this new file')
        .option('--gpg', 'hand a mail that is sealed with PGP to gpg on this machine'),
      runner,
      async (station, options: OpenOptions, id?: string) =>
        (await import('../verbs/open.js')).openWhat(station, options, id),
    ),
    'khancap open 3k7m',
    'khancap open 3k7m --json',
    'khancap open 3k7m --gpg',
    'khancap open 3k7m --raw ./3k7m.json',
    'khancap open --file request.age --out ./opened',
    'khancap open --file *.age',
  )

  withExamples(
    does(
      offline('reply', 'seal an answer to the applicant and send it; stops the clock')
        .argument('<id>', idHelp)
        .option('--file <file>', 'take the answer from a file ("-" is stdin)')
        .option('--language <tag>', 'language of the answer, where it is not the one asked for')
        .option('--template <name>', 'begin with a template: khancap templates lists them')
        .option('--to <address>', 'by mail: which address, where the mail names two')
        .option('--key <fingerprint>', 'by mail: which key it is sealed to, where it must be said')
        .option('--plain', 'by mail: in the clear, even where the mail brings a key')
        .option('--yes', 'by mail: say yes to what would be asked')
        .option('--again', 'send an answer once more that the service did not confirm')
        .option('--discard', 'forget an answer that the service did not confirm'),
      runner,
      async (station, options: ReplyOptions, id = '') =>
        (await import('../verbs/reply.js')).replyToCase(station, options, id),
    ),
    'khancap reply 3k7m',
    'khancap reply 3k7m --file answer.txt',
    'khancap reply 3k7m < answer.txt',
    'khancap reply 3k7m --template questions',
    'khancap reply 3k7m --file answer.txt --plain --yes',
  )

  withExamples(
    does(
      withJson(program.command('templates').description('list templates of answers, or print one'))
        .argument('[name]', 'print this one')
        .option('--language <tag>', 'only this language; yours where one is printed'),
      runner,
      async (station, options: TemplatesOptions, name?: string) =>
        (await import('../verbs/templates.js')).showTemplates(station, options, name),
    ),
    'khancap templates',
    'khancap templates questions --language vi',
  )

  withExamples(
    does(
      offline('history', 'show what happened to a case, with its signatures checked').argument(
        '<id>',
        idHelp,
      ),
      runner,
      async (station, options: VerbOptions, id = '') =>
        (await import('../verbs/history.js')).showHistory(station, options, id),
    ),
    'khancap history 3k7m',
  )

  withExamples(
    does(
      offline('contacted', 'record an answer that was given outside the system; stops the clock')
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
      offline('note', 'seal a note to the team')
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
      offline('close', 'end the work on a case; its retention begins')
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
      verb('bundle', 'take cases along, sealed to you, for a machine without network')
        .argument('[id...]', 'the cases; all that you have claimed where left out')
        .requiredOption('--out <file>', 'the bundle, a new file on a stick'),
      runner,
      async (station, options: BundleOptions, ...ids) =>
        (await import('../verbs/bundle.js')).makeBundle(station, options, ids),
    ),
    'khancap bundle --out /media/stick/monday.khancap',
    'khancap bundle --out /media/stick/two.khancap 3k7m 5p2q',
  )

  withExamples(
    does(
      verb('import', 'send what was done in a bundle without network').argument(
        '<file>',
        'the bundle',
      ),
      runner,
      async (station, options: VerbOptions, file = '') =>
        (await import('../verbs/import.js')).importBundle(station, options, file),
    ),
    'khancap import /media/stick/monday.khancap',
  )

  withExamples(
    does(
      offline('reopen', 'take up a closed case again').argument('<id>', idHelp),
      runner,
      async (station, options: VerbOptions, id = '') =>
        (await import('../verbs/reopen.js')).reopenCase(station, options, id),
    ),
    'khancap reopen 3k7m',
  )
}
