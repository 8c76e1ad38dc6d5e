// The generated documents are what the code generates, and the OpenAPI document says what it must.
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { generatedDocuments } from '../helper/documents.js'

const documents = await generatedDocuments()

for (const [path, text] of Object.entries(documents))
  await t.test(`${path} is what the code generates: else run npm run docs`, async t => {
    t.equal(await readFile(path, 'utf8'), text)
  })

await t.test('the OpenAPI document describes every call of version 1', async t => {
  const { openapi, paths, components } = JSON.parse(documents['docs/openapi.json'] ?? '')
  t.equal(openapi, '3.1.0')
  const calls = Object.entries(Object(paths)).flatMap(([path, methods]) =>
    Object.keys(Object(methods)).map(method => `${method} ${path}`),
  )
  t.strictSame(calls.toSorted(), [
    'delete /v1/uploads/{id}',
    'get /contact.txt',
    'get /deployment.json',
    'get /healthz',
    'get /offline/{file}',
    'get /readyz',
    'get /v1/cases',
    'get /v1/cases/{id}',
    'get /v1/cases/{id}/additions/{part}',
    'get /v1/cases/{id}/attachments/{attachment}',
    'get /v1/cases/{id}/envelope',
    'get /v1/cases/{id}/mails/{part}',
    'get /v1/cases/{id}/notes/{part}',
    'get /v1/cases/{id}/replies/{part}',
    'get /v1/directories/{sequence}',
    'get /v1/directory',
    'get /v1/directory/excerpt',
    'get /v1/inboxes',
    'get /v1/statistics',
    'head /v1/uploads/{id}',
    'options /v1/uploads',
    'patch /v1/uploads/{id}',
    'post /v1/cases/{id}/claim',
    'post /v1/cases/{id}/close',
    'post /v1/cases/{id}/contacted',
    'post /v1/cases/{id}/coverage',
    'post /v1/cases/{id}/hold',
    'post /v1/cases/{id}/notes',
    'post /v1/cases/{id}/release',
    'post /v1/cases/{id}/reopen',
    'post /v1/cases/{id}/replies',
    'post /v1/cases/{id}/reroute',
    'post /v1/cases/{id}/seals',
    'post /v1/cases/{id}/unhold',
    'post /v1/intakes',
    'post /v1/mailbox',
    'post /v1/mailbox/additions',
    'post /v1/mailbox/deletion',
    'post /v1/uploads',
  ])
  const ids = Object.values(Object(paths)).flatMap(methods =>
    Object.values(Object(methods)).map(call => Object(call).operationId),
  )
  t.equal(new Set(ids).size, calls.length, 'each call has an id of its own')
  t.ok('EnvelopeContent' in components.schemas && 'Directory' in components.schemas)
  t.notOk(Object.keys(components.schemas).some(name => name.endsWith('Input')))
})
