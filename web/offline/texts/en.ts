// What the offline form says in English. A draft: before real use a native speaker with experience in protection work
// must review it.
import type { OfflineTexts } from '../texts.js'

export const offlineEn: OfflineTexts = {
  language: 'en',
  lead: 'This form is a file that works without network. It takes a few minutes. One sentence is enough; you may leave almost everything empty.',
  until: 'You can use this form until {date}.',
  next: [
    'You answer some questions, one at a time. Your answers stay on this device. Nothing is sent from here.',
    'This device seals your answers. Nobody but the organisation can open them.',
    'You get a receipt code of 12 words. Later you read the answer with it, on the organisation’s page.',
    'You get a sealed file, and the same as text. You, or a person you trust, send it by mail or messenger, or pass it on a stick.',
  ],
  trace: [
    '“Leave this page” at the top, or the Shift key pressed three times, hides this page at once, erases what you typed and opens another site.',
    'This form is a file on this device, and the browser may remember that it was open. Delete it when you are done. A private window or Tor Browser is better.',
    'Nothing that you type is stored, until you save the sealed file. If you close or reload this page, or use the Back button of your browser, what you typed is gone. Use the Back button on the page.',
    'Take this form only from the organisation’s page or from a person you trust: a forged one could tell others what you type.',
    'None of this is complete protection.',
  ],
  noScript:
    'This browser does not run scripts in this file, so nothing can be sealed. Open the file in another browser, or on another device that you trust. Nothing was sent.',
  where:
    'These countries and regions are covered. If yours is not among them, or you do not want to name it, you can ask all the same. A person answers.',
  seal: 'Seal',
  sealing: 'Sealing',
  failure: {
    directory_expired:
      'The list of keys in this form has expired, so nothing is sealed with it. Get a new form from where you got this one, or from the organisation’s page. If the date of this device is wrong, set it right and try again: it says {date}. If it is right, do not change it: get a new form, or use another way below.',
    directory_invalid:
      'The list of keys in this form could not be verified. The file is damaged, or somebody has changed it. To protect you, nothing is sealed. Get the form again from the organisation’s page.',
    directory_missing:
      'There is no list of keys in this file, so nothing can be sealed with it. Get the form again from the organisation’s page.',
    root_mismatch:
      'The list of keys in this form was signed by somebody else than it says. To protect you, nothing is sealed. Get the form again from the organisation’s page.',
  },
}
