// The port for acknowledgements on a real PostgreSQL: one claim per sender and day, whoever asks at once; a claim whose owner
// died comes back; what is a day old is forgotten.
import { randomBytes } from 'node:crypto'
import t from 'tap'
import { newIntake, testStore } from '../helper/store.js'

const bounds = { leaseSeconds: 60, mostPerDay: 5, withForm: false }
const { rows, store } = await testStore(t)

let uid = 0
/** A mail that became a case, and whose sender is owed an acknowledgement. */
async function owed(acknowledgeForSeconds = 3600) {
  const intake = newIntake({ channel: 'mail' })
  const { receivedAt } = await store.recordIntake(intake)
  const place = { mailbox: 'box', uidValidity: 1n, uid: ++uid }
  await store.recordPlace(
    { ...place, digests: [randomBytes(32)], acknowledgeForSeconds },
    intake.caseId,
  )
  return { place, caseId: intake.caseId, receivedAt }
}
const stateOf = async (place: { uid: number }) =>
  (await store.takenUids('box', 1n, [place.uid])).get(place.uid)
const fresh = () => rows('delete from acknowledgements')

await t.test('a claim names the case; when it has ended the mail is owed nothing', async t => {
  const { caseId, place, receivedAt } = await owed()
  const digest = randomBytes(32)
  t.equal(await stateOf(place), 'unacknowledged')
  const claimed = await store.claimAcknowledgement(place, [digest], bounds)
  t.strictSame(claimed, { caseId, receivedAt, firstDueAt: null })
  t.equal(await store.claimAcknowledgement(place, [digest], bounds), 'later', 'somebody is at it')
  t.equal(await stateOf(place), 'unacknowledged')
  await store.endAcknowledgement(place)
  await store.endAcknowledgement(place)
  await store.putOffAcknowledgement(place, 60)
  t.equal(await stateOf(place), 'case')
  t.equal(await store.claimAcknowledgement(place, [digest], bounds), 'never')
})

await t.test('one of many that ask at once for one sender gets it', async t => {
  await fresh()
  const mails = await Promise.all(Array.from({ length: 12 }, () => owed()))
  const digest = randomBytes(32)
  const outcomes = await Promise.all(
    mails.map(({ place }) => store.claimAcknowledgement(place, [digest], bounds)),
  )
  t.equal(outcomes.filter(each => typeof each === 'object').length, 1)
  t.equal(outcomes.filter(each => each === 'never').length, 11)
  const states = await Promise.all(mails.map(({ place }) => stateOf(place)))
  t.equal(states.filter(each => each === 'unacknowledged').length, 1, 'the others owe nothing')
})

await t.test(
  'who was put off, or whose owner died, is claimed again; by that mail alone',
  async t => {
    await fresh()
    const [one, two, three] = [await owed(), await owed(), await owed()]
    const digest = randomBytes(32)
    const claim = (mail: typeof one, seconds = 60) =>
      store.claimAcknowledgement(mail.place, [digest], { ...bounds, leaseSeconds: seconds })
    t.type(await claim(one), 'object')
    await store.putOffAcknowledgement(one.place, 60)
    t.equal(await claim(one), 'later', 'not before its time')
    await store.putOffAcknowledgement(one.place, 0)
    t.equal(await claim(two), 'never')
    t.type(await claim(one, 0), 'object')
    t.type(await claim(one), 'object', 'its lease has ended')
    await store.endAcknowledgement(one.place)
    t.equal(await claim(three), 'never')
    await rows(`update acknowledgements set at = at - interval '1 day'`)
    t.equal(await store.forgetAcknowledgements(), 1)
    t.type(await claim(await owed()), 'object', 'a day later')
  },
)

await t.test('a sender is known under an older key, too', async t => {
  await fresh()
  const [old, recent] = [randomBytes(32), randomBytes(32)]
  const [one, two] = [await owed(), await owed()]
  t.type(await store.claimAcknowledgement(one.place, [old], bounds), 'object')
  t.equal(await store.claimAcknowledgement(two.place, [recent, old], bounds), 'never')
})

