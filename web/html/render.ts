// The static part of the pages, written once at build time: the language choice, and one page per language that can be
// read before any script has come, and without scripts. The offline form has the same page, with everything inside.
import { directoryPlace } from '../../src/core/offline/offline-form.js'
import { type OfflineTexts, textsOffline } from '../offline/texts.js'
import type { Texts } from '../texts/texts.js'

/** Offered first, in this order; others follow by their names. */
const first: readonly string[] = ['vi', 'en', 'zh-Hans', 'zh-Hant', 'fr']

const placeOf = ({ language }: Texts) => {
  const place = first.indexOf(language)
  return place === -1 ? first.length : place
}

function inOrder(all: readonly Texts[]): Texts[] {
  return all.toSorted(
    (one, other) => placeOf(one) - placeOf(other) || (one.name < other.name ? -1 : 1),
  )
}

/** Addresses of the assets, each with a hash of its content. */
export interface Assets {
  readonly style: string
  readonly icon: string
  readonly choice: string
  readonly page: (language: string) => string
}

export interface RenderedFile {
  readonly path: string
  readonly html: string
}

/** The folder of a language: lower case, so that it can be typed. */
export function folderOf(language: string): string {
  return language.toLowerCase()
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, letter => `&#${letter.charCodeAt(0)};`)
}

const paragraph = (text: string) => `<p>${escape(text)}</p>`
const list = (items: readonly string[]) =>
  `<ul>${items.map(item => `<li>${escape(item)}</li>`).join('')}</ul>`

/** @param loads what the page loads; a policy stands before everything that it is about */
function head(title: string, language: string, loads: readonly string[], policy = ''): string {
  return [
    '<!doctype html>',
    `<html lang="${language}" translate="no" writingsuggestions="false">`,
    '<head>',
    '<meta charset="utf-8">',
    ...(policy === '' ? [] : [`<meta http-equiv="Content-Security-Policy" content="${policy}">`]),
    `<title>${escape(title)}</title>`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="robots" content="noindex, nofollow">',
    '<meta name="google" content="notranslate">',
    '<meta name="format-detection" content="telephone=no, date=no, address=no, email=no">',
    ...loads,
    '</head>',
  ].join('\n')
}

function linked({ icon, style }: Assets, script: string): string[] {
  return [
    `<link rel="icon" href="${icon}" type="image/svg+xml">`,
    `<link rel="stylesheet" href="${style}">`,
    `<script src="${script}" defer></script>`,
  ]
}

/** What the first question is drawn from, asked for while the script is still under way. */
const askedAhead = '<link rel="preload" href="/v1/directory/excerpt" as="fetch" crossorigin>'

/** Works without scripts as an ordinary link; the script makes it leave no way back. */
function leaveLink(texts: Texts, label: string, id: string, className: string): string {
  const target = `href="${escape(texts.leaveTo)}" rel="noreferrer noopener nofollow"`
  return `<a id="${id}" class="${className}" ${target}>${escape(label)}</a>`
}

function header(texts: Texts): string {
  return [
    `<header class="top">${leaveLink(texts, texts.leaveNow, 'leave-first', 'hidden-link')}`,
    `${leaveLink(texts, texts.leave, 'leave', 'leave')}</header>`,
    '<aside id="banner" class="banner" hidden></aside>',
  ].join('\n')
}

/** What differs between the page of the site and the offline form. */
interface Parts {
  readonly begin: readonly string[]
  readonly noScript: readonly string[]
  /** Why nothing begins, where scripts may run and none has. */
  readonly lost: readonly string[]
  readonly end: readonly string[]
}

/** What can be done where nothing can be sealed: never a dead end. */
function instead(
  { before: { noScriptHeading, safer }, otherWays }: Texts,
  why: readonly string[],
  more: readonly string[],
): string[] {
  return [
    `<div class="notice"><h2>${escape(noScriptHeading)}</h2>`,
    ...why,
    `<h3>${escape(otherWays.heading)}</h3>`,
    list([safer, ...otherWays.ways]),
    ...more,
    '</div>',
  ]
}

function before(texts: Texts, { begin, end, lost, noScript }: Parts): string {
  const { before: words } = texts
  return [
    `<h1 tabindex="-1">${escape(words.heading)}</h1>`,
    `<p class="lead">${escape(words.lead)}</p>`,
    ...begin,
    '<noscript>',
    ...instead(texts, [paragraph(words.noScript)], noScript),
    '</noscript>',
    // Lost on the way or not understood, a script cannot say so: the style sheet shows this after a while. Hidden by the script.
    '<div id="lost" class="lost">',
    ...instead(texts, lost, noScript),
    '</div>',
    `<section><h2>${escape(words.dangerHeading)}</h2>${list(words.danger)}</section>`,
    `<section><h2>${escape(words.nextHeading)}</h2>${list(words.next)}</section>`,
    // Filled by the script, with what the directory says; so are what programs cannot do, where they help, and who else may.
    '<section id="when"></section>',
    `<section><h2>${escape(words.whoHeading)}</h2>${paragraph(words.who)}</section>`,
    `<section id="cannot"><h2>${escape(words.cannotHeading)}</h2>${paragraph(words.cannot)}</section>`,
    `<section><h2>${escape(words.traceHeading)}</h2>${list(words.trace)}`,
    `<details id="safety"><summary>${escape(words.safetyHeading)}</summary>`,
    `${list(words.safety)}</details></section>`,
    '<section id="where"></section>',
    '<section id="others"></section>',
    ...end,
  ].join('\n')
}

