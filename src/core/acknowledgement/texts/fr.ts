// An acknowledgement in French. A draft: before real use a native speaker with experience in protection work must
// review it.
import type { AcknowledgementTexts } from '../texts.js'

export const acknowledgementFr: AcknowledgementTexts = {
  language: 'fr',
  subject: 'Votre courriel est bien arrivé',
  arrived:
    'Votre courriel est bien arrivé. Une personne le lira et vous répondra au plus tard {by}.',
  instant: 'le {day} {month} {year} à {hour} h 00 UTC',
  months: [
    'janvier',
    'février',
    'mars',
    'avril',
    'mai',
    'juin',
    'juillet',
    'août',
    'septembre',
    'octobre',
    'novembre',
    'décembre',
  ],
  machine:
    'Une machine a envoyé ceci, une seule fois. Rien de ce que vous avez écrit n’y est répété.',
  unsafe:
    'D’autres peuvent lire un courriel en chemin. N’envoyez par courriel ni noms, ni lieux, ni documents.',
  safer: 'Il est plus sûr d’écrire ici :',
  onion: 'Ou ici, avec le navigateur Tor :',
  formAttached:
    'Le formulaire est joint. Il fonctionne sans internet : enregistrez le fichier, ouvrez-le dans un navigateur et remplissez-le. Vos mots sont scellés avant de quitter votre appareil.',
  formOnPage: 'Le formulaire se trouve sur cette page.',
  danger:
    'Si ce courriel peut vous mettre en danger, supprimez-le. Vous n’avez pas besoin d’y répondre.',
}
