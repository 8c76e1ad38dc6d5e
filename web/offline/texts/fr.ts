// What the offline form says in French. A draft: before real use a native speaker with experience in protection work
// must review it.
import type { OfflineTexts } from '../texts.js'

export const offlineFr: OfflineTexts = {
  language: 'fr',
  lead: 'Ce formulaire est un fichier qui fonctionne sans réseau. Quelques minutes suffisent, une phrase aussi\u00a0; presque tout peut rester vide.',
  until: 'Vous pouvez utiliser ce formulaire jusqu’au {date}.',
  next: [
    'Vous répondez à des questions, une par une. Vos réponses restent sur cet appareil. Rien n’est envoyé d’ici.',
    'Cet appareil scelle vos réponses. Seule l’organisation peut les ouvrir.',
    'Vous recevez un code de reçu de 12 mots. Il vous permet de lire plus tard la réponse, sur la page de l’organisation.',
    'Vous obtenez un fichier scellé, et la même chose en texte. Vous, ou une personne de confiance, l’envoyez par e-mail ou par messagerie, ou le remettez sur une clé USB.',
  ],
  trace: [
    '«\u00a0Quitter cette page\u00a0», en haut, ou trois pressions sur la touche Maj cachent aussitôt cette page, effacent ce que vous avez écrit et ouvrent un autre site.',
    'Ce formulaire est un fichier sur cet appareil, et le navigateur peut se souvenir qu’il a été ouvert. Supprimez-le quand vous avez terminé. Une fenêtre privée ou le navigateur Tor vaut mieux.',
    'Rien de ce que vous écrivez n’est enregistré, tant que vous n’enregistrez pas le fichier scellé. Si vous fermez ou rechargez la page, ou utilisez le bouton Retour du navigateur, ce que vous avez écrit est perdu. Utilisez le bouton Retour de la page.',
    'Ne prenez ce formulaire que sur la page de l’organisation ou auprès d’une personne de confiance\u00a0: un faux pourrait livrer à d’autres ce que vous écrivez.',
    'Rien de cela n’est une protection complète.',
  ],
  noScript:
    'Ce navigateur n’exécute pas de scripts dans ce fichier\u00a0: rien ne peut être scellé. Ouvrez le fichier dans un autre navigateur, ou sur un autre appareil de confiance. Rien n’a été envoyé.',
  where:
    'Ces pays et territoires sont couverts. Si le vôtre n’y est pas, ou si vous préférez ne pas le nommer, vous pouvez tout de même faire une demande. Une personne vous répond.',
  seal: 'Sceller',
  sealing: 'Scellement en cours',
  failure: {
    directory_expired:
      'La liste de clés de ce formulaire a expiré\u00a0: rien n’est scellé avec elle. Procurez-vous un nouveau formulaire là où vous avez eu celui-ci, ou sur la page de l’organisation. Si la date de cet appareil est fausse, corrigez-la et réessayez\u00a0: {date}. Si elle est juste, ne la changez pas\u00a0: procurez-vous un nouveau formulaire, ou utilisez l’un des autres moyens ci-dessous.',
    directory_invalid:
      'La liste de clés de ce formulaire n’a pas pu être vérifiée. Le fichier est abîmé, ou quelqu’un l’a modifié. Pour vous protéger, rien n’est scellé. Reprenez le formulaire sur la page de l’organisation.',
    directory_missing:
      'Ce fichier ne contient pas de liste de clés\u00a0: rien ne peut être scellé avec lui. Reprenez le formulaire sur la page de l’organisation.',
    root_mismatch:
      'La liste de clés de ce formulaire est signée par quelqu’un d’autre que celui qu’il indique. Pour vous protéger, rien n’est scellé. Reprenez le formulaire sur la page de l’organisation.',
  },
}
