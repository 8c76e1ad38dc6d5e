// An applicant's upload: a file sealed as pages seal it, the manifest that names it, and tus by hand.
import { type ClientRequest, request as httpRequest } from 'node:http'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import type { AdditionContent } from '../../schemas/sealed.js'
import { sourceOf } from '../../src/core/attachment/byte-source.js'
import {
  attachmentIdentity,
  attachmentSealer,
} from '../../src/core/attachment/sealed-attachment.js'
import { decodeBase64url, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { recipientOf } from '../../src/core/envelope/age-keys.js'
import { sealAddition } from '../../src/core/envelope/seal.js'
import { signAddition } from '../../src/core/receipt/proofs.js'
import { type TestApi, withToken } from './api.js'
import { contextFor, type Sealed } from './sealed-request.js'
import type { Organisation } from './organisation.js'
import { clientId } from './store.js'

export type Attachment = AdditionContent['attachments'][number]

export interface SealedUpload {
  readonly id: string
  readonly sealed: Uint8Array
  readonly attachment: Attachment
}

export async function sealedUpload(
  { primitives }: Pick<Organisation, 'primitives'>,
  text: Uint8Array,
  changes: Partial<Attachment> = {},
): Promise<SealedUpload> {
  const sealer = await attachmentSealer(primitives, sourceOf(text))
  const sealed = await sealer.part(0, sealer.bytes)
  const id = clientId()
  return {
    id,
    sealed,
    attachment: {
      id,
      identity: sealer.identity,
      bytes: text.length,
      digest: encodeBase64url(await sealer.digest()),
      stripped: false,
      name: 'photo.jpg',
      type: 'image/jpeg',
      ...changes,
    },
  }
}

/** An addition that names attachments, sealed to who can open the envelope. */
export async function manifestOf(
  organisation: Organisation,
  request: Pick<Sealed, 'content' | 'keys'>,
  attachments: readonly Attachment[],
  changes: Partial<AdditionContent> = {},
) {
  const { primitives } = organisation
  const directory = await organisation.verify(organisation.note)
  const identity = await attachmentIdentity(primitives, decodeBase64url(request.content.reply.key))
  const content: AdditionContent = {
    v: 1,
    kind: 'addition',
    text: '',
    form_version: null,
    answers: null,
    attachments: [...attachments],
    context: contextFor(directory, 'addition'),
    ...changes,
  }
  const file = await sealAddition(primitives, content, [recipientOf(primitives, identity)])
  return {
    id: clientId(),
    directory_version: directory.directory.sequence,
    sealed: encodeBase64url(file.bytes),
    signature: encodeBase64url(signAddition(primitives, request.keys.additionSeed, file.sha256)),
    uploads: attachments.map(({ id }) => id),
  }
}

export const metadataOf = (id: string) => `id ${Buffer.from(id).toString('base64')}`

/** One request of tus. @param token of the mailbox; null for none */
export function tus(
  { app }: Pick<TestApi, 'app'>,
  token: string | null,
  method: 'POST' | 'HEAD' | 'PATCH' | 'DELETE' | 'OPTIONS',
  url: string,
  headers: Readonly<Record<string, string>> = {},
  payload?: Uint8Array,
): Promise<LightMyRequestResponse> {
  const options: InjectOptions = {
    method,
    url,
    headers: {
      'tus-resumable': '1.0.0',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(payload === undefined ? {} : { 'content-type': 'application/offset+octet-stream' }),
      ...headers,
    },
    ...(payload === undefined ? {} : { payload: Buffer.from(payload) }),
  }
  return app.inject(options)
}

export function beginUpload(
  api: Pick<TestApi, 'app'>,
  token: string,
  { id, sealed }: Pick<SealedUpload, 'id' | 'sealed'>,
): Promise<LightMyRequestResponse> {
  const headers = { 'upload-length': String(sealed.length), 'upload-metadata': metadataOf(id) }
  return tus(api, token, 'POST', '/v1/uploads', headers)
}

export function continueUpload(
  api: Pick<TestApi, 'app'>,
  token: string,
  id: string,
  from: number,
  bytes: Uint8Array,
): Promise<LightMyRequestResponse> {
  return tus(api, token, 'PATCH', `/v1/uploads/${id}`, { 'upload-offset': String(from) }, bytes)
}

/** Uploads a whole file. @throws Error where it is refused */
export async function uploadAll(
  api: Pick<TestApi, 'app'>,
  token: string,
  upload: SealedUpload,
): Promise<void> {
  for (const answer of [
    await beginUpload(api, token, upload),
    await continueUpload(api, token, upload.id, 0, upload.sealed),
  ])
    if (answer.statusCode >= 300) throw new Error(`${answer.statusCode} ${answer.body}`)
}

/** A body over a real connection, from the first byte on: the caller writes of it what it likes. */
export function patchOver(url: string, token: string, { id, sealed }: SealedUpload): ClientRequest {
  return httpRequest(`${url}/v1/uploads/${id}`, {
    method: 'PATCH',
    headers: {
      authorization: `Bearer ${token}`,
      'tus-resumable': '1.0.0',
      'upload-offset': '0',
      'content-type': 'application/offset+octet-stream',
      'content-length': sealed.length,
    },
  })
}

/** A file that the applicant of a case attaches: uploaded, then named. @throws Error where it is refused */
export async function attachTo(
  api: TestApi,
  one: Pick<Sealed, 'content' | 'keys'> & { readonly token: string },
  text: Uint8Array,
  changes: Partial<Attachment> = {},
): Promise<SealedUpload> {
  const upload = await sealedUpload(api.organisation, text, changes)
  await uploadAll(api, one.token, upload)
  const manifest = await manifestOf(api.organisation, one, [upload.attachment])
  const added = await withToken(api, one.token, '/v1/mailbox/additions', manifest)
  if (added.statusCode !== 201) throw new Error(added.body)
  return upload
}
