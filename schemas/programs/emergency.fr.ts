// The words of program `emergency` in French. A draft: before real use a native speaker with experience in
// protection work must review it.
import type { Catalogue } from './catalogue.js'

export const emergencyFr: Catalogue = {
  program: 'emergency',
  language: 'fr',
  labels: {
    reply_language: 'Dans quelle langue devons-nous vous répondre\u00a0?',
    contact: 'Comment pouvons-nous vous joindre en toute sécurité\u00a0?',
    'contact.address': 'Adresse ou numéro',
    contact_caution:
      'Que devons-nous éviter en vous contactant (horaires, mots, appareil partagé)\u00a0?',
    on_behalf_of: 'Qui a besoin d’aide\u00a0?',
    person_agrees: 'Cette personne sait-elle que vous nous écrivez, et est-elle d’accord\u00a0?',
    country: 'Dans quel pays ou territoire se trouve la personne en danger\u00a0?',
    time_pressure: 'Quel est le degré d’urgence\u00a0?',
    deadline: 'Y a-t-il une date à connaître (audience, transfert, expulsion)\u00a0?',
    what_happened:
      'Que s’est-il passé\u00a0? Une phrase suffit\u00a0; inutile de décrire les violences.',
    situation: 'Quelles situations s’appliquent\u00a0?',
    defender_link: 'À quel travail de défense des droits humains cela est-il lié\u00a0?',
    help_needed: 'De quelle aide avez-vous besoin en premier\u00a0?',
    alias: 'Un nom pour vous appeler (il peut être inventé)',
    referral: 'Si nous ne pouvons pas aider, pouvons-nous solliciter une autre organisation\u00a0?',
    if_unreachable: 'Si nous perdons le contact, que devons-nous faire\u00a0?',
    'if_unreachable.details': 'Précisions',
    person: 'Nom de la personne en danger',
    'person.native_name': 'Nom dans l’écriture d’origine',
    'person.latin_name': 'Nom en lettres latines',
    'person.also_known_as': 'Autres noms ou graphies',
    'person.year_of_birth': 'Année de naissance',
    'person.gender': 'Genre, selon vos mots',
    detention:
      'Arrestation\u00a0: quand, où, par qui, document montré, accusation, dernier contact',
    'detention.since': 'Depuis quand',
    'detention.place': 'Où',
    'detention.authority': 'Par qui',
    'detention.paper_shown': 'Un document a-t-il été montré\u00a0?',
    'detention.charge': 'Accusation ou motif donné',
    'detention.last_contact': 'Dernier contact',
    lawyer:
      'Y a-t-il un avocat\u00a0? Librement choisi\u00a0? Autorisé à visiter la personne\u00a0?',
    'lawyer.exists': 'Y a-t-il un avocat\u00a0?',
    'lawyer.freely_chosen': 'Librement choisi\u00a0?',
    'lawyer.allowed_to_visit': 'Autorisé à visiter la personne\u00a0?',
    health: 'Besoins de santé urgents',
    dependants: 'Qui dépend de cette personne\u00a0?',
    others_asked: 'Avez-vous contacté d’autres organisations\u00a0?',
    referees: 'Deux personnes au plus pouvant confirmer, si c’est sûr et si elles sont d’accord',
    'referees.alias': 'Nom ou pseudonyme',
    'referees.organisation': 'Organisation',
    'referees.channel': 'Comment les joindre',
    'referees.agreed': 'La personne est d’accord',
    budget: 'Coût estimé (postes, devise)',
    'budget.purpose': 'Poste',
    'budget.amount': 'Montant',
    'budget.currency': 'Devise',
    files: 'Fichiers (nous effaçons les données cachées\u00a0; pas d’originaux)',
    advocacy_consent: 'Pouvons-nous parler du cas\u00a0?',
    region: 'Province / région',
  },
  why: {
    reply_language: 'Pour que la première personne qui vous lit comprenne votre langue.',
    contact:
      'Revenir ici avec votre code de reçu est le plus sûr\u00a0: rien n’est envoyé à votre téléphone ni à votre messagerie.',
    contact_caution:
      'Pour que nous ne vous mettions jamais en danger par une heure ou des mots mal choisis.',
    on_behalf_of: 'Beaucoup de gens écrivent pour quelqu’un d’autre. C’est possible.',
    person_agrees:
      'Chacun décide de sa propre affaire. Si la personne est détenue et ne peut répondre, c’est aussi une réponse.',
    country:
      'Nous saurons ainsi qui connaît l’endroit. Quelle que soit votre réponse, vous pourrez envoyer.',
    time_pressure: 'Les demandes les plus urgentes sont lues en premier.',
    deadline:
      'Quelque chose peut arriver avant notre réponse. Une date approximative suffit\u00a0: le mois ou l’année seuls.',
    what_happened:
      'Dans n’importe quel ordre, de mémoire. Vous pourrez corriger ou compléter plus tard.',
    situation: 'Cochez tout ce qui convient. Votre demande ira ainsi à la bonne personne.',
    defender_link:
      'Ce soutien s’adresse aux personnes en danger à cause de leur travail pour les droits humains. Une phrase suffit.',
    help_needed: 'Choisissez ce qui compte le plus maintenant. Cela pourra changer.',
    alias: 'Pour pouvoir nous adresser à vous. Ce n’est pas forcément votre vrai nom.',
    referral:
      'Sans votre accord, nous ne sollicitons personne. Chaque accord ne vaut que pour une organisation.',
    if_unreachable:
      'Un téléphone se perd, une personne peut être arrêtée. Décidez dès maintenant de ce qui devra se passer.',
    person:
      'Certaines instances, comme l’ONU, exigent le nom complet. Donnez-le seulement si vous voulez que nous les saisissions.',
    detention:
      'Les avocats et l’ONU demandent d’abord ces faits. Laissez vide ce que vous ne savez pas.',
    lawyer: 'Chacun a droit à un avocat de son choix.',
    health: 'Seulement ce qu’il faut pour trouver une aide médicale ou psychologique.',
    dependants: 'Des enfants, des parents ou d’autres proches ont peut-être besoin d’aide aussi.',
    others_asked: 'Pour que personne ne fasse deux fois le même travail.',
    referees: 'Seulement des personnes informées et d’accord. Un nom inventé convient.',
    budget: 'Une estimation suffit.',
    files: 'Des copies seulement. Gardez les originaux.',
    advocacy_consent:
      'Rien ne sera dit à l’extérieur sans votre accord. Vous pouvez le retirer à tout moment.',
    region: 'Pour qu’une personne qui connaît la région puisse aider. N’indiquez ni rue ni maison.',
  },
  options: {
    reply_language: {
      en: 'English',
      vi: 'Tiếng Việt',
      'zh-Hans': '简体中文',
      'zh-Hant': '繁體中文',
      fr: 'Français',
    },
    'contact.kind': {
      portal: 'Je reviendrai ici avec mon code de reçu',
      email: 'Par e-mail',
      messenger: 'Par messagerie',
    },
    on_behalf_of: {
      self: 'Moi-même',
      family: 'Un membre de ma famille',
      colleague: 'Un ou une collègue',
      client: 'Mon client ou ma cliente',
      organisation: 'Une organisation',
    },
    person_agrees: {
      cannot_be_asked: 'Impossible de lui demander',
    },
    time_pressure: {
      happening_now: 'Cela se passe en ce moment',
      within_48h: 'Dans les 48 heures',
      within_7d: 'Dans les 7 jours',
      ongoing: 'Cela dure depuis un certain temps',
      past: 'C’est passé',
    },
    situation: {
      detained: 'Détention',
      disappeared: 'Disparition ou détention au secret',
      summoned: 'Convocation',
      charged: 'Inculpation ou procès',
      threats: 'Menaces',
      surveillance: 'Surveillance',
      travel_ban: 'Interdiction de voyager',
      family_targeted: 'Famille visée',
      health: 'Santé en danger',
      digital_attack: 'Attaque contre des comptes ou appareils',
    },
    help_needed: {
      lawyer: 'Un avocat ou une avocate',
      detention_support: 'Aide à une personne détenue',
      family_visit: 'Une visite de la famille',
      medical: 'Aide médicale',
      psychosocial: 'Soutien psychologique',
      digital_security: 'Sécurité numérique',
      advocacy: 'Plaidoyer',
      information: 'Informations et conseils',
    },
    referral: {
      ask_me_each_time: 'Demandez-moi à chaque fois',
    },
    'if_unreachable.kind': {
      nothing: 'Ne rien faire',
      tell_person: 'Prévenir une personne que je désigne',
      speak_out: 'En parler publiquement',
    },
    advocacy_consent: {
      no: 'Non',
      confidential_un: 'À l’ONU, de façon confidentielle',
      diplomats: 'À des diplomates',
      public_unnamed: 'Publiquement, sans le nom',
      public_named: 'Publiquement, avec le nom',
    },
  },
}
