// The words of program `pil` in French. A draft: before real use a native speaker with experience in
// protection work must review it.
import type { Catalogue } from './catalogue.js'

export const pilFr: Catalogue = {
  program: 'pil',
  language: 'fr',
  labels: {
    reply_language: 'Dans quelle langue devons-nous vous répondre\u00a0?',
    contact: 'Comment pouvons-nous vous joindre en toute sécurité\u00a0?',
    'contact.address': 'Adresse ou numéro',
    contact_caution:
      'Que devons-nous éviter en vous contactant (horaires, mots, appareil partagé)\u00a0?',
    role: 'Quel est votre rôle dans l’affaire\u00a0?',
    jurisdiction: 'Pays et juridiction ou autorité',
    'jurisdiction.country': 'Pays ou territoire',
    'jurisdiction.court': 'Juridiction ou autorité',
    stage: 'À quel stade est l’affaire\u00a0?',
    next_deadline: 'Prochaine échéance ou audience',
    issue: 'Question principale',
    summary: 'L’affaire en quelques phrases',
    public_interest: 'Qui en bénéficierait au-delà du client\u00a0?',
    legal_basis: 'Fondement juridique, si connu',
    opponent: 'Contre qui (type d’autorité)',
    'opponent.details': 'Précisions',
    client_informed: 'Le client connaît-il les risques et est-il d’accord\u00a0?',
    retaliation_risk: 'Représailles possibles et protection prévue',
    support_sought: 'Quel soutien demandez-vous\u00a0?',
    budget: 'Postes de coût et autres financements',
    'budget.purpose': 'Poste',
    'budget.amount': 'Montant',
    'budget.currency': 'Devise',
    other_funding: 'Autres financements',
    documents: 'Principaux documents juridiques',
    referral: 'Si nous ne pouvons pas aider, pouvons-nous solliciter une autre organisation\u00a0?',
    advocacy_consent: 'Pouvons-nous parler du cas\u00a0?',
  },
  why: {
    reply_language: 'Pour que la première personne qui vous lit comprenne votre langue.',
    contact:
      'Revenir ici avec votre code de reçu est le plus sûr\u00a0: rien n’est envoyé à votre téléphone ni à votre messagerie.',
    contact_caution:
      'Pour que nous ne vous mettions jamais en danger par une heure ou des mots mal choisis.',
    role: 'Avocats, juristes sans licence, parties, familles et organisations\u00a0: tous peuvent demander.',
    jurisdiction:
      'Pour être lu par quelqu’un qui connaît le droit et les tribunaux de ce pays. Dans tous les cas, vous pourrez envoyer.',
    stage: 'Pour voir ce qui est encore possible. Une simple idée suffit.',
    next_deadline:
      'Pour qu’aucun délai n’expire pendant notre lecture. Une date approximative suffit.',
    issue: 'Cochez tout ce qui convient.',
    summary: 'Quelques phrases suffisent. Les noms ne sont pas nécessaires.',
    public_interest:
      'Ce programme soutient des affaires utiles à d’autres personnes que le client.',
    legal_basis: 'Seulement si vous le connaissez. Nous pouvons le chercher ensemble.',
    opponent: 'Le type suffit. Les noms des agents ne sont pas nécessaires.',
    client_informed: 'C’est au client de décider de son affaire.',
    retaliation_risk:
      'Pour penser tôt à la protection. En cas de danger immédiat, demandez aussi le soutien d’urgence.',
    support_sought: 'Cochez tout ce qui aiderait.',
    budget: 'Une estimation suffit.',
    other_funding: 'Pour que les frais ne soient pas payés deux fois.',
    documents: 'Des copies seulement. Gardez les originaux.',
    referral:
      'Sans votre accord, nous ne sollicitons personne. Chaque accord ne vaut que pour une organisation.',
    advocacy_consent:
      'Rien ne sera dit à l’extérieur sans votre accord. Vous pouvez le retirer à tout moment.',
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
    role: {
      lawyer: 'Avocat ou avocate',
      unlicensed_legal_worker: 'Juriste sans licence',
      plaintiff: 'Partie demanderesse',
      organisation: 'Organisation',
      family: 'Famille',
    },
    stage: {
      idea: 'Une idée',
      preparing: 'En préparation',
      filed: 'Déposée',
      refused_registration: 'Enregistrement refusé',
      first_instance: 'Première instance',
      appeal: 'Appel',
      enforcement: 'Exécution',
      closed: 'Terminée',
    },
    issue: {
      information: 'Liberté d’information',
      expression: 'Liberté d’expression',
      detention_conditions: 'Conditions de détention',
      lawyer_access: 'Accès à un avocat',
      torture_evidence: 'Preuves obtenues sous la torture',
      environment_land: 'Environnement ou terres',
      labour: 'Travail',
      discrimination: 'Discrimination',
      health: 'Santé',
    },
    'opponent.kind': {
      central_authority: 'Autorité centrale',
      local_authority: 'Autorité locale',
      police: 'Police',
      prison: 'Lieu de détention',
      court_prosecution: 'Tribunal ou parquet',
      company: 'Entreprise',
    },
    client_informed: {
      not_yet: 'Pas encore',
      i_am_the_client: 'Je suis le client ou la cliente',
    },
    support_sought: {
      costs: 'Frais',
      co_counsel: 'Un second avocat',
      expert: 'Expertise',
      research: 'Recherche juridique',
      amicus: 'Amicus curiae',
      trial_observation: 'Observation du procès',
      media: 'Médias',
    },
    referral: {
      ask_me_each_time: 'Demandez-moi à chaque fois',
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
