// The commands that set a handler's machine up and look after it.
import type { Command } from 'commander'
import type { VerbOptions } from '../station/station.js'
import type { AgentStartOptions } from '../verbs/agent.js'
import type { InitOptions } from '../verbs/init.js'
import type { KeysExportOptions } from '../verbs/keys-export.js'
import type { KeysNewOptions } from '../verbs/keys-new.js'
import type { KeysProtectOptions } from '../verbs/keys-protect.js'
import type { KeysRecoverOptions } from '../verbs/keys-recover.js'
import type { StatsOptions } from '../verbs/stats.js'
import type { KeysSplitOptions } from '../verbs/keys-split.js'
import type { KeysRotateOptions } from '../verbs/keys-rotate.js'
import type { VerifyFormOptions } from '../verbs/verify-form.js'
import type { VerifySiteOptions } from '../verbs/verify-site.js'
import type { VerifyReceiptOptions } from '../verbs/verify-receipt.js'
import { does, type Runner, withExamples, withJson, withPassphrase } from './declare.js'

const several = (value: string, before: readonly string[] = []) => [...before, value]

export function declareHandlerCommands(program: Command, runner: Runner): void {
  withExamples(
    does(
      withJson(program.command('init').description('pin an organisation'))
        .requiredOption('--url <url>', "the server's address")
        .option(
          '--root <fingerprint>',
          'the fingerprint of its root keys, from paper; asked for where left out',
        )
        .option('--handler <id>', 'your name in its directory')
        .option('--directory <file>', 'take the directory from a file: needs no network')
        .option('--proxy <url>', 'reach it through a SOCKS proxy (socks5h://127.0.0.1:9050)')
        .option('--replace', 'forget the organisation that is pinned here'),
      runner,
      async (station, options: InitOptions) =>
        (await import('../verbs/init.js')).pinOrganisation(station, options),
    ),
    'khancap init --url https://help.example --handler vi-1',
    'khancap init --url https://help.example --root 5d41…c592 --handler vi-1',
    'khancap init --url http://abc…xyz.onion --root 5d41…c592 --proxy socks5h://127.0.0.1:9050',
  )

  declareKeys(
    program.command('keys').description('your identity: make, show, carry, recover'),
    runner,
  )

  declareAgent(
    program.command('agent').description('unlock the identity once, for a while'),
    runner,
  )

  const verify = program.command('verify').description('check what somebody shows you')
  withExamples(
    does(
      withPassphrase(
        withJson(verify.command('receipt').description('check a receipt; needs no network')),
      )
        .argument('<file>', 'the receipt ("-" is stdin)')
        .option('--directory <file>', 'check against this directory')
        .option(
          '--case <id>',
          'hold a case to it from now on, where the server serves that request',
        ),
      runner,
      async (station, options: VerifyReceiptOptions, file = '') =>
        (await import('../verbs/verify-receipt.js')).verifyReceiptFile(station, options, file),
    ),
    'khancap verify receipt receipt.txt',
  )
  withExamples(
    does(
      withJson(
        verify.command('site').description('compare a live site with what the organisation signed'),
      )
        .argument('<url>', 'its address')
        .option('--proxy <url>', 'reach it through a SOCKS proxy (socks5h://127.0.0.1:9050)'),
      runner,
      async (station, options: VerifySiteOptions, url = '') =>
        (await import('../verbs/verify-site.js')).verifySite(station, options, url),
    ),
    'khancap verify site https://help.example',
    'khancap verify site http://abc…xyz.onion --proxy socks5h://127.0.0.1:9050',
  )
  withExamples(
    does(
      withJson(
        verify
          .command('form')
          .description('check an offline form that somebody has; needs no network'),
      )
        .argument('<file>', 'the form')
        .option('--templates <folder>', 'compare with these templates'),
      runner,
      async (station, options: VerifyFormOptions, file = '') =>
        (await import('../verbs/verify-form.js')).verifyForm(station, options, file),
    ),
    'khancap verify form notes-vi.html',
  )

  withExamples(
    does(
      withPassphrase(
        withJson(
          program
            .command('stats')
            .description("the organisation's figures without content, for leads and directors"),
        ),
      )
        .option('--csv', 'print them as CSV')
        .option('--svg <file>', 'draw them into a file')
        .option('--weeks <number>', 'weeks, up to the last one that has ended (1 to 104)', '26'),
      runner,
      async (station, options: StatsOptions) =>
        (await import('../verbs/stats.js')).showStatistics(station, options),
    ),
    'khancap stats',
    'khancap stats --csv --weeks 52',
    'khancap stats --svg figures.svg',
  )

  withExamples(
    does(
      withPassphrase(
        withJson(
          program
            .command('doctor')
            .description('check the set-up, and say how to mend what is wrong'),
        ),
      ),
      runner,
      async (station, options: VerbOptions) =>
        (await import('../verbs/doctor.js')).examine(station, options),
    ),
    'khancap doctor',
  )
}

