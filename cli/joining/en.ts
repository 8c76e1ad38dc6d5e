// The page of a new handler in English.
import type { JoiningWords } from './words.js'

export const english: JoiningWords = {
  language: 'en',
  title: 'Your first hour with khancap',
  address: 'address',
  fingerprint: 'fingerprint',
  name: 'your name',
  trust:
    'This page opens nothing, but it shows that you work with us: do not leave it lying about. Everything hangs on it: take it from the hand of somebody you know, and never take the fingerprint from a mail or a website. You need a computer that only you use, with khancap on it as we gave it to you, a telephone, and a printer with a cable.',
  pin: {
    head: 'Tell khancap who we are.',
    mind: 'It asks for the fingerprint row by row. If it says that the directory is not signed by the root of this fingerprint, and you typed each digit as it stands here: stop, and call us.',
  },
  keys: {
    head: 'Make your keys.',
    mind: 'Think of six words that do not belong together: that is your passphrase. Nobody can bring it back. Print {sheet}, lock the paper away, delete the file: whoever has it can open your cases.',
  },
  give: {
    head: 'Give us the public part of your keys.',
    mind: 'Send us {file} the way we agreed: it opens nothing, but it shows that you work with us. Then call us at a number that you know, and read us the groups of four that khancap shows. We compare them with ours.',
  },
  heard: 'Read on the telephone to:',
  wait: {
    head: 'Wait until we say that you are in. Then see whether all is well.',
    mind: 'Each line should begin with ok. Below any other stands how to mend it.',
  },
  work: {
    head: 'Answer your first case.',
    mind: 'CASE stands for the first letters of the case, as the inbox shows them: four are enough. An empty inbox says no cases: then wait, or ask us. Each command explains itself: khancap reply --help.',
  },
  commands: {
    unlock: 'type the passphrase once',
    inbox: 'what is due first stands on top',
    claim: 'take the case on',
    open: 'read it',
    reply: 'write in the editor, save, close it: sent, sealed',
    lock: 'lock up when you leave',
  },
  onion: 'Tor must be running. A \\ at the end of a line: the command goes on.',
  goesOn: 'A \\ at the end of a line: the command goes on.',
  lost: 'Is your computer or the sheet with the passphrase lost, was it in other hands or seen by somebody? Call us at once, also at night:',
}