await t.test('so many senders in a day, and none more; whoever was claimed goes on', async t => {
  await fresh()
  const claim = (
    mail: Awaited<ReturnType<typeof owed>>,
    digest = randomBytes(32),
    withForm = false,
  ) => store.claimAcknowledgement(mail.place, [digest], { ...bounds, withForm })
  const missed = async () => (await store.figures()).acknowledgementsMissed
  const first = { mail: await owed(), digest: randomBytes(32) }
  t.type(await claim(first.mail, first.digest), 'object')
  for (let count = 2; count <= bounds.mostPerDay; count++)
    t.type(await claim(await owed()), 'object')
  const over = await owed()
  const before = await missed()
  t.equal(await claim(over), 'used_up')
  t.equal(await claim(over), 'never', 'once')
  t.equal(await missed(), before + 1, 'somebody was to be told, and was not')
  t.equal(await stateOf(over.place), 'case')
  for (let count = 1; count <= bounds.mostPerDay; count++)
    t.type(await claim(await owed(), randomBytes(32), true), 'object', 'forms are counted apart')
  t.equal(await claim(await owed(), randomBytes(32), true), 'used_up')
  await store.putOffAcknowledgement(first.mail.place, 0)
  t.type(await claim(first.mail, first.digest), 'object')
})

await t.test('what was answered, what is over, and what is no case are owed nothing', async t => {
  await fresh()
  const answered = await owed()
  await rows(`update cases set answered_at = now() where id = $1`, [answered.caseId])
  const over = await owed(0)
  t.equal(await stateOf(over.place), 'case')
  for (const { place } of [answered, over])
    t.equal(await store.claimAcknowledgement(place, [randomBytes(32)], bounds), 'never')
  t.equal(await stateOf(answered.place), 'case')
  const nowhere = { mailbox: 'box', uidValidity: 1n, uid: ++uid }
  t.equal(await store.claimAcknowledgement(nowhere, [randomBytes(32)], bounds), 'never')
  t.equal((await rows('select * from acknowledgements')).length, 0)
})

await t.test('what has gone from its mailbox is owed nothing, and is not missed', async t => {
  await fresh()
  const mails = [await owed(), await owed(), await owed()]
  const [gone, there, recent] = mails
  if (gone === undefined || there === undefined || recent === undefined) throw new Error('no mails')
  const digest = randomBytes(32)
  t.type(await store.claimAcknowledgement(gone.place, [digest], bounds), 'object')
  const figures = await store.figures()
  const age = (place: { uid: number }) =>
    rows(`update taken_mails set at = now() - interval '3 min' where uid = $1`, [place.uid])
  await age(gone.place)
  await age(there.place)
  const { uid: kept } = there.place
  t.equal(await store.endAbsent('elsewhere', 1n, []), 0)
  t.equal(await store.endAbsent('box', 1n, [kept]), 1)
  t.equal(await stateOf(gone.place), 'case')
  for (const { place } of [there, recent]) t.equal(await stateOf(place), 'unacknowledged')
  t.type(
    await store.claimAcknowledgement(there.place, [digest], bounds),
    'object',
    'a claim that was never used has gone with it',
  )
  t.equal(await store.endAbsent('box', 2n, [kept]), 1, 'the server numbers its mails anew')
  t.equal((await store.figures()).acknowledgementsMissed, figures.acknowledgementsMissed)
})

await t.test('a mail that came again owes nothing a second time', async t => {
  const intake = newIntake({ channel: 'mail' })
  await store.recordIntake(intake)
  const place = { mailbox: 'box', uidValidity: 1n, uid: ++uid, digests: [randomBytes(32)] }
  await store.recordPlace({ ...place, acknowledgeForSeconds: 3600 }, intake.caseId)
  const again = { ...place, uid: ++uid, acknowledgeForSeconds: 3600 }
  await store.recordPlace(again, intake.caseId)
  t.equal(await stateOf(place), 'unacknowledged')
  t.equal(await stateOf(again), 'case')
})
