// The organisation's side of the directory. All of it works offline, on a folder that lives on a stick.
import type { Command } from 'commander'
import type { EditOptions } from '../organisation/edit.js'
import type { OrgAddHandlerOptions, OrgAddTeamOptions } from '../verbs/org-add.js'
import type { OrgCheckOptions } from '../verbs/org-check.js'
import type { OrgInitOptions } from '../verbs/org-init.js'
import type { OrgOfflineFormOptions } from '../verbs/org-offline-form.js'
import type { OrgPublishOptions } from '../verbs/org-publish.js'
import type { OrgRootOptions } from '../verbs/org-root.js'
import type { OrgSiteOptions } from '../verbs/org-site.js'
import type { OrgRotateOptions } from '../verbs/org-rotate.js'
import type { OrgTagTestOptions } from '../verbs/org-tag-test.js'
import { does, oneOf, type Runner, withExamples, withJson, withPassphrase } from './declare.js'

const several = (value: string, before: readonly string[] = []) => [...before, value]

export function declareOrganisationCommands(program: Command, runner: Runner): void {
  const org = program
    .command('org')
    .description("the organisation's side: people, keys and programs, signed offline")
  declareMaking(org, runner)
  declareAdd(org.command('add').description('put something into organisation.json'), runner)
  declareRemove(
    org.command('remove').description('take something out of organisation.json'),
    runner,
  )
  declareRotate(org.command('rotate').description('new keys beside the old ones'), runner)
  withExamples(
    does(
      edit(org.command('revoke').description('end a handler now, as after a lost laptop')).argument(
        '<handler>',
        'who',
      ),
      runner,
      async (station, options: EditOptions, id = '') =>
        (await import('../verbs/org-revoke.js')).revokeHandlerIn(station, options, id),
    ),
    'khancap org revoke vi-2 --dir /media/stick/org',
  )
  declarePublishing(org, runner)
}

function withDryRun(command: Command): Command {
  return command.option('--dry-run', 'say what would be done, and write nothing')
}

function edit(command: Command): Command {
  return withDryRun(withJson(command).option('--dir <folder>', "the organisation's folder", '.'))
}

function declareMaking(org: Command, runner: Runner): void {
  withExamples(
    does(
      withDryRun(
        withPassphrase(withJson(org.command('init').description("make an organisation's folder")))
          .option('--dir <folder>', 'where', '.')
          .requiredOption('--name <name>', 'its name, as everybody sees it')
          .requiredOption(
            '--origin <url>',
            'the name of the deployment: its first address, for ever',
          )
          .option('--address <url>', 'another address (again for more)', several)
          .option(
            '--program <id>',
            'a shipped program (again for more; all where left out)',
            several,
          )
          .option('--root <name>', 'make a key of the root here (again for more)', several)
          .option('--root-key <name=key>', 'a key of the root that was made elsewhere', several)
          .option('--threshold <number>', 'signatures that a directory needs (2 where left out)')
          .option(
            '--key-retention <days>',
            'how long handlers keep a generation of their key after its end',
            '30',
          ),
      ),
      runner,
      async (station, options: OrgInitOptions) =>
        (await import('../verbs/org-init.js')).makeOrganisation(station, options),
    ),
    'khancap org init --dir /media/stick/org --name "Example" --origin https://help.example',
    'khancap org init --name "Example" --origin https://help.example \\',
    '    --root an --root-key binh=3Fq…w8 --threshold 2',
  )
  withExamples(
    does(
      withDryRun(
        withPassphrase(
          withJson(
            org.command('root').description('make a key of the root on the machine of its holder'),
          ),
        )
          .argument('<name>', "the key's name")
          .requiredOption('--out <file>', 'where to seal it'),
      ),
      runner,
      async (station, options: OrgRootOptions, name = '') =>
        (await import('../verbs/org-root.js')).makeRootKey(station, options, name),
    ),
    'khancap org root binh --out /media/binh/root-binh.age',
  )
}

function declareAdd(add: Command, runner: Runner): void {
  withExamples(
    does(
      edit(add.command('handler').description('a handler joins'))
        .argument(
          '<file>',
          'what khancap keys export printed on their machine; with --page, their name',
        )
        .option('--team <id>', 'a team of theirs (again for more)', several)
        .addOption(
          oneOf('--role <role>', 'what they may do (again for more; handler where left out)', [
            'handler',
            'lead',
            'director',
          ]).argParser(role),
        )
        .option('--language <tag>', 'a language that they work in (again for more)', several)
        .option('--page <file>', 'before they have keys: write the page with which they begin'),
      runner,
      async (station, options: OrgAddHandlerOptions, file = '') =>
        (await import('../verbs/org-add.js')).addHandlerTo(station, options, file),
    ),
    'khancap org add handler vi-1 --page vi-1.txt --language vi',
    'khancap org add handler vi-1.json --team vi --language vi --language en',
  )
  withExamples(
    does(
      edit(add.command('team').description('a new team'))
        .argument('<id>', 'its name in organisation.json')
        .option('--name <tag=name>', 'its name in a language (again for more)', several),
      runner,
      async (station, options: OrgAddTeamOptions, id = '') =>
        (await import('../verbs/org-add.js')).addTeamTo(station, options, id),
    ),
    'khancap org add team asia --name en="Asia desk"',
  )
  withExamples(
    does(
      edit(
        add.command('program').description('a program, in the place of one with the same id'),
      ).argument('<file>', 'the program as JSON'),
      runner,
      async (station, options: EditOptions, file = '') =>
        (await import('../verbs/org-add.js')).addProgramTo(station, options, file),
    ),
    'khancap org add program violation.json',
  )
  withExamples(
    does(
      edit(add.command('address').description('another address of the service')).argument(
        '<url>',
        'it',
      ),
      runner,
      async (station, options: EditOptions, url = '') =>
        (await import('../verbs/org-add.js')).addAddressTo(station, options, url),
    ),
    'khancap org add address http://abc…xyz.onion',
  )
}

