// The shipped program `pil` (public-interest litigation) as data. An example, like `emergency`: countries and teams
// are those of the demo, and the number of days is a setting, not a promise of any organisation.
import type { Program } from '../program.js'
import { pilForm } from './pil.form.js'

const hour = 3600
const day = 24 * hour

export const pil: Program = {
  id: 'pil',
  names: {
    en: 'Public-interest litigation',
    vi: 'Tranh tụng lợi ích công cộng',
    'zh-Hans': '公益诉讼',
    'zh-Hant': '公益訴訟',
    fr: 'Contentieux d’intérêt public',
  },
  valid_from: '2020-01-01T00:00:00Z',
  valid_until: null,
  languages: ['vi', 'en', 'zh-Hans', 'zh-Hant', 'fr'],
  countries: ['CN', 'HK', 'MO', 'TW', 'VN', 'KH', 'LA', 'MM', 'TH', 'PH', 'MY', 'ID', 'SG'],
  form: pilForm,
  more: null,
  tags: [
    { text: 'PIL', language: null, literal: true },
    {
      text: 'Tranh tụng lợi ích công cộng',
      language: 'vi',
      literal: true,
      gap: { after: 2, words: 0 },
    },
    {
      text: 'Kiện tụng lợi ích công cộng',
      language: 'vi',
      literal: false,
      gap: { after: 2, words: 0 },
    },
    { text: 'Kiện lợi ích công cộng', language: 'vi', literal: false, gap: { after: 1, words: 0 } },
    {
      text: 'Kiện vì lợi ích công cộng',
      language: 'vi',
      literal: false,
      gap: { after: 2, words: 0 },
    },
    {
      text: 'Vụ án lợi ích công cộng',
      language: 'vi',
      literal: false,
      gap: { after: 2, words: 0 },
    },
    {
      text: 'Vụ án vì lợi ích công cộng',
      language: 'vi',
      literal: false,
      gap: { after: 3, words: 0 },
    },
    {
      text: 'public-interest litigation',
      language: 'en',
      literal: false,
      gap: { after: 2, words: 0 },
    },
    {
      text: 'public-interest lawsuit',
      language: 'en',
      literal: false,
      gap: { after: 2, words: 0 },
    },
    { text: 'public-interest case', language: 'en', literal: false, gap: { after: 2, words: 0 } },
    {
      text: 'contentieux d’intérêt public',
      language: 'fr',
      literal: false,
      gap: { after: 1, words: 0 },
    },
    {
      text: 'contentieux d’intérêt général',
      language: 'fr',
      literal: false,
      gap: { after: 1, words: 0 },
    },
    {
      text: 'litige d’intérêt public',
      language: 'fr',
      literal: false,
      gap: { after: 1, words: 0 },
    },
    {
      text: 'litige d’intérêt général',
      language: 'fr',
      literal: false,
      gap: { after: 1, words: 0 },
    },
    {
      text: 'litiges d’intérêt public',
      language: 'fr',
      literal: false,
      gap: { after: 1, words: 0 },
    },
    {
      text: 'litiges d’intérêt général',
      language: 'fr',
      literal: false,
      gap: { after: 1, words: 0 },
    },
    {
      text: 'action d’intérêt public',
      language: 'fr',
      literal: false,
      gap: { after: 1, words: 0 },
    },
    {
      text: 'action d’intérêt général',
      language: 'fr',
      literal: false,
      gap: { after: 1, words: 0 },
    },
    { text: '公益诉讼', language: 'zh-Hans', literal: false, gap: { after: 2, words: 0 } },
  ],
  service_level: {
    first_response_seconds: 7 * day,
    addition_response_seconds: 7 * day,
    ladder: [
      { after_seconds: day, kind: 'reminder', to: 'team', only: 'unclaimed' },
      { after_seconds: 48 * hour, kind: 'reminder', to: 'team', only: 'unanswered' },
      { after_seconds: 5 * day, kind: 'reminder', to: 'team', only: 'unanswered' },
      { after_seconds: 6 * day, kind: 'escalation', to: 'lead', only: 'unanswered' },
      {
        after_seconds: 7 * day - 12 * hour,
        kind: 'escalation',
        to: 'director',
        only: 'unanswered',
      },
      { after_seconds: 7 * day, kind: 'breach', to: 'director', only: 'unanswered' },
    ],
    after_ladder: { every_seconds: day, to: 'director' },
    longest_hold_seconds: 14 * day,
  },
  promise: {
    en: 'A person answers within 7 days after your request has arrived.',
    vi: 'Sẽ có người trả lời bạn trong vòng 7 ngày kể từ khi yêu cầu của bạn đến nơi.',
    'zh-Hans': '您的请求送达后7天内会有人答复您。',
    'zh-Hant': '您的請求送達後7天內會有人答覆您。',
    fr: 'Une personne vous répond dans les 7 jours après l’arrivée de votre demande.',
  },
  for_whom: {
    en: 'For court cases in the public interest.',
    vi: 'Dành cho các vụ kiện vì lợi ích công cộng.',
    'zh-Hans': '面向公益诉讼案件。',
    'zh-Hant': '適用於公益訴訟案件。',
    fr: 'Pour les procès d’intérêt public.',
  },
  out_of_scope: {
    en: 'We cannot support a case that matters only to those who are in it. We cannot bring people to another place or country, and we cannot help with asylum or with fleeing.',
    vi: 'Chúng tôi không thể hỗ trợ vụ việc chỉ liên quan đến riêng các bên. Chúng tôi không thể đưa ai đến nơi khác hay nước khác, không giúp xin tị nạn và không giúp trốn đi.',
    'zh-Hans':
      '我们不能支持只关系到当事人自身的案件。我们不能把人转移到别的地方或国家，不能协助申请庇护或出逃。',
    'zh-Hant':
      '我們不能支持只關係到當事人自身的案件。我們不能把人轉移到別的地方或國家，不能協助申請庇護或逃亡。',
    fr: 'Nous ne pouvons pas soutenir un procès qui ne concerne que ses parties. Nous ne pouvons ni conduire quelqu’un ailleurs ou dans un autre pays, ni aider à demander l’asile ou à fuir.',
  },
  routing: [
    { languages: ['vi'], countries: ['unknown'], team: 'vi', flag: 'country_unknown' },
    { languages: ['vi'], countries: ['not_covered'], team: 'vi', flag: 'country_not_covered' },
    { languages: ['vi'], countries: [], team: 'vi' },
    {
      languages: ['zh-Hans', 'zh-Hant'],
      countries: ['unknown'],
      team: 'zh',
      flag: 'country_unknown',
    },
    {
      languages: ['zh-Hans', 'zh-Hant'],
      countries: ['not_covered'],
      team: 'zh',
      flag: 'country_not_covered',
    },
    { languages: ['zh-Hans', 'zh-Hant'], countries: [], team: 'zh' },
    { languages: ['fr'], countries: ['unknown'], team: 'fr', flag: 'country_unknown' },
    { languages: ['fr'], countries: ['not_covered'], team: 'fr', flag: 'country_not_covered' },
    { languages: ['fr'], countries: [], team: 'fr' },
    { languages: ['en'], countries: ['unknown'], team: 'en', flag: 'country_unknown' },
    { languages: ['en'], countries: ['not_covered'], team: 'en', flag: 'country_not_covered' },
    { languages: ['en'], countries: [], team: 'en' },
    { languages: [], countries: [], team: 'en', flag: 'language_not_handled' },
  ],
  fallback_team: 'en',
  slip: 'sealed',
  retention_days: 180,
}
