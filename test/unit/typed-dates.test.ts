// Dates as people type them: hours on every keyboard, wide digits, and the clock that is meant where a browser hides its own.
import t from 'tap'
import { countryOf } from '../../src/core/form/slip-facts.js'
import { hourOf, plain, typedDate } from '../../web/typed-date.js'
import { instantOf } from '../../web/instant-of.js'
import { anyZones, clockShows, offeredZones, zoneHere, zoneName } from '../../web/zones.js'

await t.test('an hour is understood however it is written', t => {
  for (const [typed, hour] of [
    ['08:30', '08:30'],
    ['8:30', '08:30'],
    ['0830', '08:30'],
    ['830', '08:30'],
    ['8.30', '08:30'],
    ['8 30', '08:30'],
    [' 8 : 30 ', '08:30'],
    ['8h30', '08:30'],
    ['8H30', '08:30'],
    ['8 h 30', '08:30'],
    ['8h30’', '08:30'],
    ['8h', '08:00'],
    ['17 heures', '17:00'],
    ['8g30', '08:30'],
    ['8 giờ 30 phút', '08:30'],
    ['8 giờ'.normalize('NFD'), '08:00'],
    ['8：30', '08:30'],
    ['０８：３０', '08:30'],
    ['０８３０', '08:30'],
    ['8點30分', '08:30'],
    ['14时05', '14:05'],
    ['0:00', '00:00'],
    ['000', '00:00'],
    ['0000', '00:00'],
    ['23:59', '23:59'],
    ['2359', '23:59'],
    ['959', '09:59'],
  ] as const)
    t.equal(hourOf(typed), hour, typed)
  t.end()
})

await t.test('what is no hour, or might be another, stays as it was typed', t => {
  for (const typed of [
    '24:00',
    '2400',
    '24h',
    '23:60',
    '2360',
    '860',
    '8',
    '08',
    '8:3',
    '8h3',
    '8:',
    ':30',
    '08300',
    '08:30:00',
    '8:30 pm',
    '2h chiều',
    '下午2點',
    '-8:30',
    'abc',
  ])
    t.equal(hourOf(` ${typed}`), typed)
  t.end()
})

await t.test('wide digits are digits, and a date is as much of it as was typed', t => {
  const nothing = { year: '', month: '', day: '', hour: '' }
  const zone = 'Asia/Taipei'
  t.equal(typedDate({ ...nothing, day: ' ', hour: '\u3000' }, zone), undefined)
  t.equal(plain(' １９８５ '), '1985')
  t.strictSame(typedDate({ ...nothing, year: '２０２６' }, zone), { date: '2026' })
  t.strictSame(typedDate({ ...nothing, year: '2026', month: '３' }, zone), { date: '2026-03' })
  t.strictSame(typedDate({ year: '２０２６', month: '３', day: '５', hour: '８：３０' }, zone), {
    date: '2026-03-05',
    time: '08:30',
    zone,
  })
  t.strictSame(typedDate({ year: '26', month: '3', day: '5', hour: '' }, zone), {
    date: '26-03-05',
  })
  t.strictSame(typedDate({ ...nothing, hour: '0830' }, zone), { date: '', time: '08:30', zone })
  t.end()
})

await t.test('a clock in UTC has many names', t => {
  for (const said of ['UTC', 'GMT', 'Etc/UTC', 'Etc/GMT', 'Etc/Zulu', 'Atlantic/Reykjavik'])
    t.equal(zoneHere(said), 'UTC', said)
  for (const said of ['Asia/Saigon', 'Europe/London', 'Etc/GMT-7', 'Atlantic/Faroe'])
    t.equal(zoneHere(said), said)
  t.end()
})

await t.test('the clock of the device is offered first, else that of the country', t => {
  const first = (here: string, country: string | null) => offeredZones(here, country).first
  t.equal(first('UTC', 'VN'), 'Asia/Ho_Chi_Minh')
  t.equal(first('UTC', 'MO'), 'Asia/Macau')
  t.equal(first('UTC', 'ID'), 'Asia/Jakarta', 'the first of several')
  t.equal(first('UTC', 'TR'), null, 'no clock is guessed')
  t.equal(first('UTC', null), null)
  t.equal(first('Asia/Tokyo', null), 'Asia/Tokyo', 'a clock of a place is the own one')
  t.equal(first('Asia/Tokyo', 'TR'), 'Asia/Tokyo')
  t.equal(first('Asia/Saigon', 'VN'), 'Asia/Saigon')
  t.equal(first('Europe/Paris', 'VN'), null, 'who writes from abroad may mean either')
  t.strictSame(
    offeredZones('Europe/Paris', 'VN').offered.slice(0, 3),
    ['Europe/Paris', 'Asia/Ho_Chi_Minh', 'Asia/Shanghai'],
    'both at the top',
  )
  for (const { here, country } of [
    { here: 'UTC', country: null },
    { here: 'UTC', country: 'VN' },
    { here: 'Asia/Saigon', country: 'TW' },
    { here: 'Asia/Saigon', country: 'VN' },
  ]) {
    const { offered } = offeredZones(here, country)
    const names = [...offered, ...anyZones].map(zone => zoneName(zone, { VN: 'Vietnam' }))
    t.equal(new Set(names).size, names.length, 'each once')
    t.ok(names.includes('UTC') && names.includes('Vietnam'))
  }
  t.end()
})

await t.test('every clock in the world is offered by what it shows, from west to east', t => {
  const at = Date.parse('2026-03-05T05:30:00Z')
  const shown = (zone: string) => `${clockShows(zone, at)} ${zoneName(zone, {})}`
  t.strictSame(['UTC-1100', 'UTC-0330', 'UTC', 'UTC+0300', 'UTC+0545', 'UTC+1400'].map(shown), [
    '18:30 UTC-11',
    '02:00 UTC-3:30',
    '05:30 UTC',
    '08:30 UTC+3',
    '11:15 UTC+5:45',
    '19:30 UTC+14',
  ])
  const places = ['Asia/Kolkata', 'Asia/Kathmandu', 'Asia/Tehran', 'Europe/Istanbul', 'Asia/Yangon']
  const further = ['America/St_Johns', 'Pacific/Chatham', 'Australia/Eucla', 'Pacific/Kiritimati']
  for (const timeZone of [...places, ...further, 'Pacific/Pago_Pago', 'Africa/Accra'])
    for (const month of [0, 6]) {
      const moment = Date.UTC(2026, month, 10, 12)
      const clock = new Date(moment).toLocaleTimeString('en-GB', { timeZone, timeStyle: 'short' })
      t.ok(
        anyZones.some(zone => clockShows(zone, moment) === clock),
        `${timeZone} ${clock}`,
      )
    }
  for (const zone of anyZones) {
    const date = { date: '2026-03-05', time: clockShows(zone, at), zone }
    const day = 86_400_000
    t.equal(((instantOf(date) ?? 0) - at) % day, 0, 'what was chosen is the hour that was meant')
  }
  t.equal(instantOf({ date: '2026-03-05', time: '08:30', zone: 'UTC+0300' }), at)
  t.equal(instantOf({ date: '2026-03-05', time: '02:00', zone: 'UTC-0330' }), at)
  t.end()
})

await t.test('the country is the one that a form asks for', t => {
  t.equal(countryOf({ country: 'VN' }), 'VN')
  t.equal(countryOf({ jurisdiction: { country: 'TW', court: '臺北' } }), 'TW')
  t.equal(countryOf({ country: { way_out: 'unknown' } }), null)
  t.equal(countryOf({}), null)
  t.end()
})
