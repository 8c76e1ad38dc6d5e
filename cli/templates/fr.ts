// Templates in French.
import type { Templates } from './template.js'

export const french: Templates = {
  language: 'fr',
  texts: {
    'first-answer': `Bonjour,

Merci de nous avoir écrit. J’ai lu votre demande.

[[ce que nous pouvons faire, et dans quel délai]]

Ne faites rien qui puisse vous mettre en danger, vous ou d’autres personnes, pour nous répondre. Vous pouvez revenir sur cette page à tout moment avec vos 12 mots et y compléter votre demande.

Bien à vous`,
    'first-answer-mail': `Bonjour,

Merci de nous avoir écrit. J’ai lu votre message.

[[ce que nous pouvons faire, et dans quel délai]]

Ne faites rien qui puisse vous mettre en danger, vous ou d’autres personnes, pour nous répondre. Si vous pouvez le faire sans danger, répondez simplement à ce message, sans en modifier l’objet, pour que votre réponse nous parvienne. Un e-mail peut être lu par d’autres en chemin : n’y écrivez rien qui puisse vous mettre en danger.

Bien à vous`,
    questions: `Bonjour,

Merci pour votre demande. Pour pouvoir vous aider, j’ai besoin d’en savoir un peu plus :

1. [[question]]
2. [[question]]

Ne répondez qu’à ce que vous pouvez dire sans danger. Vous pouvez omettre les noms et les lieux. Pour répondre, revenez sur cette page avec vos 12 mots et choisissez de compléter votre demande.

Bien à vous`,
    'questions-mail': `Bonjour,

Merci pour votre message. Pour pouvoir vous aider, j’ai besoin d’en savoir un peu plus :

1. [[question]]
2. [[question]]

Ne répondez qu’à ce que vous pouvez dire sans danger. Vous pouvez omettre les noms et les lieux. Pour répondre, répondez à ce message sans en modifier l’objet. Un e-mail peut être lu par d’autres en chemin.

Bien à vous`,
    referral: `Bonjour,

Merci pour votre demande. Nous ne sommes pas les mieux placés pour vous aider dans ce cas, mais nous savons qui peut l’être : [[organisation, et pourquoi]]

Voici comment les joindre : [[moyen sûr de les joindre]]

Nous n’avons rien transmis à votre sujet. Si vous souhaitez que nous nous adressions à eux en votre nom, dites-le ici ; sans votre accord, nous ne le ferons pas.

Bien à vous`,
    'referral-mail': `Bonjour,

Merci pour votre message. Nous ne sommes pas les mieux placés pour vous aider dans ce cas, mais nous savons qui peut l’être : [[organisation, et pourquoi]]

Voici comment les joindre : [[moyen sûr de les joindre]]

Nous n’avons rien transmis à votre sujet. Si vous souhaitez que nous nous adressions à eux en votre nom, dites-le en répondant à ce message ; sans votre accord, nous ne le ferons pas.

Bien à vous`,
    'out-of-scope': `Bonjour,

Merci de votre confiance. J’ai lu votre demande avec attention. Je suis au regret de vous dire que ce que vous décrivez n’entre pas dans ce que notre programme peut soutenir, car [[raison]].

Cela ne dit rien de la gravité de votre situation. Voici qui pourrait vous aider : [[autres possibilités]]

Si quelque chose change, vous pouvez nous écrire de nouveau.

Bien à vous`,
  },
}
