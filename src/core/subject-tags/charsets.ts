// Bytes of a mail's header to text, in whatever charset its sender names. Where TextDecoder knows a charset it is
// used; VISCII, TCVN3 and windows-1252 have tables here. Total: what cannot be read becomes U+FFFD, never an error.

type Low = readonly (readonly [number, string])[]

interface Table {
  /** Letters in the place of control bytes. */
  readonly low: Low
  /** 0x80 to 0xFF. */
  readonly high: string
}

const latin1High = Array.from({ length: 96 }, (_, at) => String.fromCodePoint(0xa0 + at)).join('')

/** RFC 1456. */
const viscii: Table = {
  low: [
    [0x02, 'Ẳ'],
    [0x05, 'Ẵ'],
    [0x06, 'Ẫ'],
    [0x14, 'Ỷ'],
    [0x19, 'Ỹ'],
    [0x1e, 'Ỵ'],
  ],
  high:
    'ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ' +
    'ÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ' +
    'ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡư' +
    'àáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ',
}

/** TCVN 5712:1993, VN1: its upper half is what TCVN3 fonts and their keyboards write. */
const tcvn: Table = {
  low: [
    [0x01, 'Ú'],
    [0x02, 'Ụ'],
    [0x04, 'Ừ'],
    [0x05, 'Ử'],
    [0x06, 'Ữ'],
    [0x11, 'Ứ'],
    [0x12, 'Ự'],
    [0x13, 'Ỳ'],
    [0x14, 'Ỷ'],
    [0x15, 'Ỹ'],
    [0x16, 'Ý'],
    [0x17, 'Ỵ'],
  ],
  high:
    'ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ' +
    '\u00a0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴ' +
    'ẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịò' +
    'ỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ',
}

/** WHATWG index windows-1252: TextDecoder of Node 20 gives control characters for 0x80 to 0x9F. */
const windows1252: Table = {
  low: [],
  high: `€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ${latin1High}`,
}

const tables: Readonly<Record<string, Table>> = { viscii, tcvn, 'windows-1252': windows1252 }

/** What senders write, and what is meant by it (labels of gb2312 carry GBK in practice). */
const aliases: Readonly<Record<string, string>> = {
  'us-ascii': 'windows-1252',
  ascii: 'windows-1252',
  'ansi_x3.4-1968': 'windows-1252',
  'iso-8859-1': 'windows-1252',
  iso8859_1: 'windows-1252',
  latin1: 'windows-1252',
  cp1252: 'windows-1252',
  gb2312: 'gb18030',
  gbk: 'gb18030',
  'x-gbk': 'gb18030',
  cp936: 'gb18030',
  'gb_2312-80': 'gb18030',
  'ks_c_5601-1987': 'euc-kr',
  utf8: 'utf-8',
  'unicode-1-1-utf-8': 'utf-8',
  csviscii: 'viscii',
  'x-viscii': 'viscii',
  'viscii1.1-1': 'viscii',
  tcvn3: 'tcvn',
  tcvn5712: 'tcvn',
  'tcvn5712-1': 'tcvn',
  'tcvn-5712': 'tcvn',
  'x-viet-tcvn5712': 'tcvn',
  cp1258: 'windows-1258',
}

/** Labels are short; the longest registered one has 45 letters. */
const maxLabelChars = 60

/** The name under which a charset is decoded, without a language suffix (RFC 2231 §5); two labels of one charset give one name. */
export function charsetOf(label: string): string {
  const name = label.slice(0, maxLabelChars).toLowerCase().split('*')[0] ?? ''
  return aliases[name] ?? name
}

export interface DecodedBytes {
  readonly text: string
  /** False where nobody here knows the charset: the bytes were tried as UTF-8. */
  readonly known: boolean
}

/** @param charset from `charsetOf` */
export function decodeBytes(bytes: Uint8Array, charset: string): DecodedBytes {
  const table = Object.hasOwn(tables, charset) ? tables[charset] : undefined
  if (table !== undefined) return { text: byTable(bytes, table), known: true }
  try {
    return { text: new TextDecoder(charset, { ignoreBOM: true }).decode(bytes), known: true }
  } catch {
    return { text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), known: false }
  }
}

function byTable(bytes: Uint8Array, table: Table): string {
  const low = new Map(table.low)
  const letters = Array.from(bytes, byte =>
    byte < 0x80 ? (low.get(byte) ?? String.fromCodePoint(byte)) : table.high.charAt(byte - 0x80),
  )
  return letters.join('')
}

const byteOf1252 = new Map(
  Array.from(windows1252.high, (letter, at): [string, number] => [letter, 0x80 + at]),
)

/** The bytes that windows-1252 or Latin-1 gave this text; null where they gave it not. */
export function bytesOf1252(text: string): Uint8Array<ArrayBuffer> | null {
  const bytes: number[] = []
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0
    const byte = code < 0x100 ? code : byteOf1252.get(letter)
    if (byte === undefined) return null
    bytes.push(byte)
  }
  return Uint8Array.from(bytes)
}
