// The list of the site's files, as the build writes it and the organisation signs it: in the form of a WEBCAT manifest
// (docs/protocol.md, "Site"). Its SHA-256 stands in the directory.
import * as z from 'zod'
import { Language, Sha256 } from './encoding.js'
import { Period } from './program.js'

/** Where the list is served: the place that WEBCAT names for a manifest. */
export const siteListPath = '/.well-known/webcat/manifest.json'
/** Bytes of the list, of one file, and files, at most. */
export const maxSiteListBytes = 262_144
export const maxSiteFileBytes = 8_388_608
export const maxSiteFiles = 500

/**
 * What a page of the site may load: its own files, and nothing else. WebAssembly (libsodium) does not start without its
 * token; browsers that do not know it ignore it. As one text: the header must be these very letters.
 */
export const sitePolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join(';')

/** The policy of an offline form: it is downloaded, and in the site's own origin may do nothing. */
export const downloadPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox"

/** A file whose name holds the hash of its content (as esbuild writes it) never changes. */
export const hashedName = /-[A-Z0-9]{8}\.(?!html$)[a-z0-9]+$/
/** The Cache-Control of such a file. Everything else is `no-store`. */
export const keptForever = 'public, max-age=31536000, immutable'

/** A path of the site: no query, no way up, nothing that would have to be escaped. */
const SitePath = z
  .string()
  .max(200)
  .regex(/^(\/(?!\.)[A-Za-z0-9._-]+)+$/)

const Version = z
  .string()
  .max(40)
  .regex(/^[0-9A-Za-z][0-9A-Za-z.+-]*$/)

export const SiteManifest = z
  .strictObject({
    app: z.string().min(1).max(200),
    version: Version,
    default_csp: z.string().min(1).max(2000).describe('The policy that every answer carries'),
    default_index: z.literal('index.html'),
    default_fallback: SitePath,
    extra_csp: z.strictObject({}),
    files: z.record(SitePath, Sha256).describe('SHA-256 of each file, uncompressed'),
    wasm: z.array(Sha256).max(8).describe('SHA-256 of the WebAssembly that scripts bring along'),
  })
  .meta({ id: 'SiteManifest', description: 'The files of the site, as WEBCAT reads them' })
export type SiteManifest = z.infer<typeof SiteManifest>

export const SiteList = z
  .strictObject({
    v: z.literal(1),
    sources: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe('SHA-256 over the sources that it was built from'),
    bytes: z
      .record(SitePath, z.int().min(0).max(maxSiteFileBytes))
      .describe('Size of each file, uncompressed'),
    templates: z
      .record(Language, Sha256)
      .describe('SHA-256 of the offline form of each language, without a directory in it'),
    manifest: SiteManifest,
  })
  .refine(({ bytes, manifest: { files, default_fallback } }) => {
    const names = Object.keys(files)
    return (
      names.length <= maxSiteFiles &&
      names.join(' ') === Object.keys(bytes).join(' ') &&
      names.includes('/index.html') &&
      names.includes(default_fallback)
    )
  }, 'files and sizes differ')
  .meta({ id: 'SiteList', description: 'The files of the site' })
export type SiteList = z.infer<typeof SiteList>

/** A version of the site that the organisation stands for. */
export const SignedSite = z
  .strictObject({ version: Version, sha256: Sha256.describe('Of the list'), ...Period })
  .meta({ id: 'SignedSite', description: 'A version of the site that the organisation signs' })
export type SignedSite = z.infer<typeof SignedSite>
