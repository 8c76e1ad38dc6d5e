// An acknowledgement in English. A draft: before real use a native speaker with experience in protection work must
// review it.
import type { AcknowledgementTexts } from '../texts.js'

export const acknowledgementEn: AcknowledgementTexts = {
  language: 'en',
  subject: 'Your mail has arrived',
  arrived: 'Your mail has arrived. A person will read it and answer you by {by} at the latest.',
  instant: '{hour}:00 UTC on {day} {month} {year}',
  firstDay: '1',
  months: [
    'January',
    'February',
    'March',
    'April',
    'May',
    'June',
    'July',
    'August',
    'September',
    'October',
    'November',
    'December',
  ],
  machine: 'A machine sent this. It repeats nothing that you wrote.',
  unsafe:
    'Others may read mail on its way. Please send no names, no places and no documents by mail.',
  safer: 'It is safer to write here:',
  onion: 'Or here, with Tor Browser:',
  formAttached:
    'The form is attached. It works without internet: save the file, open it in a browser and fill it in. Your words are sealed before they leave your device. The form then shows how to send it.',
  formOnPage: 'The form is on that page.',
  danger:
    'If these mails can put you in danger, delete this one and the one that you sent, from the trash too. You need not answer.',
}
