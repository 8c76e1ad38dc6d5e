// Which addresses letters are sent to: plain ones, up to the length that SMTP takes.
import t from 'tap'
import { isMailAddress } from '../../src/core/mail/mail-address.js'

await t.test('plain addresses are taken, up to the cap', async t => {
  const longest = `${'a'.repeat(64)}@${`${'b'.repeat(45)}.`.repeat(4)}comab`
  t.equal(longest.length, 254)
  for (const address of ["o'neil+a.b=c@mail.example.net", 'a@xn--fiqs8s.example', longest])
    t.ok(isMailAddress(address), address)
})

await t.test('nothing else is', async t => {
  const others = [
    '',
    'a',
    'a@localhost',
    '@example.net',
    'a@example.net.',
    'a@.example.net',
    'a@-b.example',
    'a.@example.net',
    '.a@example.net',
    'a..b@example.net',
    '"a"@example.net',
    'a@[192.0.2.1]',
    'a@example.net\n',
    ' a@example.net',
    'a@example.net,b@example.net',
    '<a@example.net>',
    'ā@example.net',
    `${'a'.repeat(65)}@example.net`,
    `${'a'.repeat(64)}@${`${'b'.repeat(45)}.`.repeat(4)}comabc`,
    `a@${'b'.repeat(64)}.example`,
  ]
  for (const address of others) t.notOk(isMailAddress(address), address)
})