function role(value: string, before: readonly string[] | undefined): string[] {
  return several(value, before)
}

function declareRemove(remove: Command, runner: Runner): void {
  const kinds = ['handler', 'team', 'program', 'address'] as const
  for (const kind of kinds)
    withExamples(
      does(
        edit(remove.command(kind).description(`a ${kind} leaves`)).argument('<id>', 'which'),
        runner,
        async (station, options: EditOptions, id = '') =>
          (await import('../verbs/org-remove.js')).removeFrom(station, options, kind, id),
      ),
      `khancap org remove ${kind} ${kind === 'address' ? 'https://old.example' : 'old'}`,
    )
}

function overlap(command: Command): Command {
  return edit(command).option('--overlap <days>', 'until the keys before end', '14')
}

function declareRotate(rotate: Command, runner: Runner): void {
  withExamples(
    does(
      overlap(rotate.command('handler').description('a new generation of a handler')).argument(
        '<file>',
        'what khancap keys export printed on their machine',
      ),
      runner,
      async (station, options: OrgRotateOptions, file = '') =>
        (await import('../verbs/org-rotate.js')).rotateHandlerIn(station, options, file),
    ),
    'khancap org rotate handler vi-1.json --overlap 14',
  )
  withExamples(
    does(
      overlap(rotate.command('router').description('a new identity of the router')),
      runner,
      async (station, options: OrgRotateOptions) =>
        (await import('../verbs/org-rotate.js')).rotateRouterIn(station, options),
    ),
    'khancap org rotate router',
  )
  withExamples(
    does(
      edit(rotate.command('receipt').description('a new key for receipts')),
      runner,
      async (station, options: EditOptions) =>
        (await import('../verbs/org-rotate.js')).rotateReceiptKeyIn(station, options),
    ),
    'khancap org rotate receipt',
  )
}

function declarePublishing(org: Command, runner: Runner): void {
  withExamples(
    does(
      edit(org.command('site').description('the versions of the pages that the organisation signs'))
        .option('--build <folder>', 'put in the site that was built there')
        .option('--only', 'and take every other version out')
        .option('--drop <version>', 'take a version out, or the one whose list begins so'),
      runner,
      async (station, options: OrgSiteOptions) =>
        (await import('../verbs/org-site.js')).signSite(station, options),
    ),
    'khancap org site --build build/web',
    'khancap org site --drop 0.1.0',
  )
  withExamples(
    does(
      withPassphrase(
        edit(org.command('publish').description('sign the next directory, and write it')),
      )
        .option('--key <file>', 'the key of the root that signs')
        .option('--days <number>', 'how long it is valid (90 at most)', '60')
        .option('--new', 'begin again, although one waits for signatures')
        .option('--yes', 'sign without asking'),
      runner,
      async (station, options: OrgPublishOptions) =>
        (await import('../verbs/org-publish.js')).publishDirectory(station, options),
    ),
    'khancap org publish --dir /media/stick/org',
    'khancap org publish --key /media/binh/root-binh.age',
  )
  withExamples(
    does(
      edit(
        org
          .command('offline-form')
          .description('write the form that works without network, with the directory inside'),
      )
        .requiredOption('--out <folder>', 'where to write it, one file for each language')
        .option('--templates <folder>', 'the templates; those of this tool where left out'),
      runner,
      async (station, options: OrgOfflineFormOptions) =>
        (await import('../verbs/org-offline-form.js')).makeOfflineForms(station, options),
    ),
    'khancap org offline-form --dir /media/stick/org --out /media/stick/forms',
  )
  withExamples(
    does(
      withJson(
        org
          .command('check')
          .description(
            'show which team every program, language and place reaches, who is off duty, and every hole',
          ),
      )
        .option(
          '--dir <folder>',
          "the organisation's folder; the pinned directory where there is none",
        )
        .option('--directory <file>', 'check this signed directory')
        .option('--at <time>', 'as things are at this time, 2026-01-31T22:00:00Z'),
      runner,
      async (station, options: OrgCheckOptions) =>
        (await import('../verbs/org-check.js')).checkOrganisation(station, options),
    ),
    'khancap org check',
    'khancap org check --json',
  )
  withExamples(
    does(
      withJson(
        org.command('tag-test').description('show how the tags would sort subjects of mails'),
      )
        .option(
          '--dir <folder>',
          "the organisation's folder; the pinned directory where there is none",
        )
        .option('--directory <file>', 'the tags of this signed directory'),
      runner,
      async (station, options: OrgTagTestOptions) =>
        (await import('../verbs/org-tag-test.js')).testTags(station, options),
    ),
    'khancap org tag-test --json < subjects.txt',
  )
}
