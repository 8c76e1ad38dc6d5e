// The page of a new handler in French.
import type { JoiningWords } from './words.js'

export const french: JoiningWords = {
  language: 'fr',
  title: 'Votre première heure avec khancap',
  address: 'adresse',
  fingerprint: 'empreinte',
  name: 'votre nom',
  trust:
    'Cette page n’ouvre rien, mais elle montre que vous travaillez avec nous\u00a0: ne la laissez pas traîner. Tout repose sur elle\u00a0: recevez-la des mains de quelqu’un que vous connaissez, et ne prenez jamais l’empreinte dans un courriel ni sur un site. Il vous faut un ordinateur à votre seul usage, avec khancap remis par nous, un téléphone, et une imprimante à câble.',
  pin: {
    head: 'Dites à khancap qui nous sommes.',
    mind: 'Il demande l’empreinte ligne par ligne. S’il répond «\u00a0the directory is not signed by the root of this fingerprint\u00a0» et que vous avez tapé chaque chiffre comme ici\u00a0: arrêtez-vous, et appelez-nous.',
  },
  keys: {
    head: 'Créez vos clés.',
    mind: 'Choisissez six mots sans lien entre eux\u00a0: c’est votre phrase de passe. Personne ne peut la retrouver. Imprimez {sheet}, mettez le papier sous clé, supprimez le fichier\u00a0: quiconque l’a peut ouvrir vos dossiers.',
  },
  give: {
    head: 'Donnez-nous la partie publique de vos clés.',
    mind: 'Envoyez-nous {file} comme convenu\u00a0: il n’ouvre rien, mais montre que vous travaillez avec nous. Puis appelez-nous à un numéro connu de vous, et lisez-nous les groupes de quatre affichés. Nous les comparerons.',
  },
  heard: 'Lu au téléphone à\u00a0:',
  wait: {
    head: 'Attendez notre confirmation. Puis vérifiez que tout va bien.',
    mind: 'Chaque ligne doit commencer par ok\u00a0; sinon, le remède est écrit dessous.',
  },
  work: {
    head: 'Traitez votre premier dossier.',
    mind: 'CASE, ce sont les premiers caractères du dossier, comme la liste les montre\u00a0: quatre suffisent. Une liste vide dit no cases\u00a0: attendez, ou demandez-nous. Pour de l’aide\u00a0: khancap reply --help.',
  },
  commands: {
    unlock: 'tapez la phrase de passe une fois',
    inbox: 'le plus urgent est en haut',
    claim: 'prenez le dossier en charge',
    open: 'lisez-le',
    reply: 'écrivez, enregistrez, fermez\u00a0: envoyé, scellé',
    lock: 'verrouillez quand vous partez',
  },
  onion: 'Tor doit être en marche. Un \\ en fin de ligne\u00a0: la commande continue.',
  goesOn: 'Un \\ en fin de ligne\u00a0: la commande continue.',
  lost: 'Ordinateur ou feuille de la phrase de passe perdus, vus par quelqu’un ou entre d’autres mains\u00a0? Appelez-nous aussitôt, même la nuit\u00a0:',
}
