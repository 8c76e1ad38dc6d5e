// `npm run docs`: writes the generated documents.
import { writeFile } from 'node:fs/promises'
import { generatedDocuments } from './helper/documents.js'

for (const [path, text] of Object.entries(await generatedDocuments())) await writeFile(path, text)
