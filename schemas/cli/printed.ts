// What each command of `khancap` prints with `--json`. Tests hold all that is printed to it, and `npm run docs` writes the
// list in docs/cli.md from it.
import type * as z from 'zod'
import {
  ActJson,
  HandOverJson,
  HistoryJson,
  InboxJson,
  ReplyJson,
  WatchFailureJson,
  WatchJson,
} from './case.js'
import {
  AgentJson,
  AgentStoppedJson,
  BundleJson,
  DoctorJson,
  FormJson,
  GenerationsJson,
  IdentityJson,
  ImportJson,
  InitJson,
  NewIdentityJson,
  ProtectedJson,
  ReceiptJson,
  RotatedJson,
  SiteJson,
  SplitJson,
  StatsJson,
  TemplateJson,
  TemplatesJson,
} from './handler.js'
import { OpenedCaseJson, OpenedFileJson, OpenedFilesJson } from './opened.js'
import {
  ChangeJson,
  CheckJson,
  OfflineFormsJson,
  OrganisationJson,
  PublishedJson,
  RootKeyJson,
  SignedSitesJson,
  SubjectJson,
  TriedJson,
} from './organisation.js'

/** A document that a command prints, and what it prints it for, where it has several. */
export interface Printed {
  readonly of: string
  readonly shape: z.ZodType
}

const only = (shape: z.ZodType): readonly Printed[] => [{ of: '', shape }]
const act = only(ActJson)
const identity = only(IdentityJson)
const newIdentity = only(NewIdentityJson)
const agent = only(AgentJson)
const change = only(ChangeJson)
const tried: Printed = { of: 'With `--dry-run`', shape: TriedJson }

/** By the words of the command. */
export const printedJson: Readonly<Record<string, readonly Printed[]>> = {
  init: only(InitJson),
  'keys new': newIdentity,
  'keys recover': newIdentity,
  'keys rotate': only(RotatedJson),
  'keys list': only(GenerationsJson),
  'keys show': identity,
  'keys split': only(SplitJson),
  'keys protect': only(ProtectedJson),
  stats: only(StatsJson),
  doctor: only(DoctorJson),
  'agent start': agent,
  'agent status': agent,
  'agent stop': only(AgentStoppedJson),
  'verify receipt': only(ReceiptJson),
  'verify site': only(SiteJson),
  'verify form': only(FormJson),
  inbox: only(InboxJson),
  watch: [
    { of: 'Of a look', shape: WatchJson },
    { of: 'Of a look at which the server did not answer', shape: WatchFailureJson },
  ],
  claim: act,
  release: act,
  open: [
    { of: 'Of a case', shape: OpenedCaseJson },
    { of: 'Of one file', shape: OpenedFileJson },
    { of: 'Of several files', shape: OpenedFilesJson },
  ],
  reply: only(ReplyJson),
  templates: [
    { of: 'Without a name', shape: TemplatesJson },
    { of: 'With a name', shape: TemplateJson },
  ],
  history: only(HistoryJson),
  contacted: act,
  hold: act,
  unhold: act,
  note: act,
  'add-reader': [
    { of: 'Of one case', shape: ActJson },
    { of: 'Of several cases, or with `--dry-run`', shape: HandOverJson },
  ],
  reroute: act,
  cover: act,
  close: act,
  bundle: only(BundleJson),
  import: only(ImportJson),
  reopen: act,
  'org root': [{ of: 'Of the key', shape: RootKeyJson }, tried],
  'org init': [{ of: 'Of what was made', shape: OrganisationJson }, tried],
  'org add handler': change,
  'org add team': change,
  'org add program': change,
  'org add address': change,
  'org remove handler': change,
  'org remove team': change,
  'org remove program': change,
  'org remove address': change,
  'org rotate handler': change,
  'org rotate router': change,
  'org rotate receipt': change,
  'org revoke': change,
  'org site': [
    { of: 'Of a change', shape: ChangeJson },
    { of: 'Of what stands there', shape: SignedSitesJson },
  ],
  'org publish': only(PublishedJson),
  'org offline-form': [{ of: 'Of the files', shape: OfflineFormsJson }, tried],
  'org check': only(CheckJson),
  'org tag-test': only(SubjectJson),
}

/** These print a line of JSON for each look or subject; all others print one document. */
export const jsonLines: ReadonlySet<string> = new Set(['watch', 'org tag-test'])
