// What the pages say in French. A draft: before real use a native speaker with experience in protection work must
// review it.
import type { Texts } from './texts.js'

export const textsFr: Texts = {
  language: 'fr',
  name: 'Français',
  languageWord: 'Langue',
  title: 'Notes',
  between: ', ',
  leaveTo: 'https://www.wikipedia.org/',
  leave: 'Quitter cette page',
  leaveShort: 'Quitter',
  leaveNow: 'Quitter cette page maintenant',
  demo: 'Ceci est une démonstration. Personne ne lit ce qui est envoyé ici. N’écrivez rien de réel.',
  back: 'Retour',
  next: 'Continuer',
  languages: 'Autres langues',
  loading: 'Chargement…',
  before: {
    heading: 'Demander du soutien en toute sécurité',
    lead: 'Quelques minutes suffisent, une phrase aussi\u00a0; presque tout peut rester vide.',
    nextHeading: 'Ce qui va se passer',
    next: [
      'Vous répondez à des questions, une par une. Vos réponses restent sur cet appareil jusqu’à l’envoi.',
      'Cet appareil scelle vos réponses avant leur départ. Le serveur qui les transporte ne peut pas les lire.',
      'Vous recevez un code de reçu de 12 mots. Il vous permet de revenir ici et de lire la réponse.',
      'Une personne lit votre demande. La page suivante indique dans quel délai vous aurez une réponse.',
    ],
    whoHeading: 'Qui lit',
    who: 'Quelques personnes de l’organisation chargées de ces demandes. Ni les personnes qui gèrent le serveur, ni qui que ce soit d’autre sans votre accord.',
    cannotHeading: 'Ce que nous ne pouvons pas faire',
    cannot: 'Si nous ne pouvons pas vous aider, nous vous le disons franchement.',
    dangerHeading: 'Si vous êtes en danger en ce moment',
    danger: [
      'Votre sécurité passe avant tout. Quittez cette page si quelqu’un peut la voir.',
      'Si vous le pouvez, dites à une personne de confiance où vous êtes et ce qui se passe.',
      'Si quelqu’un contrôle ou surveille cet appareil, utilisez-en un autre. Aucune page ne peut vous en protéger.',
    ],
    traceHeading: 'Ne pas laisser de traces',
    trace: [
      '«\u00a0Quitter cette page\u00a0», en haut, ou trois pressions sur la touche Maj cachent aussitôt cette page, effacent ce que vous avez écrit et ouvrent un autre site. Pour revenir, rouvrez son adresse\u00a0: vous recommencez, ou utilisez vos 12 mots.',
      'Ce que le navigateur retient n’est pas effacé\u00a0: l’adresse de cette page, et peut-être des parties de la page. Une fenêtre privée, qui les oublie quand vous la fermez, ou le navigateur Tor vaut mieux.',
      'Ce que vous écrivez n’est jamais enregistré sur cet appareil. Si vous fermez ou rechargez la page, ou utilisez le bouton Retour du navigateur, ce que vous avez écrit est perdu. Utilisez le bouton Retour de la page.',
      'Rien de cela n’est une protection complète.',
    ],
    safetyHeading: 'Appareils partagés, fenêtres privées, historique\u00a0: que faire',
    safety: [
      'Le mieux est un appareil que personne d’autre n’utilise ni ne contrôle. Évitez celui du travail ou de l’école, ou un appareil réglé par quelqu’un d’autre\u00a0: ses programmes peuvent tout enregistrer, et aucune page ne peut le remarquer.',
      'Une fenêtre privée\u00a0: ouvrez-la d’abord dans le menu du navigateur («\u00a0Privée\u00a0», «\u00a0Incognito\u00a0» ou «\u00a0InPrivate\u00a0»), puis ouvrez-y cette page. Fermez ensuite toutes les fenêtres privées. Elle ne cache rien au réseau, ni aux programmes de l’appareil.',
      'Le navigateur Tor oublie tout quand vous le fermez, et cache au réseau quelle page vous ouvrez. Mais il se voit que vous utilisez Tor\u00a0: là où cela seul est dangereux, n’y recourez pas.',
      'Dans un cybercafé\u00a0: installez-vous là où personne ne voit l’écran, ne vous connectez à aucun compte, n’enregistrez et n’imprimez rien. Notez les 12 mots sur papier. Ensuite, fermez toutes les fenêtres et, si possible, redémarrez l’ordinateur.',
      'Pour nettoyer l’historique, supprimez seulement les entrées de cette page dans l’historique du navigateur, et la recherche qui y a mené. Un historique vide attire l’attention. Si le navigateur est connecté à un compte, ces entrées peuvent apparaître aussi sur d’autres appareils.',
      'Supprimez les fichiers enregistrés d’ici, dans la corbeille aussi. Ce que vous avez copié reste en mémoire jusqu’à ce que vous copiiez autre chose.',
      'Tout cela aide, sans être une protection complète.',
    ],
    start: 'Commencer',
    haveCode: 'J’ai un code de reçu',
    noScriptHeading: 'Cette page ne peut pas sceller ici',
    noScript:
      'Votre navigateur n’exécute pas de scripts sur cette page\u00a0: rien ne peut être scellé sur votre appareil. Ce que vous écrivez n’est jamais envoyé sans être scellé.',
    safer:
      'Dans le navigateur Tor, choisissez le niveau «\u00a0Plus sûr\u00a0» au lieu de «\u00a0Le plus sûr\u00a0», puis rechargez cette page.',
    lost: 'Une partie de cette page n’est pas encore arrivée, ou votre navigateur est trop ancien pour l’afficher. Attendez un instant, ou rechargez la page. Si cela ne suffit pas, il y a d’autres moyens sûrs. Ce que vous écrivez n’est jamais envoyé sans être scellé.',
  },
  otherWays: {
    heading: 'D’autres moyens sûrs',
    ways: [
      'Essayez un navigateur plus récent, ou un autre appareil de confiance.',
      'Demandez à une personne de confiance d’envoyer la demande pour vous.',
      'Écrivez à l’organisation à l’adresse qu’elle publie elle-même, en chiffrant votre message avec sa clé publique si vous le pouvez. L’objet d’un e-mail est visible\u00a0: choisissez-le neutre.',
    ],
    contact: 'Adresse e-mail et clé publique de l’organisation',
  },
  offline: {
    heading: 'Sans réseau',
    lead: 'Si votre réseau est mauvais ou surveillé, emportez le formulaire\u00a0: un seul fichier, qui fonctionne sans réseau. Il scelle sur l’appareil. Vous, ou une personne de confiance, envoyez par e-mail ou par messagerie ce qu’il a scellé, ou le remettez sur une clé USB.',
    download: 'Télécharger le formulaire (moins de 1\u00a0Mo)',
    hint: 'Le fichier reste sur l’appareil jusqu’à ce que vous le supprimiez.',
    noScript:
      'Le formulaire est un fichier, et il a besoin de scripts lui aussi\u00a0: ouvrez-le dans un autre navigateur, ou sur un autre appareil de confiance, où les scripts s’exécutent.',
  },
  when: { heading: 'Quand vous aurez une réponse' },
  where: {
    heading: 'Où nous pouvons aider',
    lead: 'Ces pays et territoires sont couverts\u00a0: en bleu sur la carte, et les mêmes dans la liste. Si le vôtre n’y est pas, ou si vous préférez ne pas le nommer, vous pouvez tout de même faire une demande. Une personne vous répond.',
    map: 'Carte du monde. Les pays couverts sont en bleu, hachurés et cernés\u00a0; la liste ci-dessous les nomme tous.',
    borders: 'Ce dessin ne prend pas position sur les frontières.',
    search: 'Chercher un pays ou un territoire',
    covered: 'couvert',
    partly: 'couvert en partie',
    notCovered: 'non couvert\u00a0; vous pouvez tout de même faire une demande',
    none: 'Ce nom n’est pas dans la liste. Vous pouvez tout de même faire une demande.',
    line: '{name}\u00a0: {status}',
  },
  programs: {
    heading: 'Quel soutien demandez-vous\u00a0?',
    lead: 'Vous pourrez en demander un autre plus tard.',
    answersIn: 'Réponses en\u00a0: {languages}',
    notInYours:
      'Vous pouvez tout de même écrire dans la langue de cette page. La réponse peut alors prendre plus de temps, ou venir dans l’une de ces langues.',
  },
  question: {
    progress: 'Question {n} sur {total}',
    optional: 'Vous pouvez laisser vide.',
    onlyIf: 'Seulement si vous avez besoin de\u00a0: {options}.',
    chars: '{used} caractères sur {max}',
    day: 'Jour',
    month: 'Mois',
    year: 'Année',
    time: 'Heure, si vous la connaissez',
    zone: 'Heure de quel lieu',
    zoneHere: 'cet appareil\u00a0: {zone}',
    dateHint: 'Par exemple 27, 3, 2026. Laissez vide ce que vous ne savez pas.',
    choose: 'Veuillez choisir',
    clear: 'Effacer cette réponse',
    covered: 'Pays de ce programme',
    notCovered: 'Tous les autres pays et territoires',
    regionHint: 'Nom ou code. Ni rue, ni maison.',
    currencyHint: 'Trois lettres, par exemple VND ou USD',
    linesHint: 'Un par ligne',
    row: 'Entrée {n}',
    addRow: 'Ajouter une entrée',
    removeRow: 'Retirer l’entrée {n}',
  },
  clock: {
    now: 'Ailleurs\u00a0: l’heure qu’il y est maintenant',
    line: '{time} ({zone})',
  },
  faults: {
    heading: 'Veuillez revoir ceci',
    required: 'Veuillez répondre. «\u00a0Je ne sais pas\u00a0» est aussi une réponse.',
    requiredPlain: 'Veuillez répondre, pour que nous puissions vous écrire.',
    too_long:
      'Veuillez raccourcir\u00a0: {used} caractères sur {max}. Vous pourrez ajouter le reste plus tard.',
    not_a_date: 'Ce jour n’existe pas dans le calendrier. Le mois ou l’année seuls suffisent.',
    not_a_time: 'Écrivez l’heure ainsi\u00a0: 08:30, ou laissez vide.',
    not_a_year: 'Écrivez l’année en quatre chiffres, par exemple 1985.',
    day_missing:
      'Avec une heure, écrivez aussi le jour, le mois et l’année, ou laissez l’heure vide.',
    zone_missing:
      'Avec une heure, choisissez le lieu où elle vaut, ou l’heure qu’il y est maintenant. Ou laissez l’heure vide.',
    other: 'Cette réponse ne convient pas ici. Choisissez ou écrivez-la de nouveau.',
  },
  coverage: {
    heading: 'Avant de continuer',
    notCovered: 'Ce programme ne couvre pas actuellement\u00a0: {country}.',
    regionNotCovered:
      'Ce programme ne couvre actuellement qu’une partie du territoire ({country}), et la région que vous avez indiquée n’en fait pas partie.',
    regionUnknown:
      'Ce programme ne couvre actuellement qu’une partie du territoire ({country}). Si vous le pouvez, indiquez la province ou la région.',
    unknown: 'Sans pays, il nous faudra peut-être plus de temps pour trouver la bonne personne.',
    languageNotHandled:
      'Ce programme travaille en\u00a0: {languages}. Une réponse dans une autre langue peut prendre plus de temps.',
    stillSend:
      'Vous pouvez tout de même envoyer. Une personne lit et vous dit franchement si nous pouvons aider, ou qui d’autre le pourrait.',
    change: 'Changer ma réponse',
    goOn: 'Continuer',
  },
  others: {
    heading: 'D’autres qui pourraient aider',
    lead: 'Ces organisations sont indépendantes de nous et n’apprennent rien par cette page. Avant d’écrire, pensez à qui pourrait lire.',
    status: {
      open: 'Accepte des demandes',
      limited: 'Accepte peu de demandes en ce moment',
      closed: 'N’accepte pas de demandes en ce moment',
    },
    languages: 'Langues\u00a0: {languages}',
    checked: 'Dernière vérification\u00a0: {date}',
  },
  review: {
    heading: 'Vérifiez vos réponses',
    lead: 'Rien n’a encore été envoyé.',
    change: 'Modifier',
    none: 'Pas de réponse',
    promise: 'Ce que nous promettons',
    next: 'Continuer vers mon code de reçu',
  },
  code: {
    heading: 'Votre code de reçu',
    lead: 'Gardez ces 12 mots avant d’envoyer. C’est le seul chemin vers votre demande et notre réponse. Personne ne peut les retrouver pour vous, pas même nous.',
    keep: 'Le plus sûr\u00a0: sur papier, dans un endroit que personne d’autre ne connaît. Quiconque a ces mots peut lire la réponse.',
    showQr: 'Afficher le code QR',
    hideQr: 'Cacher le code QR',
    qr: 'Les 12 mots en code QR',
    print: 'Imprimer',
    next: 'J’ai gardé les mots',
    making: 'Création de votre code…',
    foreign: 'Les mots sont en anglais. Inutile de les comprendre\u00a0: recopiez chaque lettre.',
  },
  confirm: {
    heading: 'Avez-vous les mots\u00a0?',
    lead: 'Tapez-en deux d’après votre note.',
    word: 'Mot {n}',
    or: 'Ou bien\u00a0:',
    saved: 'J’ai gardé les 12 mots autrement',
    wrong: 'Ce n’est pas le mot {n}. Regardez votre note, ou revoyez les mots.',
    neither: 'Tapez les deux mots, ou cochez que vous les avez gardés autrement.',
    send: 'Sceller et envoyer',
    again: 'Revoir les mots',
  },
  sending: {
    heading: 'Envoi',
    stay: 'Restez un instant sur cette page.',
    checking: 'Vérification du scellement sur cet appareil…',
    sealing: 'Scellement de vos réponses sur cet appareil…',
    sending: 'Envoi de la demande scellée…',
    working:
      'Le service est très sollicité. Votre appareil fait un petit travail qui aide votre demande à passer. Cela peut prendre une minute, davantage sur un vieux téléphone. Gardez cette page ouverte\u00a0; rien n’est perdu…',
  },
  handOver: {
    offer: 'L’envoyer autrement',
    heading: 'Scellée, mais pas encore envoyée',
    lead: 'Seule l’organisation peut ouvrir ce que vous avez scellé. Faites-le-lui parvenir par l’un de ces moyens. Un seul suffit.',
    until:
      'Faites-le parvenir avant le {date}\u00a0; plus tard, il risque de ne plus être accepté.',
    saveHeading: 'Comme fichier',
    saveHint:
      'Joignez-le à un e-mail, envoyez-le par messagerie, ou donnez-le sur une clé USB à une personne de confiance. Qui le transporte ne peut pas le lire.',
    save: 'Enregistrer le fichier scellé',
    saved: 'Enregistré sous le nom {name}, dans le dossier des téléchargements.',
    copyHeading: 'Comme texte',
    copyHint:
      'La même chose, pour les moyens qui ne transportent que du texte. Il est long\u00a0; il le faut en entier.',
    copy: 'Copier le texte scellé',
    copied: 'Copié. Vous pouvez maintenant le coller.',
    copyYourself: 'Copiez vous-même le texte ci-dessous, en entier.',
    text: 'Le texte scellé',
    mailHeading: 'Par e-mail',
    mailHint:
      'À {mail}. Joignez le fichier, ou collez le texte. Vous n’avez rien d’autre à écrire\u00a0; les mots à côté ne sont pas scellés.',
    mail: 'Commencer un e-mail',
    mailSeen:
      'D’autres peuvent voir les deux adresses, l’objet et l’heure d’un e-mail. Une personne de confiance peut l’envoyer à votre place.',
    nextHeading: 'Ce qui se passe ensuite',
    next: [
      'Le délai de réponse commence à l’arrivée. La demande peut arriver deux fois\u00a0; la première compte.',
    ],
    comeBack:
      'Vous lisez la réponse sur la page de l’organisation, avec vos 12 mots. Si elle ne connaît pas de demande pour ces mots, la vôtre n’est pas encore arrivée\u00a0: envoyez-la de nouveau. Les adresses\u00a0:',
    files: 'Photos et documents peuvent suivre plus tard, sur cette page, avec vos mots.',
    eraseHeading: 'Après l’envoi',
    erase:
      'Si quelqu’un risque de fouiller cet appareil, supprimez-y le fichier scellé et l’e-mail envoyé. Gardez les 12 mots.',
  },
  sent: {
    heading: 'Votre demande est arrivée',
    due: 'Vous aurez une réponse au plus tard le {date}.',
    clock: 'Fuseau horaire\u00a0: {zone}.',
    undated:
      'La date de la réponse ne peut pas être vérifiée ici, car celle de cet appareil semble fausse\u00a0: {date}. Corrigez-la, puis regardez votre demande. Si elle est juste, c’est celle du service qui est fausse\u00a0: gardez la preuve ci-dessous.',
    nextHeading: 'Et maintenant',
    next: [
      'Une personne lit votre demande. Si la réponse tarde, les responsables sont prévenus.',
      'Revenez ici avec vos 12 mots pour lire la réponse. Choisissez votre langue, puis «\u00a0J’ai un code de reçu\u00a0».',
      'Vous pouvez ajouter quelque chose à tout moment, au même endroit.',
    ],
    dangerHeading: 'Si le danger augmente',
    proof: 'Preuve signée',
    proofHint:
      'Elle prouve que votre demande est arrivée à temps, sans en dire le contenu. Elle n’est pas nécessaire pour revenir.',
    mailbox: 'Voir ma demande',
  },
  comeBack: {
    heading: 'Revenir avec votre code de reçu',
    lead: 'Les mots restent sur cet appareil. Seule une clé faite à partir d’eux est envoyée.',
    label: 'Vos 12 mots',
    hint: 'Dans le bon ordre. Majuscules, accents et retours à la ligne n’ont pas d’importance.',
    open: 'Ouvrir',
    opening: 'Ouverture…',
    unknown:
      'Absent de la liste des mots\u00a0: numéro {numbers}. Comparez avec votre note\u00a0; souvent, une seule lettre diffère.',
    count:
      'Nombre de mots tapés\u00a0: {n}. Un code de reçu en a 12. Regardez s’il en manque un, ou s’il y en a un de trop.',
    apart:
      'Les 12 mots sont dans la liste, mais ils ne vont pas ensemble\u00a0: l’un d’eux n’est pas le bon, ou deux ont changé de place. Comparez-les un par un avec votre note.',
  },
  mailbox: {
    heading: 'Votre demande',
    states: {
      received: 'Votre demande est arrivée.',
      routed: 'Votre demande est chez l’équipe chargée de ces demandes.',
      claimed: 'Une personne s’occupe de votre demande.',
      answered: 'Vous avez une réponse.',
      closed: 'Le travail sur votre demande est terminé.',
      purged: 'Votre demande a été supprimée à l’expiration de son délai de conservation.',
    },
    stages: ['Arrivée', 'Chez une équipe', 'Prise en charge', 'Réponse donnée'],
    reached: '{stage} (fait)',
    notYet: '{stage} (pas encore)',
    arrived: 'Arrivée\u00a0: {date}',
    due: 'Vous aurez une réponse au plus tard le {date}.',
    late: 'La réponse est en retard. Les responsables ont été prévenus. Nous le regrettons.',
    held: {
      applicant_asked: 'Vous nous avez demandé d’attendre. La réponse est reportée au {date}.',
      contact_unsafe:
        'Une réponse pourrait vous mettre en danger en ce moment. Elle est reportée au {date}.',
      cannot_work:
        'Nous ne pouvons pas travailler en ce moment. La réponse est reportée au {date}.',
    },
    heldHint:
      'Deux personnes l’ont décidé ensemble. Ensuite, le délai de réponse reprend. Vous pouvez ajouter quelque chose à tout moment.',
    notCovered:
      'Votre demande n’entre pas actuellement dans ce que couvre ce programme. Une personne vous répondra tout de même, et d’autres pourront peut-être aider.',
    answers: 'Réponses pour vous',
    elsewhere:
      'Il est noté que quelqu’un vous a joint autrement, par exemple par téléphone. Ce n’est pas le cas\u00a0? Ajoutez quelque chose\u00a0: un nouveau délai de réponse commence alors.',
    unanswered:
      'Personne ne vous a répondu. Avez-vous encore besoin d’une réponse\u00a0? Ajoutez quelque chose\u00a0: votre demande est alors reprise, et nous vous en devons une.',
    noAnswers: 'Pas encore de réponse.',
    older: 'Afficher les réponses plus anciennes',
    answerAt: 'Réponse du {date}',
    unreadable:
      'Cette réponse ne s’ouvre pas, ou ne prouve pas que son auteur a lu votre demande. Ne vous y fiez pas.',
    added: 'Ce que vous avez ajouté',
    addedAt: 'Ajouté\u00a0: {date}',
    add: 'Ajouter quelque chose',
    more: 'Répondre à d’autres questions',
    refresh: 'Regarder de nouveau',
    finish: 'Quitter et vider cet écran',
  },
  addition: {
    heading: 'Ajouter quelque chose',
    label: 'Que voulez-vous ajouter ou corriger\u00a0?',
    hint: 'Une phrase suffit. Elle est scellée sur cet appareil.',
    send: 'Sceller et envoyer',
    done: 'Votre ajout est arrivé.',
    empty: 'Écrivez d’abord quelque chose, ou revenez en arrière.',
    waits:
      'Ces questions sont facultatives. Envoyez ce que vous avez\u00a0; le reste peut venir plus tard.',
  },
  deletion: {
    heading: 'Supprimer ma demande',
    lead: 'Ce que vous avez écrit, ce que vous avez ajouté et toutes les réponses sont supprimés du service pour toujours. Personne ne peut les faire revenir.',
    means: [
      'Plus personne ne travaille sur votre demande. Les personnes qui s’en occupaient apprennent seulement que vous l’avez supprimée.',
      'Ensuite, vos 12 mots n’ouvrent plus rien. Lisez d’abord les réponses si vous en avez besoin.',
      'Ce que quelqu’un a déjà lu, ou copié sur son appareil, n’est pas effacé. Les sauvegardes du service gardent les fichiers scellés jusqu’à leur expiration.',
      'Il reste seulement qu’une demande a existé, quand elle est arrivée, et que vous l’avez supprimée. Rien de son contenu.',
    ],
    keep: 'Garder ma demande',
    confirm: 'Supprimer pour toujours',
    deleting: 'Suppression…',
    doneHeading: 'Votre demande est supprimée',
    done: 'Plus personne ne peut l’ouvrir, et vos 12 mots n’ouvrent plus rien. Vous pouvez détruire votre note. Vous pouvez faire une nouvelle demande à tout moment.',
  },
  files: {
    add: 'Envoyer des fichiers',
    heading: 'Envoyer des fichiers',
    lead: 'Photos, documents, enregistrements\u00a0: {mb}\u00a0Mo au plus par fichier. Votre demande est déjà arrivée\u00a0; les fichiers la suivent.',
    choose: 'Choisir des fichiers',
    hint: 'Des copies seulement\u00a0; gardez les originaux. Chaque fichier est scellé sur cet appareil, avec son nom.',
    looking: 'Recherche de données cachées…',
    hidden: {
      stripped:
        'Les données cachées (lieu, heure, appareil) seront retirées. Ce que montre l’image reste.',
      damaged:
        'Les données cachées ne peuvent pas être retirées\u00a0: cette image est abîmée ou inhabituelle.',
      other:
        'Les données cachées (noms, lieux, heures) ne peuvent pas être retirées de ce type de fichier.',
      too_large: 'Ce fichier est trop grand et ne sera pas envoyé.',
      unreadable:
        'Ce fichier ne peut plus être lu\u00a0: il a peut-être été modifié ou retiré après que vous l’avez choisi. Veuillez le choisir de nouveau. Votre demande est en sécurité.',
    },
    remove: 'Retirer {name}',
    agree: 'Envoyer ces fichiers tels quels, avec ce qui peut y être caché',
    agreeFirst: 'Veuillez d’abord cocher ceci, ou retirer les fichiers concernés.',
    send: 'Sceller et envoyer les fichiers',
    sending: 'Envoi de vos fichiers',
    sealing: 'Essai du scellement sur cet appareil…',
    one: 'Fichier {n} sur {total}',
    lost: 'La connexion est perdue. L’envoi reprend de lui-même dès qu’elle revient.',
    busy: 'Le service ne peut rien recevoir en ce moment. L’envoi reprend de lui-même dès que possible.',
    stay: 'Veuillez garder cette page ouverte. Si vous la fermez, les fichiers qui ne sont pas arrivés devront être choisis de nouveau.',
    cancel: 'Arrêter',
    arrived: 'Bien arrivé.',
    tooLate:
      'Ce fichier était déjà arrivé\u00a0: il ne peut pas être retiré ici. Vous pouvez écrire ce qu’il doit devenir, ou supprimer votre demande.',
    done: 'Vos fichiers sont arrivés.',
  },
  failure: {
    heading: 'Cela n’a pas encore marché',
    again: 'Réessayer',
    anew: 'Recommencer',
    reload: 'Recharger la page',
    kept: 'Ce que vous avez écrit est toujours là.',
    reenter: 'Ce que vous avez saisi jusqu’ici sera à saisir de nouveau.',
    offline:
      'La connexion a été perdue ou était trop lente. Réessayez quand elle sera meilleure. Votre demande ne peut pas arriver deux fois.',
    too_many_requests: 'Beaucoup de personnes envoient en ce moment. Réessayez dans une minute.',
    unavailable: 'Le service ne peut rien recevoir en ce moment. Réessayez dans une minute.',
    directory_expired:
      'La liste de clés de l’organisation a expiré\u00a0: rien n’est scellé avec elle. La date de cet appareil est peut-être fausse\u00a0: {date}. Si c’est le cas, corrigez-la et réessayez. Si elle est juste, ne la changez pas\u00a0: utilisez l’un des autres moyens ci-dessous.',
    directory_invalid:
      'La liste de clés de l’organisation n’a pas pu être vérifiée. Quelqu’un l’a peut-être modifiée. Pour vous protéger, rien n’est envoyé.',
    device_date:
      'La date de cet appareil semble fausse\u00a0: {date}, alors que la liste de clés de l’organisation est plus récente. Corrigez la date, puis réessayez. D’ici là, rien n’est scellé ni envoyé.',
    root_mismatch:
      'La liste de clés est signée par quelqu’un d’autre que prévu. Pour vous protéger, rien n’est envoyé.',
    form_changed:
      'Le formulaire affiché n’est pas, ou n’est plus, celui que l’organisation a signé. Pour vous protéger, ce que vous y avez écrit a été effacé et ne sera pas envoyé.',
    page_replaced:
      'Ce site a été renouvelé après que vous avez ouvert cette page, et le reste de la page ne peut plus être chargé. Rechargez la page.',
    directory_missing: 'L’organisation n’a pas de clés valables en ce moment. Réessayez plus tard.',
    primitives_faulty:
      'Le test du scellement a donné un résultat erroné sur cet appareil. Pour vous protéger, rien n’est envoyé. Utilisez un autre navigateur ou appareil.',
    cannot_seal: 'Ce navigateur ne peut pas sceller votre demande\u00a0: rien n’est envoyé.',
    request_too_large:
      'La demande scellée est trop grande. Raccourcissez vos réponses les plus longues.',
    refused: 'Le service n’a pas accepté la demande scellée. Réessayez plus tard.',
    receipt_invalid:
      'Quelque chose a été envoyé, mais la preuve reçue n’est pas bonne. Gardez vos 12 mots et regardez votre demande plus tard\u00a0; si elle n’y est pas, envoyez de nouveau.',
    arrived_already:
      'Votre demande est déjà arrivée, telle que vous l’aviez envoyée. Ce que vous avez changé depuis n’y est pas\u00a0: regardez votre demande et ajoutez-le là.',
    receipt_code_invalid:
      'Ces mots ne sont pas un code de reçu. Vérifiez l’orthographe et l’ordre des 12 mots.',
    mailbox_unknown:
      'Il n’y a pas de demande pour ces mots ici. Elle n’est peut-être pas encore arrivée, a peut-être été supprimée, ou a été envoyée sur un autre site. Vérifiez les mots et l’adresse de cette page\u00a0; s’il vous faut encore une réponse, envoyez votre demande de nouveau.',
    additions_full: 'Cette demande ne peut plus recevoir d’ajouts.',
    uploads_full: 'Cette demande ne peut plus recevoir de fichiers. Vous pouvez toujours écrire.',
    uploads_paused:
      'Il n’y a pas de place pour des fichiers en ce moment. Vous pouvez écrire, et envoyer les fichiers plus tard.',
    untrusted: 'La réponse du service n’a pas pu être comprise. Réessayez plus tard.',
    internal: 'Une erreur s’est produite dans le service. Réessayez dans une minute.',
  },
}
