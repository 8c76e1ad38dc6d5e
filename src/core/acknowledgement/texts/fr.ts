// An acknowledgement in French. A draft: before real use a native speaker with experience in protection work must
// review it.
import type { AcknowledgementTexts } from '../texts.js'

export const acknowledgementFr: AcknowledgementTexts = {
  language: 'fr',
  subject: 'Votre e-mail est bien arrivé',
  arrived: 'Votre e-mail est bien arrivé. Une personne le lira et vous répondra au plus tard {by}.',
  instant: 'le {day} {month} {year} à {hour} h 00 UTC',
  firstDay: '1er',
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
  machine: 'Ce message est envoyé par une machine. Rien de ce que vous avez écrit n’y est répété.',
  unsafe:
    'D’autres peuvent lire un e-mail en chemin. N’envoyez par e-mail ni noms, ni lieux, ni documents.',
  safer: 'Il est plus sûr d’écrire ici :',
  onion: 'Ou ici, avec le navigateur Tor :',
  formAttached:
    'Le formulaire est joint. Il fonctionne sans internet : enregistrez le fichier, ouvrez-le dans un navigateur et remplissez-le. Vos mots sont scellés avant de quitter votre appareil. Le formulaire indique ensuite comment l’envoyer.',
  formOnPage: 'Le formulaire se trouve sur cette page.',
  danger:
    'Si ces e-mails peuvent vous mettre en danger, supprimez celui-ci et celui que vous avez envoyé, et videz la corbeille. Vous n’avez pas besoin de répondre.',
}