function declareAgent(agent: Command, runner: Runner): void {
  withExamples(
    does(
      withPassphrase(
        withJson(
          agent.command('start').description('unlock the identity for the commands to come'),
        ),
      ).option('--idle <minutes>', 'lock after so long without work (1 to 720)', '30'),
      runner,
      async (station, options: AgentStartOptions) =>
        (await import('../verbs/agent.js')).startAgent(station, options),
    ),
    'khancap agent start',
    'khancap agent start --idle 120 --passphrase-command "pass show khancap"',
  )
  withExamples(
    does(
      withJson(agent.command('status').description('show whether an agent holds the identity')),
      runner,
      async (station, options: VerbOptions) =>
        (await import('../verbs/agent.js')).showAgent(station, options),
    ),
    'khancap agent status',
  )
  withExamples(
    does(
      withJson(agent.command('stop').description('lock the identity')),
      runner,
      async (station, options: VerbOptions) =>
        (await import('../verbs/agent.js')).stopAgent(station, options),
    ),
    'khancap agent stop',
  )
}

function declareKeys(keys: Command, runner: Runner): void {
  withExamples(
    does(
      withPassphrase(
        withJson(
          keys.command('new').description('make an identity, or a new generation of the one here'),
        ),
      )
        .option('--handler <id>', 'your name in the directory')
        .option('--keep <number>', 'generations that stay, the new one included (8 at most)', '8')
        .option('--sheet <file>', 'write the recovery sheet too (it holds the secret)'),
      runner,
      async (station, options: KeysNewOptions) =>
        (await import('../verbs/keys-new.js')).makeIdentity(station, options),
    ),
    'khancap keys new --handler vi-1',
  )

  withExamples(
    does(
      withPassphrase(
        withJson(
          keys
            .command('rotate')
            .description('make the next generation; re-seal open cases; delete what is over'),
        ),
      ).option('--new', 'make another generation, although older ones wait to be deleted'),
      runner,
      async (station, options: KeysRotateOptions) =>
        (await import('../verbs/keys-rotate.js')).rotateKeys(station, options),
    ),
    'khancap keys rotate',
  )

  withExamples(
    does(
      withJson(
        keys.command('list').description('list generations, and what the directory says of them'),
      ),
      runner,
      async (station, options: VerbOptions) =>
        (await import('../verbs/keys-list.js')).listIdentities(station, options),
    ),
    'khancap keys list',
  )

  withExamples(
    does(
      withJson(keys.command('show').description('show the public half, to be read aloud')),
      runner,
      async (station, options: VerbOptions) =>
        (await import('../verbs/keys-show.js')).showIdentity(station, options),
    ),
    'khancap keys show',
  )

  withExamples(
    does(
      withPassphrase(
        keys
          .command('export')
          .description('print what the organisation needs of you, or the recovery sheet'),
      )
        .option('--sheet', 'the recovery sheet: it holds the secret, print it and lock it away')
        .option('--out <file>', 'write it to a file that only you can read'),
      runner,
      async (station, options: KeysExportOptions) =>
        (await import('../verbs/keys-export.js')).exportIdentity(station, options),
    ),
    'khancap keys export --out vi-1.json',
    'khancap keys export --sheet --out sheet.txt',
  )

  withExamples(
    does(
      withPassphrase(
        withJson(
          keys.command('split').description('print the identity as shares for several people'),
        ),
      )
        .requiredOption('--shares <number>', 'how many shares (2 to 16)')
        .requiredOption('--threshold <number>', 'how many of them make it again (2 at least)')
        .requiredOption('--out <folder>', 'where to write them: share-1.txt and so on'),
      runner,
      async (station, options: KeysSplitOptions) =>
        (await import('../verbs/keys-split.js')).splitKeys(station, options),
    ),
    'khancap keys split --shares 5 --threshold 3 --out /media/stick/shares',
  )

  withExamples(
    does(
      withPassphrase(
        withJson(
          keys
            .command('protect')
            .description('seal the identity to a key of an age plugin, or to a passphrase again'),
        ),
      )
        .option('--plugin <file>', 'the identity that the plugin printed (AGE-PLUGIN-…)')
        .option('--recipient <key>', 'its public half, age1…1… (again for a spare key)', several)
        .option('--passphrase', 'back to a passphrase'),
      runner,
      async (station, options: KeysProtectOptions) =>
        (await import('../verbs/keys-protect.js')).protectIdentity(station, options),
    ),
    'khancap keys protect --plugin yubikey.txt --recipient age1yubikey1q…',
    'khancap keys protect --passphrase',
  )

  withExamples(
    does(
      withPassphrase(
        withJson(
          keys.command('recover').description('make an identity again from its sheet or shares'),
        ),
      )
        .option('--file <file>', 'the sheet as a file ("-" is stdin, and so is nothing)')
        .option('--share <file>', 'a share (again for each)', several),
      runner,
      async (station, options: KeysRecoverOptions) =>
        (await import('../verbs/keys-recover.js')).recoverIdentity(station, options),
    ),
    'khancap keys recover --file sheet.txt',
    'khancap keys recover --share one.txt --share two.txt',
  )
}