/** Leads to the same address: the script is asked for again. */
function reload({ failure, language }: Texts): string {
  return `<p><a href="/${folderOf(language)}/">${escape(failure.reload)}</a></p>`
}

const startButton = (texts: Texts) =>
  `<button type="button" id="start" class="main">${escape(texts.before.start)}</button>`

/** Leads to the form as a file. Where scripts do not run here, it says first where they must. */
function download({ language, offline }: Texts): string {
  const href = `/offline/${folderOf(language)}.html`
  return `<p><a href="${href}" download>${escape(offline.download)}</a></p>`
}

function sitePage(texts: Texts): string {
  const { before: words, languages, offline, otherWays } = texts
  return before(texts, {
    begin: [
      `<div id="begin" class="actions" hidden>${startButton(texts)}`,
      `<button type="button" id="have-code">${escape(words.haveCode)}</button></div>`,
    ],
    noScript: [
      `<p><a href="/contact.txt">${escape(otherWays.contact)}</a></p>`,
      paragraph(offline.noScript),
      download(texts),
    ],
    lost: [paragraph(words.lost), reload(texts)],
    end: [
      `<section id="offline"><h2>${escape(offline.heading)}</h2>${paragraph(offline.lead)}`,
      `${download(texts)}<p class="hint">${escape(offline.hint)}</p></section>`,
      `<p><a class="languages" href="/">${escape(languages)}</a></p>`,
    ],
  })
}

function languagePage(texts: Texts, assets: Assets): RenderedFile {
  const html = [
    head(texts.title, texts.language, [...linked(assets, assets.page(texts.language)), askedAhead]),
    '<body>',
    header(texts),
    `<main id="main">\n${sitePage(texts)}\n</main>`,
    '</body>\n</html>\n',
  ].join('\n')
  return { path: `${folderOf(texts.language)}/index.html`, html }
}

/** Nothing but the languages, each in its own words. */
function choicePage(all: readonly Texts[], assets: Assets): RenderedFile {
  const spare = all.find(({ language }) => language === 'en') ?? all[0]
  if (spare === undefined) throw new RangeError('a site has at least one language')
  const choices = all.map(
    ({ language, name }) =>
      `<li><a class="choice" lang="${language}" href="/${folderOf(language)}/">${name}</a></li>`,
  )
  const inAll = (word: (texts: Texts) => string) =>
    all
      .map(texts => `<span lang="${texts.language}">${escape(word(texts))}</span>`)
      .join(' <span aria-hidden="true">·</span> ')
  const leave = inAll(texts => texts.leaveShort)
  const words = inAll(texts => texts.languageWord)
  const html = [
    head(spare.title, 'en', linked(assets, assets.choice)),
    '<body>',
    `<header class="top"><a id="leave" class="leave small" href="${escape(spare.leaveTo)}" rel="noreferrer noopener nofollow">${leave}</a></header>`,
    '<main id="main">',
    `<h1 class="words">${words}</h1>`,
    `<ul class="choices">${choices.join('')}</ul>`,
    '</main>',
    '</body>\n</html>\n',
  ].join('\n')
  return { path: 'index.html', html }
}

/** @param texts of every language, in any order */
export function renderSite(texts: readonly Texts[], assets: Assets): RenderedFile[] {
  const all = inOrder(texts)
  return [choicePage(all, assets), ...all.map(one => languagePage(one, assets))]
}

/** What the offline form brings inside. */
export interface Inlined {
  readonly policy: string
  readonly style: string
  /** The address of the icon, as data. */
  readonly icon: string
  readonly script: string
}

/** The offline form of a language, with an empty place for the directory. The script runs last: it reads that place. */
export function renderOffline(texts: Texts, offline: OfflineTexts, inlined: Inlined): string {
  const words = textsOffline(texts, offline)
  const { icon, policy, script, style } = inlined
  const loads = [`<link rel="icon" href="${icon}">`, `<style>${style}</style>`]
  const parts = {
    begin: [
      '<p id="until"></p>',
      `<div id="begin" class="actions" hidden>${startButton(words)}</div>`,
    ],
    noScript: [],
    lost: [paragraph(words.before.noScript)],
    end: [],
  }
  return [
    head(words.title, words.language, loads, policy),
    '<body>',
    header(words),
    `<main id="main">\n${before(words, parts)}\n</main>`,
    directoryPlace,
    `<script>${script}</script>`,
    '</body>\n</html>\n',
  ].join('\n')
}
